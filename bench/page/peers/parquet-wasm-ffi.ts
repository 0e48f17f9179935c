/** parquet-wasm, with arrow-js-ffi, which copies columns straight out of the wasm's memory. */
import { wasmMemory } from "parquet-wasm/esm";
import { parquetWasm } from "../parquet-wasm.js";

export const peer = parquetWasm(async () => {
  const { parseTable } = await import("arrow-js-ffi");
  return (table) => {
    const ffi = table.intoFFI();
    const parsed = parseTable(wasmMemory().buffer, ffi.arrayAddrs(), ffi.schemaAddr());
    ffi.drop();
    return parsed;
  };
});
