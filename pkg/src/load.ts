/** Compiles the WebAssembly module: the only file that names where it lies. */
import { failure } from "./errors.js";

/** Where the WebAssembly module comes from: its URL, its bytes, or the module itself. */
export type WasmSource = URL | string | BufferSource | WebAssembly.Module;

const compiled = new Map<string, Promise<WebAssembly.Module>>();

/** Compiles `source`, once per URL and page. */
export function loadWasm(source?: WasmSource): Promise<WebAssembly.Module> {
  // Bundlers look for exactly this text, copy the file and put its new address here.
  const from = source ?? new URL("./hubframe_bg.wasm", import.meta.url);
  if (from instanceof WebAssembly.Module) return Promise.resolve(from);
  if (typeof from !== "string" && !(from instanceof URL)) return compile(from);
  const url = String(from);
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
    `The WebAssembly file ${url} could not be loaded: ${why}. Serve hubframe_bg.wasm beside the bundle, or pass its address as the option "wasm".`,
    { context: { url }, cause },
  );
}
