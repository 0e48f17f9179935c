/** Types of plain JavaScript values: inferred from what is there, or declared as features. */
import {
  binary,
  bool,
  type DataType,
  dateDay,
  duration,
  field,
  float16,
  float32,
  float64,
  int8,
  int16,
  int32,
  int64,
  list,
  nullType,
  struct,
  TimeUnit,
  timestamp,
  uint8,
  uint16,
  uint32,
  uint64,
  utf8,
} from "@uwdata/flechette";
import { failure, type HubframeError } from "./errors.js";
import type { Feature } from "./types.js";

/** What the values of a column have been so far. */
export type Kind =
  | "nothing"
  | "boolean"
  | "integer"
  | "bigint"
  | "number"
  | "string"
  | "date"
  | "bytes"
  | { readonly list: Kind }
  | { readonly struct: ReadonlyMap<string, Kind> };

/** Nothing but nulls yet. */
export const NOTHING: Kind = "nothing";

/** How a column is stored, and how a value that is not null gets there. */
export interface Form {
  readonly type: DataType;
  readonly convert: (value: unknown, place: Place) => unknown;
}

/** A value's place, for messages. */
export class Place {
  constructor(
    readonly column: string,
    readonly row: number,
  ) {}

  /** The place of something in this value. */
  at(inner: string): Place {
    return new Place(`${this.column}.${inner}`, this.row);
  }

  error(message: string): HubframeError {
    const { column, row } = this;
    return failure("invalid", "open rows", `Column "${column}", row ${row}: ${message}`, {
      context: { column, row: String(row) },
    });
  }
}

/** What a value is. */
export function kindOf(value: unknown, place: Place): Kind {
  if (value === null || value === undefined) return NOTHING;
  switch (typeof value) {
    case "boolean":
    case "string":
    case "bigint":
      return typeof value as Kind;
    case "number":
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? "integer" : "number";
    case "object":
      return kindOfObject(value, place);
    default:
      throw place.error(`a ${typeof value} cannot be stored.`);
  }
}

function kindOfObject(value: object, place: Place): Kind {
  if (value instanceof Date) return "date";
  if (value instanceof Uint8Array || value instanceof ArrayBuffer) return "bytes";
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const items = Array.from(value as ArrayLike<unknown>);
    return { list: items.reduce<Kind>((kind, item) => merge(kind, kindOf(item, place), place), NOTHING) };
  }
  const fields = Object.entries(value);
  if (fields.length === 0) throw place.error("an object without fields cannot be stored.");
  return { struct: new Map(fields.map(([name, inner]) => [name, kindOf(inner, place.at(name))])) };
}

/** What holds values of both kinds. */
export function merge(known: Kind, next: Kind, place: Place): Kind {
  if (known === next || next === NOTHING) return known;
  if (known === NOTHING) return next;
  if (typeof known === "string" && typeof next === "string") {
    const both = [known, next].sort().join();
    if (both === "integer,number") return "number";
    if (both === "bigint,integer") return "bigint";
  }
  if (typeof known === "object" && typeof next === "object") {
    if ("list" in known && "list" in next) return { list: merge(known.list, next.list, place) };
    if ("struct" in known && "struct" in next) {
      const fields = new Map(known.struct);
      for (const [name, kind] of next.struct) {
        fields.set(name, merge(fields.get(name) ?? NOTHING, kind, place.at(name)));
      }
      return { struct: fields };
    }
  }
  throw place.error(
    `${describe(next)}, where the rows before have ${describe(known)}. Make them alike, or say in the schema what the column is.`,
  );
}

function describe(kind: Kind): string {
  if (typeof kind === "object") return "list" in kind ? "a list" : "an object";
  return kind === "integer" || kind === "number" ? "a number" : `a ${kind}`;
}

/** How values of a kind are stored. */
export function inferredForm(kind: Kind): Form {
  switch (kind) {
    case "nothing":
      return { type: nullType(), convert: () => null };
    case "boolean":
      return { type: bool(), convert: same };
    case "integer":
    case "bigint":
      return { type: int64(), convert: whole(64) };
    case "number":
      return { type: float64(), convert: same };
    case "string":
      return { type: utf8(), convert: same };
    case "date":
      return { type: timestamp(TimeUnit.MILLISECOND, "UTC"), convert: time };
    case "bytes":
      return { type: binary(), convert: bytes };
    default:
      return "list" in kind
        ? listForm(inferredForm(kind.list))
        : structForm([...kind.struct].map(([name, inner]) => [name, inferredForm(inner)]));
  }
}

/** How values of a declared feature are stored. */
export function declaredForm(feature: Feature, column: string): Form {
  const { _type, dtype, names } = feature as Record<string, unknown>;
  if (typeof _type !== "string") {
    const fields = Object.entries(feature) as [string, Feature][];
    return structForm(fields.map(([name, inner]) => [name, declaredForm(inner, `${column}.${name}`)]));
  }
  if (_type === "Value") return valueForm(String(dtype), column);
  if (_type === "ClassLabel" && Array.isArray(names)) return labelForm(names.map(String));
  if (MEDIA.has(_type)) return mediaForm();
  if (_type === "List" && feature.length === undefined) {
    return listForm(declaredForm(feature.feature as Feature, column));
  }
  if (_type === "Json") return { type: utf8(), convert: (value) => JSON.stringify(value) };
  throw undeclarable(column, `the feature ${_type}`);
}

const MEDIA = new Set(["Image", "Audio", "Video", "Pdf", "Nifti", "Mesh", "BioSequence", "BioStructure"]);

function valueForm(dtype: string, column: string): Form {
  const number = NUMBERS[dtype];
  if (number) return { type: number.type(), convert: number.convert };
  const [, unit, zone] = /^timestamp\[(s|ms|us)(?:, tz=(.+))?\]$/.exec(dtype) ?? [];
  if (unit) return { type: timestamp(UNITS[unit] as 0 | 1 | 2, zone ?? null), convert: moment(unit) };
  const [, span] = /^duration\[(s|ms|us|ns)\]$/.exec(dtype) ?? [];
  if (span) return { type: duration(UNITS[span] as 0 | 1 | 2 | 3), convert: whole(64) };
  switch (dtype) {
    case "bool":
      return { type: bool(), convert: only("boolean") };
    case "string":
    case "large_string":
      return { type: utf8(), convert: only("string") };
    case "binary":
    case "large_binary":
      return { type: binary(), convert: bytes };
    case "date32":
      return { type: dateDay(), convert: time };
    case "null":
      return inferredForm(NOTHING);
    default:
      throw undeclarable(column, `the type ${dtype}`);
  }
}

const UNITS: { readonly [unit: string]: number } = { s: 0, ms: 1, us: 2, ns: 3 };

const NUMBERS: { readonly [dtype: string]: { type: () => DataType; convert: Form["convert"] } } = {
  int8: { type: int8, convert: whole(8) },
  int16: { type: int16, convert: whole(16) },
  int32: { type: int32, convert: whole(32) },
  int64: { type: int64, convert: whole(64) },
  uint8: { type: uint8, convert: whole(8, true) },
  uint16: { type: uint16, convert: whole(16, true) },
  uint32: { type: uint32, convert: whole(32, true) },
  uint64: { type: uint64, convert: whole(64, true) },
  float16: { type: float16, convert: only("number") },
  float32: { type: float32, convert: only("number") },
  float64: { type: float64, convert: only("number") },
};

/** Whole numbers of so many bits. */
function whole(bits: number, unsigned = false): Form["convert"] {
  return (value, place) => {
    const isWhole = typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value));
    const number = isWhole ? BigInt(value) : undefined;
    const fits = number !== undefined && (unsigned ? BigInt.asUintN : BigInt.asIntN)(bits, number) === number;
    if (!fits) throw place.error(`${String(value)} is no ${unsigned ? "unsigned " : ""}${bits}-bit integer.`);
    return bits === 64 ? number : Number(number);
  };
}

function only(type: "boolean" | "string" | "number"): Form["convert"] {
  return (value, place) => {
    if (typeof value === type) return value;
    throw place.error(`a ${typeof value}, where the schema wants a ${type}.`);
  };
}

/** Milliseconds, which become the unit of the column; those of a column of seconds are whole seconds. */
function moment(unit: string): Form["convert"] {
  return (value, place) => {
    const ms = time(value, place);
    return unit === "s" ? Math.floor(ms / 1000) * 1000 : ms;
  };
}

function labelForm(names: readonly string[]): Form {
  const convert = (value: unknown, place: Place) => {
    if (typeof value !== "string") {
      const number = whole(64)(value, place) as bigint;
      if (number >= -1n && number < BigInt(names.length)) return number;
    }
    const index = names.indexOf(String(value));
    if (index < 0)
      throw place.error(`there is no label ${JSON.stringify(String(value))}; they are ${names.join(", ")}.`);
    return BigInt(index);
  };
  return { type: int64(), convert };
}

function mediaForm(): Form {
  const stored = structForm([
    ["bytes", { type: binary(), convert: bytes }],
    ["path", { type: utf8(), convert: only("string") }],
  ]);
  const isBytes = (value: unknown) => value instanceof Uint8Array || value instanceof ArrayBuffer;
  return {
    type: stored.type,
    convert: (value, place) => stored.convert(isBytes(value) ? { bytes: value, path: null } : value, place),
  };
}

function listForm(item: Form): Form {
  const convert = (value: unknown, place: Place) => {
    if (Array.isArray(value) || ArrayBuffer.isView(value)) {
      return Array.from(value as ArrayLike<unknown>, (each) => converted(item, each, place));
    }
    throw place.error(`a ${typeof value}, where a list is wanted.`);
  };
  return { type: list(field("element", item.type)), convert };
}

function structForm(fields: readonly (readonly [name: string, form: Form])[]): Form {
  const convert = (value: unknown, place: Place) => {
    if (typeof value !== "object") throw place.error(`a ${typeof value}, where an object is wanted.`);
    const object = value as Record<string, unknown>;
    return Object.fromEntries(
      fields.map(([name, form]) => [name, converted(form, object[name], place.at(name))]),
    );
  };
  return { type: struct(fields.map(([name, { type }]) => field(name, type))), convert };
}

function converted({ convert }: Form, value: unknown, place: Place): unknown {
  return value === null || value === undefined ? null : convert(value, place);
}

function same(value: unknown): unknown {
  return value;
}

function time(value: unknown, place: Place): number {
  const ms = value instanceof Date ? value.getTime() : Number.NaN;
  if (Number.isNaN(ms)) throw place.error(`${String(value)} is no valid Date.`);
  return ms;
}

function bytes(value: unknown, place: Place): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  throw place.error(`a ${typeof value}, where bytes (Uint8Array) are wanted.`);
}

function undeclarable(column: string, what: string): HubframeError {
  const message = `The column "${column}" is declared as ${what}, which rows cannot be made of; use fromArrow.`;
  return failure("invalid", "open rows", message, { context: { column } });
}
