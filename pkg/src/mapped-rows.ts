/** The rows of a mapped frame: made by its function, on the page, one partition at a time, and written as Arrow. */
import { Column, columnFromArray, type DataType, Table, tableToIPC } from "@uwdata/flechette";
import { typeName } from "./arrow-type.js";
import { failure } from "./errors.js";
import { MAP, type Mapping } from "./mapped.js";
import { allColumns } from "./projection.js";
import type { DataFile, ScanBatch, ShownColumn } from "./protocol.js";
import { inWindow, lastOf } from "./scan.js";
import type { CollectedRows, Rows, Wanted } from "./source.js";
import type { Field } from "./types.js";

/** Calls the function of a mapping where rows are read. */
export class MappedRows {
  readonly #mapping: Mapping;
  readonly #fields: readonly Field[];

  /** `fields` are the columns that come back. */
  constructor(mapping: Mapping, fields: readonly Field[]) {
    this.#mapping = mapping;
    this.#fields = fields;
  }

  async scan(wanted: Wanted, signal?: AbortSignal): Promise<Rows> {
    const { schema } = this.#encode(emptyTable(this.#mapping), wanted.columns);
    const all = this.#all(wanted.files, wanted.columns, signal);
    return { schema, batches: inWindow(all, wanted.rows, schema, this.#mapping.cut) };
  }

  async last(wanted: Wanted, numRows: number, signal?: AbortSignal): Promise<CollectedRows> {
    const { schema } = this.#encode(emptyTable(this.#mapping), wanted.columns);
    const streams = wanted.files.map((file) => () => this.#all([file], wanted.columns, signal));
    return { schema, batches: await lastOf(streams, numRows, schema, this.#mapping.cut) };
  }

  async fileRows(files: readonly DataFile[], signal?: AbortSignal): Promise<number[]> {
    const counts: number[] = [];
    for (const file of files) counts.push((await this.#partition(file, signal)).numRows);
    return counts;
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
    const known = new Map(this.#fields.map((field) => [field.name, field.feature]));
    const features = columns.map(({ name, source }) => [name, known.get(source)] as const);
    if (!features.some(([, feature]) => feature)) return new Map();
    return new Map([["huggingface", JSON.stringify({ info: { features: Object.fromEntries(features) } })]]);
  }

  /** A table as IPC messages, one batch at a time, with the columns that are shown. */
  #encode(table: Table, columns: readonly ShownColumn[] = allColumns(this.#fields)) {
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
