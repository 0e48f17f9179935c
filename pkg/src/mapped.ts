/** The partitions of a frame as a function returns them: what such a frame is, before any row is read. */
import { type Field as ArrowField, type DataType, field, type Table, Type } from "@uwdata/flechette";
import { typeName } from "./arrow-type.js";
import { failure } from "./errors.js";
import type { Explanation } from "./explanation.js";
import type { Frame } from "./frame.js";
import type { MappedRows } from "./mapped-rows.js";
import type { DataFile } from "./protocol.js";
import { numRowsIn } from "./row-range.js";
import { type Cut, collectBatches } from "./scan.js";
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
export interface Mapping {
  /** The frame whose partitions are given to the function. */
  readonly frame: Frame;
  readonly files: readonly DataFile[];
  readonly map: MapPartition;
  /** The columns that come back. */
  readonly fields: readonly ArrowField[];
  /** How a batch is cut: by a worker. */
  readonly cut: Cut;
}

const NOT_PLAIN: readonly number[] = [Type.Dictionary, Type.Union, Type.RunEndEncoded];

/** The operation of errors. */
export const MAP = "map partitions";

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
    return (await this.#rows()).scan(wanted, signal);
  }

  async collect(wanted: Wanted, maxBytes: number, signal?: AbortSignal): Promise<CollectedRows> {
    const { schema, batches } = await this.scan(wanted, signal);
    return { schema, batches: await collectBatches(batches, maxBytes) };
  }

  async last(wanted: Wanted, numRows: number, signal?: AbortSignal): Promise<CollectedRows> {
    return (await this.#rows()).last(wanted, numRows, signal);
  }

  async count({ files, rows }: Wanted, signal?: AbortSignal): Promise<number> {
    const counts = await this.fileRows(files, signal);
    return numRowsIn(
      rows,
      counts.reduce((sum, count) => sum + count, 0),
    );
  }

  async fileRows(files: readonly DataFile[], signal?: AbortSignal): Promise<number[]> {
    return (await this.#rows()).fileRows(files, signal);
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

  /** What calls the function, and writes Arrow, is fetched when rows are first read. */
  async #rows(): Promise<MappedRows> {
    const { MappedRows } = await import("./mapped-rows.js");
    return new MappedRows(this.#mapping, this.fields);
  }
}

/** The fields of a schema option. */
export function fieldsOf(schema: Readonly<Record<string, DataType>>): readonly ArrowField[] {
  return Object.entries(schema).map(([name, type]) => {
    if (!isPlain(type)) {
      throw failure(
        "invalid",
        MAP,
        `The type of "${name}" must be one of @uwdata/flechette, and hold no dictionary, union or run ends: int64().`,
      );
    }
    return field(name, type, true);
  });
}

/** Whether it is a type that columns have when they are read; the WebAssembly that reads knows no others. */
function isPlain(type: DataType | undefined): boolean {
  if (type?.typeId === undefined || NOT_PLAIN.includes(type.typeId)) return false;
  return !("children" in type) || type.children.every((child) => isPlain(child.type));
}
