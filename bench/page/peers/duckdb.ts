/**
 * DuckDB-wasm (eh) in its worker, as its documentation starts it with a bundler, reading by SQL. Of its releases the last
 * one that has Parquet in it: later ones fetch it from a server of theirs, which a bench must not hang on.
 */
import { AsyncDuckDB, DuckDBDataProtocol, VoidLogger } from "@duckdb/duckdb-wasm";
import workerUrl from "@duckdb/duckdb-wasm/dist/duckdb-browser-eh.worker.js?url";
import wasmUrl from "@duckdb/duckdb-wasm/dist/duckdb-eh.wasm?url";
import type { Peer } from "../../tasks.js";

export const peer: Peer = async ({ url }, task) => {
  const db = new AsyncDuckDB(new VoidLogger(), new Worker(workerUrl));
  await db.instantiate(wasmUrl);
  await db.registerFileURL("file.parquet", url, DuckDBDataProtocol.HTTP, false);
  const connection = await db.connect();
  const query = (sql: string) => connection.query(sql);
  const rows = async (where: string) => {
    const table = await query(`SELECT * FROM 'file.parquet' ${where}`);
    const ids = Array.from(table.getChild("id") ?? [], Number);
    return { count: table.numRows, ids: ids.reduce((sum, id) => sum + id, 0) };
  };
  switch (task.name) {
    case "T1":
      return { count: (await query("DESCRIBE SELECT * FROM 'file.parquet'")).numRows };
    case "T2":
    case "T3":
      return rows(`LIMIT ${task.rows.end - task.rows.start} OFFSET ${task.rows.start}`);
    case "T4":
      return { count: (await query(`SELECT "${task.column}" FROM 'file.parquet'`)).numRows };
    case "T5":
      return { count: (await query("SELECT * FROM 'file.parquet'")).numRows };
    case "T6":
      return rows(`WHERE id = ${task.id}`);
  }
};
