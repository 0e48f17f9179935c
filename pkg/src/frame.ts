/** The lazy table of the page. It knows names and row ranges; whatever reads bytes is behind its {@link Source}. */
import type { Table } from "@uwdata/flechette";
import { toStream, toTable } from "./arrow.js";
import { ColumnQueries } from "./column-queries.js";
import { checkColumns } from "./columns.js";
import { failure } from "./errors.js";
import type { Explanation } from "./explanation.js";
import type { ProgramMethod } from "./export/view.js";
import type { Filter } from "./expr.js";
import { checkFilter } from "./filter.js";
import type {
  BatchOptions,
  CollectOptions,
  ParquetBlobOptions,
  ReadOptions,
  RowOptions,
  SampleOptions,
  ToParquetOptions,
} from "./frame-options.js";
import { poolOf } from "./hub.js";
import { fieldsOf, type MapOptions, type MapPartition, MappedSource } from "./mapped.js";
import type { Pool } from "./pool.js";
import type { OnProgress } from "./progress.js";
import { allColumns, renameColumns, selectColumns, shownArrowFields, shownFields } from "./projection.js";
import { ALL_ROWS, checkCount, narrow } from "./row-range.js";
import { type Row, toRows } from "./rows.js";
import { cutBy } from "./scan.js";
import type { FileInfo, Schema } from "./types.js";
import type { CommitResult } from "./upload.js";
import {
  filterColumns,
  isSelective,
  isSlice,
  narrowSamples,
  shareBounds,
  type View,
  wantedOf,
} from "./view.js";

const DEFAULT_MAX_BYTES = 2 ** 30;

/** @internal The rows of a frame as Arrow IPC messages, in order, and the workers that they come from. */
export interface Messages {
  readonly pool: Pool;
  readonly schema: Uint8Array;
  readonly batches: AsyncIterable<Uint8Array>;
}

/** @internal Begins to read a frame, for code that passes its rows on. */
export let messagesOf: (frame: Frame, signal?: AbortSignal) => Promise<Messages>;

/** @internal What a frame is, for code that makes other frames of it. */
export let viewOf: (frame: Frame) => View;

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
export class Frame extends ColumnQueries {
  readonly #view: View;

  /** @internal */
  constructor(view: View) {
    super(view);
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
    return this.#view.columns.map(({ name }) => name);
  }

  /** The columns with their Arrow types. */
  get schema(): Schema {
    const { source, columns } = this.#view;
    return { fields: shownFields(columns, source.fields, () => source.arrowFields) };
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
    checkCount("partition", "index", index);
    return this.partitions(index, index + 1);
  }

  /**
   * The rows of this frame that lie in the data files from `start` up to, but without, `end`: without it, up to the
   * last. Costs what {@link Frame.partition} does.
   *
   * @param start from 0; without a partition in the range it throws code `invalid`.
   */
  partitions(start: number, end: number = this.numPartitions): Frame {
    checkCount("partitions", "start", start);
    checkCount("partitions", "end", end);
    const { files } = this.#view;
    const some = files.slice(start, end);
    if (some.length === 0) {
      const message = `There is no partition ${start}: this frame has ${files.length}.`;
      throw failure("invalid", "partitions", message);
    }
    const partOf = isSlice(this.#view) ? { partOf: { view: this.#view, start, end } } : {};
    return this.#with({ files: some, rows: ALL_ROWS, ...partOf });
  }

  /**
   * Only these columns, in this order.
   *
   * `"image.path"` is the column of just that name if there is one, else the field `path` of the struct column `image`,
   * or of the structs in the list column `image`. As with pyarrow, the column is then still called `image`, and is a
   * struct of the fields that are named: of the others not a byte is read.
   *
   * An unknown name throws code `invalid` and names the nearest column.
   */
  select(...columns: string[]): Frame {
    const { source, columns: shown } = this.#view;
    const types = () => (source.pushesDown ? source.arrowFields : []);
    return this.#with({ columns: selectColumns(columns, shown, types) });
  }

  /** All columns but these. An unknown name throws code `invalid` and names the nearest column. */
  drop(...columns: string[]): Frame {
    if (columns.length > 0) checkColumns("drop", columns, this.columns);
    const left = this.columns.filter((name) => !columns.includes(name));
    checkColumns("drop", left, this.columns);
    return this.#with({ columns: this.#view.columns.filter(({ name }) => left.includes(name)) });
  }

  /**
   * The same columns, some by new names: `{ old: "new" }`. Whatever comes later knows them by the new ones; what they
   * mean (label names, images) goes with them. Throws code `invalid` for a name that is not there, and for one that two
   * columns would have.
   */
  rename(names: Readonly<Record<string, string>>): Frame {
    return this.#with({ columns: renameColumns(names, this.#view.columns) });
  }

  /**
   * Only the rows of which the condition is true: `col("score").gt(0.5)`, or Dask's lists `[["score", ">", 0.5]]`. It
   * may be on any column, also on those of the files that are not selected. Filters on filters must all be true. {@link col} says what nulls
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
    this.#refuseSlice("filter");
    const { filter: before } = this.#view;
    const checked = checkFilter(filter, filterColumns(this.#view));
    return this.#with({ filter: before ? { op: "and", args: [before, checked] } : checked });
  }

  /**
   * A share of the rows, from 0 to 1, chosen at random: each row by the seed, its file's path and its number in the file
   * alone. So the same rows come whatever else is asked, in whatever order, on however many workers; filters and
   * samples may come in any order, and both before slices. A sample of a sample by the same seed is that share of it.
   *
   * It is pushed down like a filter: pages without any of its rows are not read, which pays for small shares of files
   * with a page index. Throws code `invalid` for other shares, and on a frame that was sliced.
   */
  sample(fraction: number, { seed = 0 }: SampleOptions = {}): Frame {
    if (!(fraction >= 0 && fraction <= 1)) {
      throw failure("invalid", "sample", `sample wants a share from 0 to 1, not ${String(fraction)}.`);
    }
    return this.#share("sample", seed, 0, fraction);
  }

  /**
   * Splits the rows at random into frames that have no row in common, and together all of them:
   * `const [train, test] = df.randomSplit([0.8, 0.2], { seed: 1 })`. Shares that do not add up to 1 are taken relative
   * to their sum. Rows are chosen as by {@link Frame.sample}.
   */
  randomSplit(weights: readonly number[], { seed = 0 }: SampleOptions = {}): Frame[] {
    return shareBounds(weights).map(([start, end]) => this.#share("randomSplit", seed, start, end));
  }

  /**
   * A frame of what a function makes of each partition: it is given the partition's table, and returns another one of
   * `@uwdata/flechette`. It is called where and when rows are read, one partition after the other, in order, and no
   * sooner than the rows before were taken; so what reads twice (`count`, then `toRows`) calls it twice. One partition is
   * in memory at a time, whole: it may come to 1 GiB.
   *
   * What is returned must have the columns of this frame, or those of `schema`; more are left out. Filters and samples
   * come before this, and so do fields of structs.
   *
   * @example
   * ```ts
   * const lengths = df.select("text").mapPartitions(
   *   (table) => tableFromArrays({ length: Array.from(table.getChild("text"), (text) => text.length) }),
   *   { schema: { length: int32() } },
   * );
   * ```
   */
  mapPartitions(map: MapPartition, { schema }: MapOptions = {}): Frame {
    const { root, source, files, columns } = this.#view;
    const fields = schema ? fieldsOf(schema) : shownArrowFields(columns, source.arrowFields);
    const mapping = { frame: this, files, map, fields, cut: cutBy(root) };
    const mapped = new MappedSource(mapping, source.origin, this.schema.fields);
    return new Frame({ source: mapped, root, files, columns: allColumns(mapped.fields), rows: ALL_ROWS });
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
    const { source, files } = this.#view;
    if (isSlice(this.#view)) {
      const total = await this.count(options);
      return this.slice(Math.max(0, total - numRows)).toRows(options);
    }
    if (isSelective(this.#view) || !source.pushesDown) {
      const wanted = await wantedOf(this.#view, options.signal);
      const { schema, batches } = await source.last(wanted, numRows, options.signal);
      return this.#rows(toTable(schema, batches), options);
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
    return this.#view.source.count(await wantedOf(this.#view, signal), signal);
  }

  /**
   * What reading this frame comes to: files, row groups and pages of how many, requests, bytes and round trips, and
   * why the rest is not read. Printed as text (`String(…)`) it is a short report. What earlier reads left in memory or in
   * the cache is counted, too: then a read costs less.
   *
   * Cost: what reading begins with, if it is not known yet: the footer of each file, and what pays of page indexes and
   * Bloom filters. A read that follows does not fetch that again.
   */
  async explain({ signal }: ReadOptions = {}): Promise<Explanation> {
    return this.#view.source.explain(await wantedOf(this.#view, signal), signal);
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
  async *batches({ onProgress, signal }: BatchOptions = {}): AsyncGenerator<Table, void, undefined> {
    const { schema, batches } = await this.#messages(signal, onProgress);
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
  async toParquetBlob(options: ParquetBlobOptions = {}): Promise<Blob> {
    const { writeParquetBlob } = await import("./writing.js");
    return writeParquetBlob(this, options);
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
    const pool = hub ? poolOf(hub) : this.#view.root.pool;
    const { path: directory, ...destination } = await pool.uploader.call("writePath", [path], options.signal);
    const label = directory.split("/").at(-1) || "train";
    const { writeTables } = await import("./writing.js");
    return writeTables(pool, destination, [{ target: { path: directory }, label, frame: this }], options);
  }

  /**
   * This frame as a Python program for Dask, when one browser is not enough: `df`, a `dask.dataframe` with a partition
   * for each file. It reads the same files at the same commit, with these columns, this filter (nulls as here) and these
   * rows; runs as it stands, on threads or on `dask.distributed`; and takes the Hub's address and token from the
   * environment (`HF_ENDPOINT`, `HF_TOKEN`). A slice counts the rows of all files first, on the cluster.
   *
   * Cost: none; nothing is read. Rejects with code `unsupported` for a filter on the items of a list, which pyarrow has no
   * expression for; for samples, fields of structs, and what `mapPartitions` makes; and for local data, which has no files
   * on the Hub. Rejects with code `invalid` on a partition of a slice, whose rows are known only once footers are read.
   */
  async toDask(): Promise<string> {
    return this.#program("toDask");
  }

  /** This frame as a Python program: `df`, a `Dataset` of the library `datasets`. See {@link Frame.toDask}. */
  async toDatasets(): Promise<string> {
    return this.#program("toDatasets");
  }

  /** This frame as a Python program: `df`, a Polars data frame. See {@link Frame.toDask}. */
  async toPolars(): Promise<string> {
    return this.#program("toPolars");
  }

  /** This frame as a Python program: `df`, a relation of DuckDB, over the table `rows`. See {@link Frame.toDask}. */
  async toDuckDB(): Promise<string> {
    return this.#program("toDuckDB");
  }

  /** This frame as a program of JavaScript with hubframe: `df`, the same frame. See {@link Frame.toDask}. */
  async toJavaScript(): Promise<string> {
    return this.#program("toJavaScript");
  }

  /** This frame as a Python program: `df`, a pandas data frame over Arrow. See {@link Frame.toDask}. */
  async toPandas(): Promise<string> {
    return this.#program("toPandas");
  }

  async #program(method: ProgramMethod): Promise<string> {
    const { programOf } = await import("./export/view.js");
    return programOf(method, this.#view);
  }

  async #messages(signal: AbortSignal | undefined, onProgress?: OnProgress): Promise<Messages> {
    const { root, source } = this.#view;
    const rows = await source.scan(await wantedOf(this.#view, signal), signal, onProgress);
    const batches = async function* () {
      for await (const { bytes } of rows.batches) yield bytes;
    };
    return { pool: root.pool, schema: rows.schema, batches: batches() };
  }

  static {
    messagesOf = (frame, signal) => frame.#messages(signal);
    viewOf = (frame) => frame.#view;
  }

  async #collect({ maxBytes = DEFAULT_MAX_BYTES, onProgress, signal }: CollectOptions) {
    checkCount("collect rows", "maxBytes", maxBytes);
    return this.#view.source.collect(await wantedOf(this.#view, signal), maxBytes, signal, onProgress);
  }

  #share(operation: string, seed: number, start: number, end: number): Frame {
    this.#refuseSlice(operation);
    checkCount(operation, "seed", seed);
    return this.#with({ samples: narrowSamples(this.#view.samples ?? [], { seed, start, end }) });
  }

  #refuseSlice(operation: string): void {
    if (!this.#view.source.pushesDown) {
      const message = `${operation} comes before mapPartitions, or is done by its function.`;
      throw failure("unsupported", operation, message);
    }
    if (!isSlice(this.#view)) return;
    const message = "This frame is a slice; filter and sample first, and slice the rows that pass.";
    throw failure("invalid", operation, message);
  }

  #with(change: Partial<View>): Frame {
    return new Frame({ ...this.#view, ...change });
  }
}
