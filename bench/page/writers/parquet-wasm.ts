/** parquet-wasm as its README has it; row groups as hubframe's peers on the Hub have them. */
import init, { Compression, Table, WriterPropertiesBuilder, writeParquet } from "parquet-wasm/esm";
import wasmUrl from "parquet-wasm/esm/parquet_wasm_bg.wasm?url";
import type { Writer } from "../../writing-tasks.js";

export const writer: Writer = async ({ ipc }) => {
  await init({ module_or_path: wasmUrl });
  const properties = new WriterPropertiesBuilder().setCompression(Compression.SNAPPY).build();
  return new Blob([writeParquet(Table.fromIPCStream(ipc), properties) as Uint8Array<ArrayBuffer>]);
};
