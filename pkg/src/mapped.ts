/** The partitions of a frame as a function returns them: rows made on the page, one partition at a time. */
import {
  type Field as ArrowField,
  Column,
  columnFromArray,
  type DataType,
  field,
  Table,
  Type,
  tableToIPC,
} from "@uwdata/flechette";
import { typeName } from "./arrow-type.js";
import { failure } from "./errors.js";
import type { Explanation } from "./explanation.js";
import type { Frame } from "./frame.js";
import { allColumns } from "./projection.js";
import type { DataFile, ScanBatch, ShownColumn } from "./protocol.js";
import { numRowsIn } from "./row-range.js";
import { type Cut, collectBatches, inWindow, lastOf } from "./scan.js";
import type { CollectedRows, FrameSource, Rows, Wanted } from "./source.js";
import type { Field } from "./types.js";

/** Makes a table of the table of a partition. */
export type MapPartition = (table: Table, partition: { readonly index: number }) => Table | Promise<Table>;

/** Options of {@link Frame.mapPartitions}. */
export interface MapOptions {
  /**
   * The columns of the tables that are returned, by name, with types of `@uwdata/flechette`: `{ id: int64() }`. What is
   * returned is brought to these types.
   *
   * @default those of the frame
   */
  readonly schema?: Readonly<Record<string, DataType>>;
}

/** What a mapped frame is made of. */
interface Mapping {
  /** The frame whose partitions are given to the function. */
  readonly frame: Frame;
  readonly files: readonly DataFile[];
  readonly map: MapPartition;
  /** The columns that come back. */
  readonly fields: readonly ArrowField[];
  /** How a batch is cut: by a worker. */
  readonly cut: Cut;
}

const MAP = "map partitions";

/** Rows that a function makes of a frame's partitions. */
export class MappedSource implements FrameSource {
  readonly pushesDown = false;
  readonly origin: FrameSource["origin"];
  readonly fields: readonly Field[];
  readonly #mapping: Mapping;

  /** `before` are the fields of the frame: columns that keep name and type keep what they mean. */
  constructor(mapping: Mapping, origin: FrameSource["origin"], before: readonly Field[]) {
    this.#mapping = mapping;
    this.origin = origin;
    const features = new Map(before.map((field) => [field.name, field]));
    this.fields = mapping.fields.map(({ name, type, nullable }) => {
      const before = features.get(name);
      const same = before?.type === typeName(type) && before.feature ? { feature: before.feature } : {};
      return { name, type: typeName(type), nullable, ...same };
    });
  }

  get arrowFields(): readonly ArrowField[] {
    return this.#mapping.fields;
  }

  async scan(wanted: Wanted, signal?: AbortSignal): Promise<Rows> {
    const { schema } = this.#encode(emptyTable(this.#mapping), wanted.columns);
    const all = this.#all(wanted.files, wanted.columns, signal);
    return { schema, batches: inWindow(all, wanted.rows, schema, this.#mapping.cut) };
  }

  async collect(wanted: Wanted, maxBytes: number, signal?: AbortSignal): Promise<CollectedRows> {
    const { schema, batches } = await this.scan(wanted, signal);
    return { schema, batches: await collectBatches(batches, maxBytes) };
  }

  async last(wanted: Wanted, numRows: number, signal?: AbortSignal): Promise<CollectedRows> {
    const { schema } = this.#encode(emptyTable(this.#mapping), wanted.columns);
    const streams = wanted.files.map((file) => () => this.#all([file], wanted.columns, signal));
    return { schema, batches: await lastOf(streams, numRows, schema, this.#mapping.cut) };
  }

  async count({ files, rows }: Wanted, signal?: AbortSignal): Promise<number> {
    const counts = await this.fileRows(files, signal);
    return numRowsIn(
      rows,
      counts.reduce((sum, count) => sum + count, 0),
    );
  }

  async fileRows(files: readonly DataFile[], signal?: AbortSignal): Promise<number[]> {
    const counts: number[] = [];
    for (const file of files) counts.push((await this.#partition(file, signal)).numRows);
    return counts;
  }

  async explain({ files }: Wanted, signal?: AbortSignal): Promise<Explanation> {
    const { frame, files: all } = this.#mapping;
    const first = files[0] ? all.indexOf(files[0]) : 0;
    return frame.partitions(first, first + files.length).explain(signal ? { signal } : {});
  }

  async queryFooters(): Promise<never> {
    return this.query();
  }

  async query(): Promise<never> {
    const message = "What mapPartitions makes is not measured: aggregate before it, or in its function.";
    throw failure("unsupported", "aggregate", message);
  }

  async *#all(
    files: readonly DataFile[],
    columns: readonly ShownColumn[] | undefined,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<ScanBatch> {
    for (const file of files) yield* this.#encode(await this.#partition(file, signal), columns).batches;
  }

  /** One partition, read and mapped, with the columns that were promised. */
  async #partition(file: DataFile, signal: AbortSignal | undefined): Promise<Table> {
    const { frame, files, map, fields } = this.#mapping;
    const index = files.indexOf(file);
    const table: unknown = await map(await frame.partition(index).toArrow(signal ? { signal } : {}), {
      index,
    });
    const wrong = (why: string) =>
      failure("invalid", MAP, `The function given to mapPartitions returned ${why} for partition ${index}.`, {
        context: { file: file.path },
      });
    if (!isTable(table)) throw wrong("no table of @uwdata/flechette");
    const columns = fields.map(({ name, type }) => {
      const column = table.getChild(name);
      if (!column) throw wrong(`a table without the column "${name}"`);
      return typed(column, type, (cause) =>
        wrong(`what is no ${typeName(type)} in the column "${name}" (${cause})`),
      );
    });
    return new Table({ fields: [...fields] }, aligned(columns));
  }

  /** What columns mean, under the key by which `datasets` finds it. */
  #metadata(columns: readonly ShownColumn[]): Map<string, string> {
    const known = new Map(this.fields.map((field) => [field.name, field.feature]));
    const features = columns.map(({ name, source }) => [name, known.get(source)] as const);
    if (!features.some(([, feature]) => feature)) return new Map();
    return new Map([["huggingface", JSON.stringify({ info: { features: Object.fromEntries(features) } })]]);
  }

  /** A table as IPC messages, one batch at a time, with the columns that are shown. */
  #encode(table: Table, columns: readonly ShownColumn[] = allColumns(this.fields)) {
    const children = columns.map(({ source }) => table.getChild(source));
    const fields = columns.flatMap(({ name, source }) => {
      const field = this.#mapping.fields.find((field) => field.name === source);
      return field ? [{ ...field, name }] : [];
    });
    const shown = new Table({ fields, metadata: this.#metadata(columns) }, children);
    const numBatches = shown.children[0]?.data.length ?? 0;
    const parts = Array.from({ length: numBatches }, (_, batch) => {
      const children = shown.children.map(({ data, type }) => new Column(data.slice(batch, batch + 1), type));
      return { numRows: children[0]?.length ?? 0, ...ipcParts(new Table(shown.schema, children)) };
    });
    const { schema } = parts[0] ?? ipcParts(shown);
    return { schema, batches: parts.map(({ numRows, bytes }): ScanBatch => ({ numRows, bytes })) };
  }
}

/** The fields of a schema option. */
export function fieldsOf(schema: Readonly<Record<string, DataType>>): readonly ArrowField[] {
  return Object.entries(schema).map(([name, type]) => {
    if (type?.typeId === undefined || type.typeId === Type.Dictionary) {
      throw failure(
        "invalid",
        MAP,
        `The type of "${name}" must be one of @uwdata/flechette, and no dictionary: int64().`,
      );
    }
    return field(name, type, true);
  });
}

function emptyTable({ fields }: Mapping): Table {
  const children = fields.map(({ type }) => columnFromArray([], type));
  return new Table({ fields: [...fields] }, children);
}

/** A schema message, and those of the rows. Without dictionaries, nothing else is in a stream. */
function ipcParts(table: Table): { schema: Uint8Array; bytes: Uint8Array } {
  const stream = tableToIPC(table, { format: "stream" }) ?? new Uint8Array();
  // A message begins with a mark of four bytes and its length; the stream ends with eight more.
  const end = 8 + new DataView(stream.buffer, stream.byteOffset).getInt32(4, true);
  return { schema: stream.slice(0, end), bytes: stream.slice(end, -8) };
}

/** The column as it is where its type is the one wanted, else its values again. */
function typed(column: Column<unknown>, type: DataType, wrong: (cause: unknown) => Error): Column<unknown> {
  if (typeName(column.type) === typeName(type)) return new Column([...column.data], type);
  try {
    return columnFromArray(Array.from(column), type) as Column<unknown>;
  } catch (error) {
    throw wrong(error);
  }
}

/** Columns whose batches are of the same lengths: those made anew are of one batch. */
function aligned(columns: readonly Column<unknown>[]): Column<unknown>[] {
  const lengths = (column: Column<unknown>) => column.data.map(({ length }) => length).join();
  const [first] = columns;
  if (!first || columns.every((column) => lengths(column) === lengths(first))) return [...columns];
  return columns.map((column) =>
    column.data.length === 1 ? column : (columnFromArray(Array.from(column), column.type) as Column<unknown>),
  );
}

/** A page may have more than one copy of flechette. */
function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && "getChild" in value && "schema" in value;
}
