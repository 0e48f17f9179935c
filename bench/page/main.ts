/** The page: loads one peer, lets it do one task, and takes the time. */
import type { Answer, Peer, Place, Task, Waves } from "../tasks.js";

declare global {
  var stream: (endpoint: string, path: string, workers: number) => Promise<{ numRows: number }>;
  var bench: (
    peer: string,
    place: Place,
    task: Task,
    waves: Waves,
  ) => Promise<{ ms: number; answer: Answer }>;
}

const PEERS: Record<string, () => Promise<{ peer: Peer }>> = {
  ideal: () => import("./peers/ideal.js"),
  hubframe: () => import("./peers/hubframe.js"),
  hyparquet: () => import("./peers/hyparquet.js"),
  "hyparquet-index": () => import("./peers/hyparquet-index.js"),
  "parquet-wasm": () => import("./peers/parquet-wasm.js"),
  "parquet-wasm-ffi": () => import("./peers/parquet-wasm-ffi.js"),
  duckdb: () => import("./peers/duckdb.js"),
};

globalThis.stream = async (endpoint, path, workers) => {
  const { Hub } = await import("hubframe");
  const hub = new Hub({ endpoint, workers });
  const frame = await hub.readParquet(path);
  let numRows = 0;
  for await (const batch of frame.batches()) numRows += batch.numRows;
  hub.close();
  return { numRows };
};

globalThis.bench = async (name, place, task, waves) => {
  const load = PEERS[name];
  if (!load) throw new Error(`There is no peer ${name}.`);
  const start = performance.now();
  const { peer } = await load();
  const answer = await peer(place, task, waves);
  return { ms: performance.now() - start, answer };
};
