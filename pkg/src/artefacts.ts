/** Where the WebAssembly modules lie: the only file that names them. Bundlers look for exactly this text. */

/** The module that every hub loads: it reads. */
export const wasmUrl = (): URL => new URL("./hubframe_bg.wasm", import.meta.url);

/** The whole of hubframe, loaded for what the first cannot do: writing, uploads, text files, the brotli codec. */
export const wholeWasmUrl = (): URL => new URL("./hubframe_whole_bg.wasm", import.meta.url);
