// The built pages behind a server of static files, and a page of Chromium to use them with.
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { chromium } from "@playwright/test";

const PAGES = new URL("../../www/dist", import.meta.url).pathname;
const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
};

/** Serves the pages until `close` is called. */
export async function servePages() {
  const server = createServer((request, response) => {
    let path = join(PAGES, normalize(decodeURIComponent(new URL(request.url, "http://host").pathname)));
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) path = join(path, "index.html");
    if (!statSync(path, { throwIfNoEntry: false })) return response.writeHead(404).end();
    response.writeHead(200, { "Content-Type": TYPES[extname(path)] ?? "application/octet-stream" });
    createReadStream(path).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const isRoot = process.getuid?.() === 0;
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: isRoot ? ["--no-sandbox", "--disable-gpu"] : ["--disable-gpu"],
  });
  const page = await browser.newPage();
  page.setDefaultTimeout(120_000);
  const close = async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
  };
  return { page, origin: `http://127.0.0.1:${server.address().port}`, close };
}
