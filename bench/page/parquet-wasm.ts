/**
 * parquet-wasm as its README has it: `ParquetFile.fromUrl`, which reads by ranges. It has no filters, so T6 is what a
 * user would write: find the row in the column of ids, then read that row.
 */
import type { Table as ArrowTable } from "apache-arrow";
import init, { ParquetFile, type Table } from "parquet-wasm/esm";
import wasmUrl from "parquet-wasm/esm/parquet_wasm_bg.wasm?url";
import type { Answer, Peer } from "../tasks.js";

/** How a table comes out of the wasm's memory. */
export type ToArrow = (table: Table) => ArrowTable;

export function parquetWasm(loadToArrow: () => Promise<ToArrow>): Peer {
  return async ({ url }, task) => {
    const [toArrow] = await Promise.all([loadToArrow(), init({ module_or_path: wasmUrl })]);
    const file = await ParquetFile.fromUrl(url);
    const read = async (options: Parameters<ParquetFile["read"]>[0]) => toArrow(await file.read(options));
    switch (task.name) {
      case "T1": {
        // Of its schema, only Arrow has the names.
        const { tableFromIPC } = await import("apache-arrow");
        return { count: tableFromIPC(file.schema().intoIPCStream()).schema.fields.length };
      }
      case "T2":
      case "T3":
        return rowsOf(await read({ offset: task.rows.start, limit: task.rows.end - task.rows.start }));
      case "T4":
        return { count: (await read({ columns: [task.column] })).numRows };
      case "T5":
        return { count: (await read({})).numRows };
      case "T6": {
        const ids = (await read({ columns: ["id"] })).getChild("id");
        return rowsOf(await read({ offset: ids?.indexOf(BigInt(task.id)) ?? -1, limit: 1 }));
      }
    }
  };
}

function rowsOf(table: ArrowTable): Answer {
  const ids = Array.from(table.getChild("id") ?? [], Number);
  return { count: table.numRows, ids: ids.reduce((sum, id) => sum + id, 0) };
}
