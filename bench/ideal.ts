/**
 * The lower bound of a task: the bytes that no client can do without, computed from footer and page index, in the waves
 * in which they can be known. First the footer and what is needed of the page index, then pages; for a filter the pages
 * of its column before the others. Dictionaries count; nothing between two ranges does.
 */
import { open } from "node:fs/promises";
import {
  type ColumnChunk,
  type FileMetaData,
  type OffsetIndex,
  parquetMetadata,
  readColumnIndex,
  readOffsetIndex,
} from "hyparquet";
import type { Task, Waves } from "./tasks.js";

type Range = [start: number, end: number];

/** Half-open rows of one row group. */
interface Rows {
  readonly group: number;
  readonly start: number;
  readonly end: number;
}

/** The waves of a task on the file at `path`. */
export async function idealWaves(path: string, task: Task): Promise<Waves> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const bytes = async (start: number, end: number) => {
      const buffer = new Uint8Array(end - start);
      await file.read(buffer, 0, end - start, start);
      return buffer.buffer;
    };
    const metadataLength = new DataView(await bytes(size - 8, size - 4)).getUint32(0, true);
    const footer: Range = [size - 8 - metadataLength, size];
    const metadata = parquetMetadata(await bytes(...footer));
    const waves = await new Planner(metadata, bytes).waves(footer, task);
    return waves.map(merge).filter((wave) => wave.length > 0);
  } finally {
    await file.close();
  }
}

class Planner {
  readonly #metadata: FileMetaData;
  readonly #bytes: (start: number, end: number) => Promise<ArrayBuffer>;

  constructor(metadata: FileMetaData, bytes: (start: number, end: number) => Promise<ArrayBuffer>) {
    this.#metadata = metadata;
    this.#bytes = bytes;
  }

  async waves(footer: Range, task: Task): Promise<Range[][]> {
    const groups = this.#metadata.row_groups.map(({ columns }) => columns);
    switch (task.name) {
      case "T1":
        return [[footer]];
      case "T2":
      case "T3": {
        const wanted = this.#locate(task.rows.start, task.rows.end);
        const index = wanted.flatMap(({ group }) => (groups[group] ?? []).map(offsetIndexRange));
        const pages = wanted.flatMap((rows) =>
          (groups[rows.group] ?? []).map((column) => this.#pages(column, rows)),
        );
        return [[footer, ...index], (await Promise.all(pages)).flat()];
      }
      case "T4":
        return [[footer], groups.flat().filter(isColumn(task.column)).map(chunkRange)];
      case "T5":
        return [[footer], groups.flat().map(chunkRange)];
      case "T6":
        return this.#find(footer, task.id);
    }
  }

  /** The one row of an id that ascends: first the page of the ids that holds it, then that row's page of the others. */
  async #find(footer: Range, id: number): Promise<Range[][]> {
    const [wanted] = this.#locate(id, id + 1);
    const columns = this.#metadata.row_groups[wanted?.group ?? -1]?.columns;
    const ids = columns?.find(isColumn("id"));
    if (!wanted || !columns || !ids) throw new Error("The file has no such id.");
    const columnIndex = columnIndexRange(ids);
    // The row number is the id; that the index leads there is checked.
    const element = this.#metadata.schema.find(({ name }) => name === "id");
    const { min_values, max_values } = readColumnIndex(
      reader(await this.#bytes(...columnIndex)),
      element as never,
    );
    const holds = min_values.filter((min, page) => Number(min) <= id && id <= Number(max_values[page]));
    if (holds.length !== 1) throw new Error("The column index does not tell the page of an id.");
    const others = columns.filter((column) => column !== ids);
    const pages = await Promise.all(others.map((column) => this.#pages(column, wanted)));
    return [
      [footer, columnIndex, ...columns.map(offsetIndexRange)],
      await this.#pages(ids, wanted),
      pages.flat(),
    ];
  }

  /** The rows of the file, by row group. */
  #locate(start: number, end: number): Rows[] {
    let first = 0;
    return this.#metadata.row_groups.flatMap(({ num_rows }, group) => {
      const rows = { group, start: Math.max(0, start - first), end: Math.min(Number(num_rows), end - first) };
      first += Number(num_rows);
      return rows.start < rows.end ? [rows] : [];
    });
  }

  /** The pages of a column chunk that hold rows, and its dictionary. */
  async #pages(column: ColumnChunk, rows: Rows): Promise<Range[]> {
    const { page_locations }: OffsetIndex = readOffsetIndex(
      reader(await this.#bytes(...offsetIndexRange(column))),
    );
    const pages = page_locations.filter(({ first_row_index }, page) => {
      const next = page_locations[page + 1]?.first_row_index ?? Number.POSITIVE_INFINITY;
      return Number(first_row_index) < rows.end && rows.start < Number(next);
    });
    const [chunkStart] = chunkRange(column);
    const dictionary: Range = [chunkStart, Number(page_locations[0]?.offset ?? chunkStart)];
    return [dictionary, ...pages.map((page) => from(page.offset, page.compressed_page_size))];
  }
}

function isColumn(name: string): (column: ColumnChunk) => boolean {
  return ({ meta_data }) => meta_data?.path_in_schema[0] === name;
}

function chunkRange({ meta_data }: ColumnChunk): Range {
  if (!meta_data) throw new Error("The column chunk is in another file.");
  const { dictionary_page_offset, data_page_offset, total_compressed_size } = meta_data;
  return from(dictionary_page_offset ?? data_page_offset, total_compressed_size);
}

function offsetIndexRange(column: ColumnChunk): Range {
  return from(column.offset_index_offset ?? 0, column.offset_index_length ?? 0);
}

function columnIndexRange(column: ColumnChunk): Range {
  return from(column.column_index_offset ?? 0, column.column_index_length ?? 0);
}

function from(offset: bigint | number, length: bigint | number): Range {
  return [Number(offset), Number(offset) + Number(length)];
}

function reader(buffer: ArrayBuffer) {
  return { view: new DataView(buffer), offset: 0 };
}

/** Sorts ranges and joins those that touch. */
function merge(ranges: Range[]): Range[] {
  const merged: Range[] = [];
  for (const [start, end] of ranges.filter(([a, b]) => a < b).sort(([a], [b]) => a - b)) {
    const last = merged.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}
