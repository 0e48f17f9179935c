/** The lazy table of the page. It knows names and row ranges; whatever reads bytes is behind its {@link Source}. */
import type { Table } from "@uwdata/flechette";
import { toStream, toTable } from "./arrow.js";
import { checkColumns } from "./columns.js";
import { failure } from "./errors.js";
import type { Explanation } from "./explanation.js";
import type { ExprData, Filter } from "./expr.js";
import { checkFilter } from "./filter.js";
import { type Hub, poolOf } from "./hub.js";
import type { Pool } from "./pool.js";
import type { DataFile, RowRange } from "./protocol.js";
import { ALL_ROWS, checkCount, isAll, narrow, withinFile } from "./row-range.js";
import { type Row, toRows } from "./rows.js";
import { collect, inOrder, lastRows } from "./scan.js";
import type { Source } from "./source.js";
import type { FileInfo, Schema } from "./types.js";
import type { CommitResult } from "./upload.js";
import { type ParquetOptions, type WriteProgress, writeParquet } from "./write.js";
import { type WriteOptions, writeTables } from "./write-dataset.js";

/** Options of everything that reads. */
export interface ReadOptions {
  /** Cancels: the promise rejects with code `aborted` at once, and requests in flight are aborted. */
  readonly signal?: AbortSignal;
}

/** Options of what gathers rows in memory. */
export interface CollectOptions extends ReadOptions {
  /**
   * The most bytes of Arrow data to hold; above it the read is stopped and rejects with code `limit`.
   *
   * @default 1 GiB
   */
  readonly maxBytes?: number;
}

/** Options of what makes rows. */
export interface RowOptions extends CollectOptions {
  /**
   * What a class label becomes: its number, or its name where the dataset names it. -1, no label, is `null` then.
   *
   * @default "numbers"
   */
  readonly labels?: "numbers" | "names";
}

/** Options of {@link Frame.toParquetBlob}. */
export interface ParquetBlobOptions extends ParquetOptions, ReadOptions {
  /** Told after each batch how far the table has been written. */
  readonly onProgress?: (progress: WriteProgress) => void;
}

/** Options of {@link Frame.toParquet}. */
export interface ToParquetOptions extends WriteOptions {
  /**
   * The Hub to write to, with its token. Without it, the one that the frame was read from; local data was read from none, so
   * it needs one here or when it is opened.
   */
  readonly hub?: Hub;
}

const DEFAULT_MAX_BYTES = 2 ** 30;

/** @internal What a frame is: some columns and rows of some files. */
export interface View {
  readonly source: Source;
  readonly files: readonly DataFile[];
  readonly columns: readonly string[];
  readonly filter?: ExprData;
  /** Counted among the rows that pass the filter. */
  readonly rows: RowRange;
  /** Set on one partition of a frame that had been sliced: which rows those are is known once footers are. */
  readonly partOf?: { readonly view: View; readonly index: number };
}

/** @internal The rows of a frame as Arrow IPC messages, in order, and the workers that they come from. */
export interface Messages {
  readonly pool: Pool;
  readonly schema: Uint8Array;
  readonly batches: AsyncIterable<Uint8Array>;
}

/** @internal Begins to read a frame, for code that passes its rows on. */
export let messagesOf: (frame: Frame, signal?: AbortSignal) => Promise<Messages>;

/**
 * A lazy, immutable table over Parquet files of one commit.
 *
 * Nothing is read until a method is called that returns a promise or an async iterable. The first use of a file costs
 * one request for its footer; every frame made from the same `readParquet` shares it. A `Frame` is no promise: `await`
 * gives it back unchanged.
 *
 * @example
 * ```ts
 * const df = await hub.readParquet("hf://datasets/username/my_dataset/train");
 * const rows = await df.select("text", "label").head(10);
 * ```
 */
export class Frame {
  readonly #view: View;

  /** @internal */
  constructor(view: View) {
    this.#view = view;
  }

  /** The id of the repo: `username/my_dataset`. */
  get repo(): string {
    return this.#view.source.origin.repo;
  }

  /** The commit that every read is pinned to. */
  get sha(): string {
    return this.#view.source.origin.sha;
  }

  /** The data files, in row order. */
  get files(): readonly FileInfo[] {
    return this.#view.files.map(({ path, size }) => ({ path, size }));
  }

  /** The names of the columns, in order. */
  get columns(): readonly string[] {
    return this.#view.columns;
  }

  /** The columns with their Arrow types. */
  get schema(): Schema {
    const { source, columns } = this.#view;
    const byName = new Map(source.fields.map((field) => [field.name, field]));
    return { fields: columns.flatMap((name) => byName.get(name) ?? []) };
  }

  /** The number of partitions, each a data file. After `slice`, some of them may have no rows left. */
  get numPartitions(): number {
    return this.#view.files.length;
  }

  /**
   * The rows of this frame that lie in one data file.
   *
   * Of a frame that was sliced before, reading a partition first reads the footers of the files before it.
   *
   * @param index from 0; anything outside of `numPartitions` throws code `invalid`.
   */
  partition(index: number): Frame {
    const { files, rows } = this.#view;
    checkCount("partition", "index", index);
    const file = files[index];
    if (!file) {
      throw failure(
        "invalid",
        "partition",
        `There is no partition ${index}: this frame has ${files.length}.`,
      );
    }
    const partOf = isAll(rows) && !this.#view.partOf ? {} : { partOf: { view: this.#view, index } };
    return this.#with({ files: [file], rows: ALL_ROWS, ...partOf });
  }

  /** Only these columns, in this order. An unknown name throws code `invalid` and names the nearest column. */
  select(...columns: string[]): Frame {
    checkColumns("select", columns, this.columns);
    return this.#with({ columns });
  }

  /** All columns but these. An unknown name throws code `invalid` and names the nearest column. */
  drop(...columns: string[]): Frame {
    if (columns.length > 0) checkColumns("drop", columns, this.columns);
    const left = this.columns.filter((name) => !columns.includes(name));
    checkColumns("drop", left, this.columns);
    return this.#with({ columns: left });
  }

  /**
   * Only the rows of which the condition is true: `col("score").gt(0.5)`, or Dask's lists `[["score", ">", 0.5]]`. It
   * may be on any column of the files, selected or not. Filters on filters must all be true. {@link col} says what nulls
   * do.
   *
   * A filter is pushed down: row groups and pages in which no row can pass, by their statistics and Bloom filters, are
   * not read; {@link Frame.explain} says which.
   *
   * Throws code `invalid` for a column that is not there, naming the nearest; for a value that does not fit its
   * column's type, naming both; and on a frame that was sliced: a filter comes first, and slices count the rows that
   * pass.
   */
  filter(filter: Filter): Frame {
    if (!isAll(this.#view.rows) || this.#view.partOf) {
      throw failure(
        "invalid",
        "filter",
        "This frame is a slice; filter first, and slice the rows that pass.",
      );
    }
    const { source, filter: before } = this.#view;
    const features = new Map(source.fields.map(({ name, feature }) => [name, feature]));
    const columns = source.arrowFields.map(({ name, type }) => ({
      name,
      source: name,
      type,
      feature: features.get(name),
    }));
    const checked = checkFilter(filter, columns);
    return this.#with({ filter: before ? { op: "and", args: [before, checked] } : checked });
  }

  /**
   * The rows from `offset` on, at most `numRows` of them if that is given. Slices of slices compose. Of a filtered
   * frame these are counted as they pass: reading them filters all rows before them, too.
   */
  slice(offset: number, numRows?: number): Frame {
    checkCount("slice", "offset", offset);
    if (numRows === undefined) return this.#with({ rows: narrow(this.#view.rows, { start: offset }) });
    checkCount("slice", "numRows", numRows);
    return this.#with({ rows: narrow(this.#view.rows, { start: offset, end: offset + numRows }) });
  }

  /** The first `numRows` rows, as a frame. */
  limit(numRows: number): Frame {
    checkCount("limit", "numRows", numRows);
    return this.slice(0, numRows);
  }

  /**
   * The first rows, crossing partitions until there are enough.
   *
   * Cost: the footer of each file it comes to, then the pages that hold these rows. In a file without a page index the
   * beginning of each column chunk is read, and more of it only when that is short of these rows. Of a filtered frame
   * one row group is read after the other, and no further than there are enough rows that pass.
   */
  async head(numRows = 5, options: RowOptions = {}): Promise<Row[]> {
    return this.limit(numRows).toRows(options);
  }

  /**
   * The last rows. Cost: the footers from the last file backwards until there are enough rows, then their pages. Of a
   * filtered frame, files are filtered from the last one backwards.
   */
  async tail(numRows = 5, options: RowOptions = {}): Promise<Row[]> {
    checkCount("tail", "numRows", numRows);
    const { source, files, filter, rows, partOf } = this.#view;
    if (!isAll(rows) || partOf) {
      const total = await this.count(options);
      return this.slice(Math.max(0, total - numRows)).toRows(options);
    }
    if (filter) {
      const plan = await this.#plan(options.signal);
      const batches = await lastRows(source, plan, numRows, options.signal);
      return this.#rows(toTable(plan.schema, batches), options);
    }
    let first = files.length;
    let found = 0;
    while (first > 0 && found < numRows) {
      first -= 1;
      const [fileRows = 0] = await source.fileRows(files.slice(first, first + 1), options.signal);
      found += fileRows;
    }
    const ending = this.#with({ files: files.slice(first) });
    return ending.slice(Math.max(0, found - numRows)).toRows(options);
  }

  /**
   * The number of rows, from the footers alone: one request for each file whose footer is not known yet. Of a filtered
   * frame, the columns of the filter are read as well where the footers do not prove that all rows pass, or none.
   */
  async count({ signal }: ReadOptions = {}): Promise<number> {
    return this.#view.source.count(await this.#wanted(signal), signal);
  }

  /**
   * What reading this frame comes to: files, row groups and pages of how many, requests, bytes and round trips, and
   * why the rest is not read. Printed as text (`String(…)`) it is a short report.
   *
   * Cost: what reading begins with, if it is not known yet: the footer of each file, and what pays of page indexes and
   * Bloom filters. A read that follows does not fetch that again.
   */
  async explain({ signal }: ReadOptions = {}): Promise<Explanation> {
    return this.#view.source.explain(await this.#wanted(signal), signal);
  }

  /**
   * The rows as Arrow tables, in order, one by one.
   *
   * As many files are decoded at once as there are workers, and each stops when it is two batches ahead of the loop:
   * memory stays bounded however large the data is. Leaving the loop cancels what is still running.
   *
   * @example
   * ```ts
   * for await (const batch of df.batches()) total += batch.numRows;
   * ```
   */
  async *batches({ signal }: ReadOptions = {}): AsyncGenerator<Table, void, undefined> {
    const { schema, batches } = await this.#messages(signal);
    for await (const bytes of batches) yield toTable(schema, [bytes]);
  }

  /**
   * All rows as one Arrow IPC stream, for anything else that reads Arrow (apache-arrow, DuckDB-wasm, Perspective,
   * Arquero). The one method that copies the data once more on the page.
   */
  async toIPC(options: CollectOptions = {}): Promise<Uint8Array> {
    const { schema, batches } = await this.#collect(options);
    return toStream(schema, batches);
  }

  /**
   * All rows as one Arrow table of `@uwdata/flechette`, without a copy on the page. 64-bit integers, decimals (unscaled)
   * and timestamps (in their own unit) are `bigint`.
   */
  async toArrow(options: CollectOptions = {}): Promise<Table> {
    const { schema, batches } = await this.#collect(options);
    return toTable(schema, batches);
  }

  /** All rows as plain objects. The type `Value` says what each Arrow type becomes. */
  async toRows(options: RowOptions = {}): Promise<Row[]> {
    // A table without columns does not know how many rows it has.
    if (this.columns.length === 0) return Array.from({ length: await this.count(options) }, () => ({}));
    return this.#rows(await this.toArrow(options), options);
  }

  #rows(table: Table, { labels }: RowOptions): Row[] {
    const fields = labels === "names" ? this.schema.fields : [];
    return toRows(table, Object.fromEntries(fields.map(({ name, feature }) => [name, feature])));
  }

  /**
   * All rows as one Parquet file, to be downloaded or stored: with row groups of at most 100 MB, pages that can be read
   * alone, and the features of the columns (label names, images, …) where Python's `datasets` finds them.
   *
   * Memory stays bounded: what is written goes into the Blob, which the browser keeps on disk when it is large.
   * Rejects with code `unsupported` for a column type that Parquet has not, and `invalid` when two columns have one name.
   */
  async toParquetBlob({ signal, onProgress, ...options }: ParquetBlobOptions = {}): Promise<Blob> {
    const { compression, rowGroupBytes, contentDefinedChunking } = options;
    const settings = {
      ...(compression !== undefined && { compression }),
      ...(rowGroupBytes !== undefined && { rowGroupBytes }),
      ...(contentDefinedChunking !== undefined && { contentDefinedChunking }),
    };
    for await (const { blob } of writeParquet(this, settings, signal, onProgress)) return blob;
    throw failure("internal", "write parquet", "No file was written.");
  }

  /**
   * All rows as Parquet files in a directory of a dataset repo, in one commit: what Dask's `to_parquet` does, made safe.
   *
   * The files are `part-00000.parquet` and so on. The directory `train`, `validation` or `test` is the split of that name,
   * and so is any other: where `datasets` would not see it so, the README's `configs` are written such that it does, and
   * nothing else of the README is changed. {@link Hub.writeDataset} writes several splits in one commit.
   *
   * It is asked first whether the directory may be written to. Each file is stored while the next one is written, and
   * named by the commit at the end: a write that fails or is cancelled changes nothing, and what it stored is not sent again.
   *
   * @example
   * ```ts
   * await df.filter(col("lang").eq("en")).toParquet("hf://datasets/username/my_dataset/train", { mode: "overwrite" });
   * ```
   *
   * Rejects with `conflict` when there are Parquet files and `mode` does not say what becomes of them, `invalid`,
   * `unauthorized`, `forbidden`, `not_found`, or what else sending can meet; `context.stored` says what is stored then.
   */
  async toParquet(path: string, { hub, ...options }: ToParquetOptions = {}): Promise<CommitResult> {
    const pool = hub ? poolOf(hub) : this.#view.source.pool;
    const { path: directory, ...destination } = await pool.uploader.call("writePath", [path], options.signal);
    const label = directory.split("/").at(-1) || "train";
    return writeTables(pool, destination, [{ target: { path: directory }, label, frame: this }], options);
  }

  async #messages(signal: AbortSignal | undefined): Promise<Messages> {
    const { source } = this.#view;
    const plan = await this.#plan(signal);
    const batches = async function* () {
      for await (const { bytes } of inOrder(source, plan, signal)) yield bytes;
    };
    return { pool: source.pool, schema: plan.schema, batches: batches() };
  }

  static {
    messagesOf = (frame, signal) => frame.#messages(signal);
  }

  async #collect({ maxBytes = DEFAULT_MAX_BYTES, signal }: CollectOptions) {
    checkCount("collect rows", "maxBytes", maxBytes);
    const plan = await this.#plan(signal);
    return { schema: plan.schema, batches: await collect(this.#view.source, plan, maxBytes, signal) };
  }

  async #plan(signal: AbortSignal | undefined) {
    return this.#view.source.plan(await this.#wanted(signal), signal);
  }

  async #wanted(signal: AbortSignal | undefined) {
    const { files, columns, filter } = this.#view;
    const rows = await resolveRows(this.#view, signal);
    return { files, columns, ...(filter && { filter }), rows };
  }

  #with(change: Partial<View>): Frame {
    return new Frame({ ...this.#view, ...change });
  }
}

/** The rows of a view, counted from the first row of its own files. */
async function resolveRows(view: View, signal: AbortSignal | undefined): Promise<RowRange> {
  if (!view.partOf) return view.rows;
  const { view: whole, index } = view.partOf;
  const wholeRows = await resolveRows(whole, signal);
  const numRows = await fileRows(whole, index + 1, signal);
  const fileStart = numRows.slice(0, index).reduce((sum, n) => sum + n, 0);
  return narrow(withinFile(wholeRows, fileStart, numRows[index] ?? 0), view.rows);
}

/** The number of rows of each of the first files of a view; of a filtered one, of those that pass. */
async function fileRows({ source, files, filter }: View, numFiles: number, signal: AbortSignal | undefined) {
  const first = files.slice(0, numFiles);
  if (!filter) return source.fileRows(first, signal);
  return Promise.all(first.map((file) => source.count({ files: [file], filter, rows: ALL_ROWS }, signal)));
}
