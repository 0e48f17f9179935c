/** Where the WebAssembly modules lie: the only file that names them. Bundlers look for exactly this text. */

/** The module that every hub loads. */
export const wasmUrl = (): URL => new URL("./hubframe_bg.wasm", import.meta.url);

/** Its twin with the brotli codec, loaded when a file needs it. */
export const brotliWasmUrl = (): URL => new URL("./hubframe_brotli_bg.wasm", import.meta.url);
