/** What of the library the uploader needs. It is fetched when something is first done, with the WebAssembly that it needs. */
export { Hub } from "../hub.js";
export { fromFiles, inspectFiles } from "../local.js";
export { concat } from "../united.js";

/** The library. */
export type Library = typeof import("./library.js");
