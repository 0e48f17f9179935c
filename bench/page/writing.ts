/** The page: makes what is to be written, lets one peer write it, takes the time, and looks at what came of it. */
import { parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import type { NumericTable, Target, Uploader, Writer } from "../writing-tasks.js";
import { numericTable } from "./numeric-table.js";

declare global {
  /** Makes the table, ahead of the clock. */
  var makeTable: (numRows: number) => void;
  var writeTable: (peer: string) => Promise<{ ms: number; bytes: number }>;
  /** Makes files of bytes that nobody has stored, ahead of the clock. */
  var makeFiles: (count: number, size: number) => void;
  var upload: (peer: string, target: Target) => Promise<{ ms: number }>;
}

const WRITERS: Record<string, () => Promise<Writer>> = {
  hubframe: async () => (await import("./writers/hubframe.js")).writer({}),
  "hubframe-plain": async () =>
    (await import("./writers/hubframe.js")).writer({ contentDefinedChunking: false }),
  "parquet-wasm": async () => (await import("./writers/parquet-wasm.js")).writer,
  "hyparquet-writer": async () => (await import("./writers/hyparquet-writer.js")).writer,
};

const UPLOADERS: Record<string, () => Promise<Uploader>> = {
  hubframe: async () => (await import("./uploaders/hubframe.js")).uploader,
  "huggingface-hub": async () => (await import("./uploaders/huggingface-hub.js")).uploader(false),
  "huggingface-hub-worker": async () => (await import("./uploaders/huggingface-hub.js")).uploader(true),
};

let table: NumericTable | undefined;
let files: { path: string; content: Blob }[] = [];

globalThis.makeTable = (numRows) => {
  table = numericTable(numRows);
};

globalThis.writeTable = async (peer) => {
  if (!table) throw new Error("There is no table.");
  const start = performance.now();
  const write = await find(WRITERS, peer);
  const blob = await write(table);
  const ms = performance.now() - start;
  await check(blob, table);
  return { ms, bytes: blob.size };
};

globalThis.makeFiles = (count, size) => {
  files = Array.from({ length: count }, (_, index) => ({
    path: `data/${index}.bin`,
    content: new Blob(randomPieces(size)),
  }));
};

globalThis.upload = async (peer, target) => {
  const start = performance.now();
  const send = await find(UPLOADERS, peer);
  await send(target, files);
  return { ms: performance.now() - start };
};

function find<T>(peers: Record<string, () => Promise<T>>, name: string): Promise<T> {
  const load = peers[name];
  if (!load) throw new Error(`There is no peer ${name}.`);
  return load();
}

function randomPieces(size: number): Uint8Array<ArrayBuffer>[] {
  const piece = 65_536;
  return Array.from({ length: Math.ceil(size / piece) }, (_, index) =>
    crypto.getRandomValues(new Uint8Array(Math.min(piece, size - index * piece))),
  );
}

/** Whether another reader finds all rows, and the last of them as they are. */
async function check(blob: Blob, { numRows, columns }: NumericTable): Promise<void> {
  const file = {
    byteLength: blob.size,
    slice: (start: number, end?: number) => blob.slice(start, end).arrayBuffer(),
  };
  const metadata = await parquetMetadataAsync(file);
  const codecs = metadata.row_groups.flatMap(({ columns }) =>
    columns.map(({ meta_data }) => meta_data?.codec),
  );
  const rowStart = numRows - 10;
  const rows = await parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd: numRows });
  const expected = Array.from({ length: 10 }, (_, row) =>
    Object.fromEntries(columns.map(({ name, values }) => [name, values[rowStart + row]])),
  );
  const text = (value: unknown) =>
    JSON.stringify(value, (_, part) => (typeof part === "bigint" ? String(part) : part));
  if (Number(metadata.num_rows) !== numRows || text(rows) !== text(expected) || !codecs.includes("SNAPPY")) {
    throw new Error(`wrote ${metadata.num_rows} rows by ${codecs[0]}, the last ${text(rows.at(-1))}`);
  }
}
