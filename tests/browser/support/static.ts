/** A server of static files, as plain as a page's host can be. */
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
};

/** A running server. */
export interface StaticServer {
  readonly origin: string;
  /** The paths that were asked for, in order. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** Serves folders by the prefix of the path. Texts may be given in place of files. */
export async function serveStatic(
  folders: Record<string, string>,
  texts: Record<string, string> = {},
): Promise<StaticServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://host").pathname);
    requests.push(path);
    const text = texts[path];
    if (text !== undefined) {
      response
        .writeHead(200, { "Content-Type": TYPES[extname(path)] ?? "text/html; charset=utf-8" })
        .end(text);
      return;
    }
    const file = locate(folders, path);
    if (!file) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream" });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function locate(folders: Record<string, string>, path: string): string | undefined {
  for (const [prefix, folder] of Object.entries(folders)) {
    if (!path.startsWith(prefix)) continue;
    const file = join(folder, normalize(`/${path.slice(prefix.length)}`));
    for (const candidate of [file, join(file, "index.html")]) {
      if (statSync(candidate, { throwIfNoEntry: false })?.isFile()) return candidate;
    }
  }
  return undefined;
}
