/** parquet-wasm, with Arrow IPC between the wasm and the page. */
import { parquetWasm } from "../parquet-wasm.js";

export const peer = parquetWasm(async () => {
  const { tableFromIPC } = await import("apache-arrow");
  return (table) => tableFromIPC(table.intoIPCStream());
});
