import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadWasm } from "../src/load.js";
import { EMPTY_WASM } from "./fake.js";

const BYTES = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

describe("loadWasm", () => {
  const requests: string[] = [];
  let folder: string;
  let server: Server;
  let base: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "hubframe-"));
    server = createServer(({ url = "" }, response) => {
      requests.push(url);
      if (url === "/absent.wasm") response.writeHead(404).end();
      else if (url === "/broken.wasm") response.end("<html>");
      else
        response
          .writeHead(200, { "Content-Type": url === "/typed.wasm" ? "application/wasm" : "" })
          .end(BYTES);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  it("takes a module, bytes, or an address with or without the right content type", async () => {
    expect(await loadWasm(EMPTY_WASM)).toBe(EMPTY_WASM);
    expect(await loadWasm(BYTES)).toBeInstanceOf(WebAssembly.Module);
    expect(await loadWasm(`${base}/typed.wasm`)).toBeInstanceOf(WebAssembly.Module);
    expect(await loadWasm(new URL(`${base}/plain.wasm`))).toBeInstanceOf(WebAssembly.Module);
  });

  it("reads a file in Node", async () => {
    const file = join(folder, "a.wasm");
    writeFileSync(file, BYTES);
    expect(await loadWasm(pathToFileURL(file))).toBeInstanceOf(WebAssembly.Module);
    await expect(loadWasm(pathToFileURL(join(folder, "b.wasm")))).rejects.toMatchObject({
      code: "network",
      message: expect.stringContaining("b.wasm"),
    });
  });

  it("compiles an address once, and asks again only after a failure", async () => {
    await Promise.all([loadWasm(`${base}/once.wasm`), loadWasm(`${base}/once.wasm`)]);
    expect(requests.filter((url) => url === "/once.wasm")).toHaveLength(1);
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(loadWasm(`${base}/absent.wasm`)).rejects.toMatchObject({
        code: "network",
        message: expect.stringContaining("404"),
      });
    }
    expect(requests.filter((url) => url === "/absent.wasm")).toHaveLength(2);
  });

  it("says what a page must allow when the module cannot be compiled", async () => {
    await expect(loadWasm(`${base}/broken.wasm`)).rejects.toMatchObject({
      code: "unsupported",
      message: expect.stringContaining("wasm-unsafe-eval"),
    });
  });
});
