/** What is measured of writing: a table to Parquet, and bytes to the Hub. */

/** A table of 2,000,000 rows in 20 columns of numbers, in the forms in which programs hold such tables. */
export interface NumericTable {
  readonly numRows: number;
  /** One Arrow IPC stream, of batches of 100,000 rows. */
  readonly ipc: Uint8Array;
  readonly columns: readonly NumericColumn[];
}

/** A column, and its type in Parquet. */
export interface NumericColumn {
  readonly name: string;
  readonly type: "INT32" | "INT64" | "FLOAT" | "DOUBLE" | "BOOLEAN";
  readonly values: Int32Array | BigInt64Array | Float32Array | Float64Array | boolean[];
}

/** Makes one Parquet file, compressed by snappy. Its own code is loaded while the clock runs. */
export type Writer = (table: NumericTable) => Promise<Blob>;

/** Where to upload to. */
export interface Target {
  readonly endpoint: string;
  readonly token: string;
  readonly repo: string;
}

/** Commits files to the Hub. Its own code is loaded while the clock runs. */
export type Uploader = (target: Target, files: readonly { path: string; content: Blob }[]) => Promise<void>;

/** The files of an upload: 200 MB in all. */
export const UPLOADS = {
  "one file": { count: 1, size: 200_000_000 },
  "20 files": { count: 20, size: 10_000_000 },
} as const;

/** The network of an upload: milliseconds before each request is looked at. */
export const ROUND_TRIPS = { loopback: 0, "50 ms": 50 } as const;

export const WRITERS = ["hubframe", "hubframe-plain", "parquet-wasm", "hyparquet-writer"] as const;
export const UPLOADERS = ["hubframe", "huggingface-hub", "huggingface-hub-worker"] as const;
