/** Frames one after the other as one, brought to common columns batch by batch, in workers. */
import type { Field as ArrowField } from "@uwdata/flechette";
import { toFields } from "./arrow.js";
import { failure } from "./errors.js";
import type { Explanation } from "./explanation.js";
import { Frame, type Messages, messagesOf, viewOf } from "./frame.js";
import type { ReadOptions } from "./frame-options.js";
import type { ColumnTypes } from "./inspection.js";
import { allColumns } from "./projection.js";
import type { DataFile, FrameSource as Opened, ScanBatch, ShownColumn } from "./protocol.js";
import { ALL_ROWS, numRowsIn } from "./row-range.js";
import { type Cut, collectBatches, cutBy, inWindow, lastOf } from "./scan.js";
import type { CollectedRows, FrameSource, Rows, Wanted } from "./source.js";
import type { Field } from "./types.js";

/** Options of {@link concat}. */
export interface ConcatOptions extends ReadOptions {
  /**
   * What columns are to be, by name: a type as `datasets` names it (`"string"`, `"int64"`), or a feature, such as
   * `{ _type: "ClassLabel", names: ["neg", "pos"] }`, which makes names into numbers.
   */
  readonly types?: ColumnTypes;
}

const CONCAT = "concat";

/**
 * The rows of frames one after the other, with the columns of all of them: in the order of their first appearance, and null
 * where a frame has no such column. Numbers of several widths become the type that holds them all; what differs more needs
 * a type in `types`, by which columns are also cast: scalars to text and back, numbers to others, names to class labels. Of one
 * frame, that is all it does.
 *
 * Values are brought to their types when they are read; one that its type cannot hold rejects that read with code
 * `invalid`, naming column and value. Filters and samples come before this. Cost: the footers of each frame's first file.
 *
 * @example
 * ```ts
 * const all = await concat([await fromFiles([csv]), await fromFiles([parquet])], { types: { id: "string" } });
 * ```
 *
 * Rejects with `invalid` for a column whose types do not go together, naming both, and for a type that it cannot become.
 */
export async function concat(
  frames: readonly Frame[],
  { types = {}, signal }: ConcatOptions = {},
): Promise<Frame> {
  const [first] = frames;
  if (!first) throw failure("invalid", CONCAT, "There is no frame. Give at least one.");
  const { root } = viewOf(first);
  const united = await unite(frames, types, root.pool.idlest(), signal);
  const files = frames.map((frame, index) => ({
    path: String(index),
    size: frame.files.reduce((sum, { size }) => sum + size, 0),
    oid: "",
  }));
  const source = new UnitedSource(frames, files, types, united, cutBy(root));
  return new Frame({ source, root, files, columns: allColumns(source.fields), rows: ALL_ROWS });
}

type Slot = Messages["pool"]["slots"][number];

/** The schema of frames together. */
async function unite(
  frames: readonly Frame[],
  types: ColumnTypes,
  slot: Slot,
  signal: AbortSignal | undefined,
): Promise<Opened> {
  const schemas = await Promise.all(frames.map(async (frame) => (await messagesOf(frame, signal)).schema));
  return slot.call("unite", [schemas, types], signal);
}

/** Rows of several frames. Each of them is one partition. */
class UnitedSource implements FrameSource {
  readonly pushesDown = false;
  readonly origin: FrameSource["origin"];
  readonly fields: readonly Field[];
  readonly arrowFields: readonly ArrowField[];
  readonly #frames: readonly Frame[];
  readonly #files: readonly DataFile[];
  readonly #types: ColumnTypes;
  readonly #cut: Cut;

  constructor(
    frames: readonly Frame[],
    files: readonly DataFile[],
    types: ColumnTypes,
    { repo, sha, schema, arrowSchema }: Opened,
    cut: Cut,
  ) {
    this.#frames = frames;
    this.#files = files;
    this.#types = types;
    this.#cut = cut;
    this.origin = { repo, sha };
    this.fields = schema;
    this.arrowFields = toFields(arrowSchema);
  }

  async scan(wanted: Wanted, signal?: AbortSignal): Promise<Rows> {
    const { start, end } = wanted.rows;
    const skipped =
      start > 0 ? await this.#skip(wanted.files, start, signal) : { files: wanted.files, start };
    const rows = { start: skipped.start, ...(end !== undefined && { end: skipped.start + (end - start) }) };
    const { schema, read } = await this.#open(wanted.columns, signal);
    const all = this.#all(skipped.files, read);
    return { schema, batches: inWindow(all, rows, schema, this.#cut) };
  }

  async collect(wanted: Wanted, maxBytes: number, signal?: AbortSignal): Promise<CollectedRows> {
    const { schema, batches } = await this.scan(wanted, signal);
    return { schema, batches: await collectBatches(batches, maxBytes) };
  }

  async last(wanted: Wanted, numRows: number, signal?: AbortSignal): Promise<CollectedRows> {
    const { schema, read } = await this.#open(wanted.columns, signal);
    const streams = wanted.files.map((file) => () => read(file));
    return { schema, batches: await lastOf(streams, numRows, schema, this.#cut) };
  }

  async count({ files, rows }: Wanted, signal?: AbortSignal): Promise<number> {
    const counts = await this.fileRows(files, signal);
    return numRowsIn(
      rows,
      counts.reduce((sum, count) => sum + count, 0),
    );
  }

  async fileRows(files: readonly DataFile[], signal?: AbortSignal): Promise<number[]> {
    return Promise.all(files.map((file) => this.#frame(file).count(signal ? { signal } : {})));
  }

  async explain(): Promise<Explanation> {
    throw failure("unsupported", "explain", "What reading costs is said by the frames given to concat.");
  }

  async queryFooters(): Promise<never> {
    return this.query();
  }

  async query(): Promise<never> {
    throw failure(
      "unsupported",
      "aggregate",
      "What concat makes is not measured: measure the frames given to it.",
    );
  }

  #frame(file: DataFile): Frame {
    return this.#frames[this.#files.indexOf(file)] as Frame;
  }

  /** The files without those before a row, and the row counted from the first that is left. */
  async #skip(files: readonly DataFile[], start: number, signal: AbortSignal | undefined) {
    const counts = await this.fileRows(files, signal);
    let [first, left] = [0, start];
    while (first < files.length && left >= (counts[first] ?? 0)) {
      left -= counts[first] ?? 0;
      first += 1;
    }
    return { files: files.slice(first), start: left };
  }

  async *#all(
    files: readonly DataFile[],
    read: (file: DataFile) => AsyncGenerator<ScanBatch>,
  ): AsyncGenerator<ScanBatch> {
    for (const file of files) yield* read(file);
  }

  /** The schema of some columns, and how a frame's batches get there. */
  async #open(columns: readonly ShownColumn[] = allColumns(this.fields), signal?: AbortSignal) {
    const parts = this.#frames.map((frame) => part(frame, columns));
    const types = Object.fromEntries(
      columns.flatMap(({ name, source }) => {
        const type = this.#types[source];
        return type === undefined ? [] : [[name, type]];
      }),
    );
    const slot = viewOf(this.#frames[0] as Frame).root.pool.idlest();
    const whole = parts.flatMap(({ frame, isEmpty }) => (isEmpty ? [] : [frame]));
    const { arrowSchema } = await unite(whole, types, slot, signal);
    const frames = this.#frames;
    const files = this.#files;
    async function* read(file: DataFile): AsyncGenerator<ScanBatch> {
      const { frame } = parts[files.indexOf(file)] ?? part(frames[0] as Frame, columns);
      const { pool, schema, batches } = await messagesOf(frame, signal);
      for await (const bytes of batches) {
        yield await pool.idlest().call("uniteBatch", [schema, arrowSchema, bytes], signal);
      }
    }
    return { schema: arrowSchema, read };
  }
}

/** What a frame has of some columns, by their new names. Where that is none, any column tells how many rows there are. */
function part(frame: Frame, columns: readonly ShownColumn[]): { frame: Frame; isEmpty: boolean } {
  const own = columns.filter(({ source }) => frame.columns.includes(source));
  if (own.length === 0)
    return { frame: frame.select(...frame.columns.slice(0, 1)).rename(hidden(frame)), isEmpty: true };
  const names = Object.fromEntries(own.map(({ source, name }) => [source, name]));
  return { frame: frame.select(...own.map(({ source }) => source)).rename(names), isEmpty: false };
}

/** A name that no column has. */
function hidden(frame: Frame): Record<string, string> {
  return Object.fromEntries(frame.columns.slice(0, 1).map((name) => [name, "\0"]));
}
