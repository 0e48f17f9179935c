/** Fetches and compiles WebAssembly modules. */
import { failure } from "./errors.js";

/** Where the WebAssembly module comes from: its URL, its bytes, or the module itself. */
export type WasmSource = URL | string | BufferSource | WebAssembly.Module;

const compiled = new Map<string, Promise<WebAssembly.Module>>();

/** Compiles `source`, once per URL and page. */
export function loadWasm(source: WasmSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return Promise.resolve(source);
  if (typeof source !== "string" && !(source instanceof URL)) return compile(source);
  const url = String(source);
  let module = compiled.get(url);
  if (!module) {
    module = fetchModule(url);
    compiled.set(url, module);
    module.catch(() => compiled.delete(url));
  }
  return module;
}

async function fetchModule(url: string): Promise<WebAssembly.Module> {
  if (url.startsWith("file:")) return compile(await readFile(url));
  let response: Response;
  try {
    response = await fetch(url);
  } catch (cause) {
    throw loadFailure(url, "it could not be fetched", cause);
  }
  if (!response.ok) throw loadFailure(url, `the server answered ${response.status}`);
  // Streaming needs the right Content-Type, which not every static server sends.
  const streams = response.headers.get("content-type")?.startsWith("application/wasm");
  return compile(streams ? response : await response.arrayBuffer());
}

async function compile(source: Response | BufferSource): Promise<WebAssembly.Module> {
  try {
    return await (source instanceof Response
      ? WebAssembly.compileStreaming(source)
      : WebAssembly.compile(source));
  } catch (cause) {
    throw failure(
      "unsupported",
      "compile wasm",
      "The WebAssembly module could not be compiled. A page with a Content-Security-Policy must allow 'wasm-unsafe-eval' in script-src.",
      { cause },
    );
  }
}

/** In Node, `fetch` does not read files. */
async function readFile(url: string): Promise<Uint8Array<ArrayBuffer>> {
  const { readFile } = process.getBuiltinModule("node:fs/promises");
  try {
    return new Uint8Array(await readFile(new URL(url)));
  } catch (cause) {
    throw loadFailure(url, "it could not be read", cause);
  }
}

function loadFailure(url: string, why: string, cause?: unknown) {
  return failure(
    "network",
    "load wasm",
    `The WebAssembly file ${url} could not be loaded: ${why}. Serve it beside the bundle, or pass its address as an option of Hub.`,
    { context: { url }, cause },
  );
}
