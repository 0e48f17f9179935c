/** How plain JavaScript values become Arrow values: of the types that they have by themselves, or of declared ones. */
import {
  binary,
  bool,
  type DataType,
  dateDay,
  dateMillisecond,
  decimal,
  duration,
  field,
  fixedSizeBinary,
  float16,
  float32,
  float64,
  int8,
  int16,
  int32,
  int64,
  largeList,
  list,
  nullType,
  struct,
  TimeUnit,
  timeMicrosecond,
  timeMillisecond,
  timeNanosecond,
  timeSecond,
  timestamp,
  uint8,
  uint16,
  uint32,
  uint64,
  utf8,
} from "@uwdata/flechette";
import { failure, type HubframeError } from "./errors.js";
import { decimalUnits, Misfit, timestampUnits, timeUnits } from "./exact.js";
import { type Kind, NOTHING, type Place } from "./row-types.js";
import type { Feature } from "./types.js";

/** How a column is stored, and how a value that is not null gets there. */
export interface Form {
  readonly type: DataType;
  /**
   * The type that flechette builds, if it is another one, of the same buffers: it would make a number of a timestamp on
   * its way, and round it.
   */
  readonly built?: DataType;
  readonly convert: (value: unknown, place: Place) => unknown;
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
      return timestampForm("ms", "UTC");
    case "bytes":
      return { type: binary(), convert: bytes };
    default:
      return "list" in kind
        ? listForm(inferredForm(kind.list), list)
        : structForm([...kind.struct].map(([name, inner]) => [name, inferredForm(inner)]));
  }
}

/** How values of a declared feature are stored. */
export function declaredForm(feature: Feature, column: string): Form {
  const { _type, dtype, names, languages } = feature as Record<string, unknown>;
  if (typeof _type !== "string") {
    const fields = Object.entries(feature) as [string, Feature][];
    return structForm(fields.map(([name, inner]) => [name, declaredForm(inner, `${column}.${name}`)]));
  }
  if (_type === "Value") return valueForm(String(dtype), column);
  if (_type === "ClassLabel" && Array.isArray(names)) return labelForm(names.map(String));
  if (MEDIA.has(_type)) return mediaForm();
  if ((_type === "List" || _type === "LargeList") && feature.length === undefined) {
    return listForm(declaredForm(feature.feature as Feature, column), _type === "List" ? list : largeList);
  }
  if (_type === "Translation" && Array.isArray(languages)) {
    return structForm(languages.map((language) => [String(language), valueForm("string", column)]));
  }
  if (_type === "Json") return { type: utf8(), convert: (value) => JSON.stringify(value) };
  throw undeclarable(column, `the feature ${_type}`);
}

const MEDIA = new Set(["Image", "Audio", "Video", "Pdf", "Nifti", "Mesh", "BioSequence", "BioStructure"]);

function valueForm(dtype: string, column: string): Form {
  const form = PLAIN[dtype]?.();
  if (form) return form;
  const { name = "", unit = "", zone, a = "", b = "" } = PARAMETERS.exec(dtype)?.groups ?? {};
  const [precision, scale] = [Number(a), Number(b)];
  if (name === "timestamp" && isUnit(unit)) return timestampForm(unit, zone ?? null);
  if (name === "duration" && isUnit(unit)) return { type: duration(UNITS[unit].code), convert: whole(64) };
  if (/^time32\[m?s\]|^time64\[[un]s\]/.test(dtype) && isUnit(unit)) return timeForm(unit);
  if (name === "fixed_size_binary" && a)
    return { type: fixedSizeBinary(precision), convert: bytesOf(precision) };
  if (name === "decimal128" && b && precision <= 38) return decimalForm(precision, scale, 128);
  if (name === "decimal256" && b && precision <= 76) return decimalForm(precision, scale, 256);
  throw undeclarable(column, `the type ${dtype}`);
}

/** Types with something in brackets, as `datasets` spells them. */
const PARAMETERS =
  /^(?<name>[a-z_]+\d*)(?:\[(?<unit>s|ms|us|ns)(?:, tz=(?<zone>.+))?\]|[[(](?<a>\d+)(?:, (?<b>\d+))?[\])])$/;

const PLAIN: { readonly [dtype: string]: () => Form } = {
  int8: () => ({ type: int8(), convert: whole(8) }),
  int16: () => ({ type: int16(), convert: whole(16) }),
  int32: () => ({ type: int32(), convert: whole(32) }),
  int64: () => ({ type: int64(), convert: whole(64) }),
  uint8: () => ({ type: uint8(), convert: whole(8, true) }),
  uint16: () => ({ type: uint16(), convert: whole(16, true) }),
  uint32: () => ({ type: uint32(), convert: whole(32, true) }),
  uint64: () => ({ type: uint64(), convert: whole(64, true) }),
  float16: () => ({ type: float16(), convert: only("number") }),
  float32: () => ({ type: float32(), convert: only("number") }),
  float64: () => ({ type: float64(), convert: only("number") }),
  bool: () => ({ type: bool(), convert: only("boolean") }),
  string: () => ({ type: utf8(), convert: only("string") }),
  large_string: () => ({ type: utf8(), convert: only("string") }),
  binary: () => ({ type: binary(), convert: bytes }),
  large_binary: () => ({ type: binary(), convert: bytes }),
  date32: () => ({ type: dateDay(), convert: day }),
  date64: () => ({ type: dateMillisecond(), convert: day }),
  null: () => inferredForm(NOTHING),
};

const UNITS = {
  s: { code: TimeUnit.SECOND, perSecond: 1n, time: timeSecond },
  ms: { code: TimeUnit.MILLISECOND, perSecond: 1_000n, time: timeMillisecond },
  us: { code: TimeUnit.MICROSECOND, perSecond: 1_000_000n, time: timeMicrosecond },
  ns: { code: TimeUnit.NANOSECOND, perSecond: 1_000_000_000n, time: timeNanosecond },
} as const;

function isUnit(text: string): text is keyof typeof UNITS {
  return Object.hasOwn(UNITS, text);
}

/** Whole numbers of so many bits. */
function whole(bits: number, unsigned = false): Form["convert"] {
  return (value, place) => {
    const isWhole = typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value));
    const number = isWhole ? BigInt(value) : undefined;
    const fits = number !== undefined && (unsigned ? BigInt.asUintN : BigInt.asIntN)(bits, number) === number;
    if (!fits) {
      const hint = isWhole ? " Declare the column as a wider type, such as decimal128(38, 0)." : "";
      throw place.error(`${String(value)} is no ${unsigned ? "unsigned " : ""}${bits}-bit integer.${hint}`);
    }
    return bits === 64 ? number : Number(number);
  };
}

function only(type: "boolean" | "string" | "number"): Form["convert"] {
  return (value, place) => {
    if (typeof value === type) return value;
    throw place.error(`${called(value)}, where the schema wants a ${type}.`);
  };
}

/** Texts and numbers are what they spell; of a float that is the shortest text that stands for it. */
function decimalForm(precision: number, scale: number, bits: 128 | 256): Form {
  const convert = (value: unknown, place: Place) => {
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "bigint") {
      throw place.error(`${called(value)}, where a decimal is wanted: a text such as "12.50", or a number.`);
    }
    return fitting(decimalUnits(String(value), precision, scale), value, place);
  };
  return { type: decimal(precision, scale, bits), convert };
}

/** A `Date`, a text in ISO 8601, or a bigint in the unit. */
function timestampForm(unit: keyof typeof UNITS, zone: string | null): Form {
  const { code, perSecond } = UNITS[unit];
  const convert = (value: unknown, place: Place) => {
    if (typeof value === "bigint") return whole(64)(value, place);
    if (typeof value === "string")
      return whole(64)(fitting(timestampUnits(value, perSecond, zone), value, place), place);
    const ms = BigInt(time(value, place)) * perSecond;
    if (ms % 1000n === 0n) return whole(64)(ms / 1000n, place);
    throw place.error(`${(value as Date).toISOString()} is finer than the unit of the column.`);
  };
  return { type: timestamp(code, zone), built: int64(), convert };
}

/** A text such as `13:37:00.25`, or a whole number of the unit. */
function timeForm(unit: keyof typeof UNITS): Form {
  const { perSecond, time: type } = UNITS[unit];
  const end = 86_400n * perSecond;
  const convert = (value: unknown, place: Place) => {
    const units =
      typeof value === "string"
        ? fitting(timeUnits(value, perSecond), value, place)
        : (whole(64)(value, place) as bigint);
    if (units < 0n || units >= end) throw place.error(`${String(value)} is no time of a day.`);
    return perSecond <= 1000n ? Number(units) : units;
  };
  return { type: type(), convert };
}

function fitting(units: bigint | Misfit, value: unknown, place: Place): bigint {
  if (units instanceof Misfit) throw place.error(`${String(value)} ${units.why}`);
  return units;
}

/** A `Date`, whose day in UTC counts, or a text such as `2024-02-29`. */
function day(value: unknown, place: Place): number {
  if (typeof value !== "string") return time(value, place);
  const units = /T|:/i.test(value)
    ? new Misfit("is no date such as 2024-02-29.")
    : timestampUnits(value, 1000n, null);
  return Number(fitting(units, value, place));
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

function listForm(item: Form, listOf: typeof list | typeof largeList): Form {
  const convert = (value: unknown, place: Place) => {
    if (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))) {
      return Array.from(value as ArrayLike<unknown>, (each) => converted(item, each, place));
    }
    throw place.error(`${called(value)}, where a list is wanted.`);
  };
  return {
    type: listOf(field("element", item.type)),
    built: listOf(field("element", item.built ?? item.type)),
    convert,
  };
}

function structForm(fields: readonly (readonly [name: string, form: Form])[]): Form {
  const names = new Set(fields.map(([name]) => name));
  const convert = (value: unknown, place: Place) => {
    if (typeof value !== "object" || Array.isArray(value) || ArrayBuffer.isView(value)) {
      throw place.error(`${called(value)}, where an object is wanted.`);
    }
    const object = value as Record<string, unknown>;
    const unknown = Object.keys(object).find((name) => !names.has(name));
    if (unknown !== undefined) throw place.error(`the schema has no field "${unknown}".`);
    return Object.fromEntries(
      fields.map(([name, form]) => [name, converted(form, object[name], place.at(name))]),
    );
  };
  return {
    type: struct(fields.map(([name, { type }]) => field(name, type))),
    built: struct(fields.map(([name, { type, built }]) => field(name, built ?? type))),
    convert,
  };
}

function converted({ convert }: Form, value: unknown, place: Place): unknown {
  return value === null || value === undefined ? null : convert(value, place);
}

function same(value: unknown): unknown {
  return value;
}

function time(value: unknown, place: Place): number {
  const ms = value instanceof Date ? value.getTime() : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  throw place.error(
    `${String(value)} is no valid Date. Give a Date, or a text such as 2024-02-29T13:37:00Z.`,
  );
}

function bytes(value: unknown, place: Place): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  throw place.error(`${called(value)}, where bytes (Uint8Array) are wanted.`);
}

function bytesOf(length: number): Form["convert"] {
  return (value, place) => {
    const found = bytes(value, place);
    if (found.length === length) return found;
    throw place.error(`${found.length} bytes, where the schema wants ${length}.`);
  };
}

/** What a value of the wrong type is called. */
function called(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function undeclarable(column: string, what: string): HubframeError {
  const message = `The column "${column}" is declared as ${what}, which rows cannot be made of; use fromArrow.`;
  return failure("invalid", "open rows", message, { context: { column } });
}
