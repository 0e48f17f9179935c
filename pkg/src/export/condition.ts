/**
 * A filter as an expression of `pyarrow.compute`.
 *
 * pyarrow's logic is nearly ours (SQL's): what is compared with a null is null, and a row passes only where the
 * expression is true. `isin` is the exception, which is false for a null. So `not` is moved inwards, to single tests,
 * where a null is looked after; what is left outside is `and` and `or`, for which null and false are the same.
 */
import { type DataType, type Field, Type } from "@uwdata/flechette";
import { typeName } from "../arrow-type.js";
import { failure } from "../errors.js";
import { type ColumnPath, type ExprData, isLength, type Literal, type Operand } from "../expr.js";
import type { Feature } from "../types.js";
import {
  durationNanos,
  type Floor,
  floatOf,
  floorDivide,
  floorOfNumber,
  timeNanos,
  timestampNanos,
} from "./literal.js";
import { float, list, text } from "./python.js";

/** The columns of the files: their types, and what they mean beyond them. */
export interface Columns {
  readonly fields: readonly Field[];
  readonly features: ReadonlyMap<string, Feature | undefined>;
}

type Test = Exclude<ExprData, { op: "and" | "or" | "not" }>;
type Compared = "==" | "!=" | "<" | "<=" | ">" | ">=";

/** A column, or what is compared of it. */
interface Subject {
  /** Python for it. */
  readonly python: string;
  readonly type: DataType;
  readonly names: readonly unknown[] | undefined;
  /** Whether it is the length of a list. */
  readonly isLength: boolean;
}

const ALWAYS = "pc.scalar(True)";
const NEVER = "pc.scalar(False)";
const SIGNS: { readonly [op: string]: Compared } = {
  eq: "==",
  ne: "!=",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
};
const UNITS = ["s", "ms", "us", "ns"];
const NANOS = [1_000_000_000n, 1_000_000n, 1_000n, 1n];
const DAY_NANOS = 86_400n * 1_000_000_000n;

/** Python for a filter that was checked. Throws code `unsupported` for what pyarrow has no expression for. */
export function condition(expr: ExprData, columns: Columns, negated = false): string {
  switch (expr.op) {
    case "not":
      return condition(expr.arg, columns, !negated);
    case "and":
    case "or": {
      const all = (expr.op === "and") !== negated;
      if (expr.args.length === 0) return all ? ALWAYS : NEVER;
      const parts = expr.args.map((arg) => condition(arg, columns, negated));
      return parts.length === 1 ? `${parts[0]}` : `(${parts.join(all ? " & " : " | ")})`;
    }
    default:
      return test(expr, subject(expr.column, columns), negated);
  }
}

function test(test: Test, column: Subject, negated: boolean): string {
  // Of a null, a comparison is null, and so is its opposite.
  const opposite = (python: string) => (negated ? `~${python}` : python);
  switch (test.op) {
    case "isNull":
    case "isNotNull":
      return `${column.python}.${(test.op === "isNull") !== negated ? "is_null" : "is_valid"}()`;
    case "between": {
      const both = `(${compare(column, ">=", test.low)} & ${compare(column, "<=", test.high)})`;
      return negated ? `(~${both} & ${column.python}.is_valid())` : both;
    }
    case "isIn": {
      const any = anyOf(column, test.values);
      return negated ? `(~${any} & ${column.python}.is_valid())` : any;
    }
    case "contains":
    case "startsWith":
    case "endsWith":
    case "matches":
      return opposite(search(test, column));
    default: {
      const compared = compare(column, SIGNS[test.op] ?? "==", test.value);
      return negated ? `(~${compared} & ${column.python}.is_valid())` : compared;
    }
  }
}

function search({ op, value }: { readonly op: string; readonly value: Literal }, column: Subject): string {
  if (isNested(column.type)) {
    throw failure(
      "unsupported",
      "export",
      "pyarrow has no expression for the items of a list; filter by other columns.",
    );
  }
  const names: { readonly [op: string]: string } = {
    contains: "match_substring",
    startsWith: "starts_with",
    endsWith: "ends_with",
    matches: "match_substring_regex",
  };
  const pattern = typeof value === "string" ? text(value) : bytes(value);
  return `pc.${names[op]}(${column.python}, ${pattern})`;
}

/** One of the values. A float is compared with each, so that zeros are equal and NaN is nothing. */
function anyOf(column: Subject, values: readonly Literal[]): string {
  if (values.length === 0) return NEVER;
  if (column.type.typeId === Type.Float || column.type.typeId === Type.Null) {
    return `(${values.map((value) => compare(column, "==", value)).join(" | ")})`;
  }
  const scalars = values.flatMap((value) => exact(column, value) ?? []);
  if (scalars.length === 0) return NEVER;
  const type = pythonType(column);
  return `${cast(column)}.isin(pa.array(${list(scalars, "    ").replace(/\n\s*/g, " ")}, ${type}))`;
}

/** A comparison with a value; null, or false, where the column is null. */
function compare(column: Subject, sign: Compared, value: Literal): string {
  const operand = cast(column);
  switch (column.type.typeId) {
    case Type.Null:
      return NEVER;
    case Type.Float: {
      checkIsFloat(value);
      return `(${operand} ${sign} pa.scalar(${float(floatOf(value))}, pa.float64()))`;
    }
    default: {
      const floor = floorOf(column, value);
      const scalar = (python: string) => `pa.scalar(${python}, ${pythonType(column)})`;
      if (!floor) return `(${operand} ${sign} ${scalar(plain(value))})`;
      const [from, to] = limits(column.type);
      if (floor.isExact && from <= floor.units && floor.units <= to) {
        return `(${operand} ${sign} ${scalar(unitsText(column, floor.units))})`;
      }
      // Between two values of the type, or beyond all: every one is on one side or the other.
      if (sign === "==" || sign === "!=") return constant(column, sign === "!=");
      const below = sign === "<" || sign === "<=";
      if (floor.units < from) return constant(column, !below);
      if (floor.units >= to) return constant(column, below);
      return `(${operand} ${below ? "<=" : ">"} ${scalar(unitsText(column, floor.units))})`;
    }
  }
}

function constant(column: Subject, value: boolean): string {
  return value ? `${column.python}.is_valid()` : NEVER;
}

/** The value among those of the type; `undefined` if it is none of them. */
function exact(column: Subject, value: Literal): string | undefined {
  const floor = floorOf(column, value);
  if (!floor) return isFiniteOrNoNumber(column, value) ? plain(value) : undefined;
  const [from, to] = limits(column.type);
  const isOne = floor.isExact && from <= floor.units && floor.units <= to;
  return isOne ? unitsText(column, floor.units) : undefined;
}

/** Where a value lies among those of a type that counts in units; `undefined` for one that does not. */
function floorOf(column: Subject, value: Literal): Floor | undefined {
  const { type, names } = column;
  const instant = (zone: string | null) => timestampNanos(textOf(value), zone);
  switch (type.typeId) {
    case Type.Int: {
      if (typeof value === "string" && names) return { units: BigInt(names.indexOf(value)), isExact: true };
      return finite(value, 0);
    }
    case Type.Decimal:
      return finite(value, type.scale);
    case Type.Date:
      return floorDivide(instant(null), type.unit === 0 ? DAY_NANOS : 1_000_000n);
    case Type.Timestamp:
      return floorDivide(instant(type.timezone), NANOS[type.unit] ?? 1n);
    case Type.Time:
      return floorDivide(timeNanos(textOf(value)), NANOS[type.unit] ?? 1n);
    case Type.Duration:
      return floorDivide(durationNanos(textOf(value)), NANOS[type.unit] ?? 1n);
    default:
      return undefined;
  }
}

function finite(value: Literal, scale: number): Floor {
  const floor = floorOfNumber(value, scale);
  if (floor) return floor;
  const number = floatOf(value);
  if (Number.isNaN(number)) {
    throw failure("unsupported", "export", "A comparison of integers with NaN is never true; leave it out.");
  }
  // Beyond every value of the type.
  return { units: (number < 0 ? -1n : 1n) * 10n ** 80n, isExact: false };
}

function isFiniteOrNoNumber({ type }: Subject, value: Literal): boolean {
  return type.typeId !== Type.Float || Number.isFinite(floatOf(value));
}

/** The smallest and the largest number of units that a type can hold. */
function limits(type: DataType): readonly [bigint, bigint] {
  switch (type.typeId) {
    case Type.Int: {
      const bits = BigInt(type.bitWidth);
      return type.signed ? [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n] : [0n, 2n ** bits - 1n];
    }
    case Type.Decimal: {
      const end = 10n ** BigInt(type.precision) - 1n;
      return [-end, end];
    }
    case Type.Date:
      return type.unit === 0 ? [-(2n ** 31n), 2n ** 31n - 1n] : [-(2n ** 63n), 2n ** 63n - 1n];
    case Type.Time:
      return type.bitWidth === 32 ? [-(2n ** 31n), 2n ** 31n - 1n] : [-(2n ** 63n), 2n ** 63n - 1n];
    default:
      return [-(2n ** 63n), 2n ** 63n - 1n];
  }
}

/** Python for a number of units. */
function unitsText({ type }: Subject, units: bigint): string {
  if (type.typeId !== Type.Decimal) return String(units);
  return `decimal.Decimal("${units}").scaleb(${-type.scale}, decimal.Context(prec=80))`;
}

/** Python for a value that is neither a number nor a time. */
function plain(value: Literal): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  return typeof value === "string" ? text(value) : bytes(value);
}

function bytes(value: Literal): string {
  const hex = typeof value === "object" && value !== null ? (value.bytes ?? "") : "";
  return `bytes.fromhex("${hex}")`;
}

/** The text of a value that is a time. */
function textOf(value: Literal): string {
  if (typeof value === "string") return value;
  return typeof value === "object" && value !== null ? (Object.values(value)[0] ?? "") : "";
}

/** Integers that no float equals would be rounded. */
function checkIsFloat(value: Literal): void {
  const int = typeof value === "object" && value !== null ? value.int : undefined;
  if (int === undefined || BigInt(Number(int)) === BigInt(int)) return;
  throw failure("unsupported", "export", `No float is ${int}; compare with one that is near.`);
}

/** The column as the type that it is compared in. Only where pyarrow might otherwise round, or see another time zone. */
function cast(column: Subject): string {
  const { type } = column;
  const isNarrow = type.typeId === Type.Float && type.precision < 2;
  const differs = type.typeId === Type.Timestamp || type.typeId === Type.Date;
  if (isNarrow) return `${column.python}.cast(pa.float64())`;
  return differs ? `${column.python}.cast(${pythonType(column)})` : column.python;
}

/** The type, as pyarrow names it. */
function pythonType({ type, isLength }: Subject): string {
  if (isLength) return "pa.int64()";
  switch (type.typeId) {
    case Type.Bool:
      return "pa.bool_()";
    case Type.Int:
      return `pa.${type.signed ? "int" : "uint"}${type.bitWidth}()`;
    case Type.Float:
      return "pa.float64()";
    case Type.Decimal:
      return `pa.decimal${Math.max(type.bitWidth, 128)}(${type.precision}, ${type.scale})`;
    case Type.Date:
      return `pa.date${type.unit === 0 ? 32 : 64}()`;
    case Type.Time:
      return `pa.time${type.bitWidth}("${UNITS[type.unit]}")`;
    case Type.Timestamp:
      return `pa.timestamp("${UNITS[type.unit]}"${type.timezone ? `, ${text(type.timezone)}` : ""})`;
    case Type.Duration:
      return `pa.duration("${UNITS[type.unit]}")`;
    case Type.Utf8:
    case Type.LargeUtf8:
    case Type.Utf8View:
      return "pa.string()";
    case Type.FixedSizeBinary:
      return `pa.binary(${type.stride})`;
    case Type.Binary:
    case Type.LargeBinary:
    case Type.BinaryView:
      return "pa.binary()";
    default:
      throw failure("unsupported", "export", `pyarrow has no comparison of ${typeName(type)}.`);
  }
}

function isNested({ typeId }: DataType): boolean {
  return [Type.List, Type.LargeList, Type.FixedSizeList].some((id) => id === typeId);
}

/** Finds the operand of a test, whose path `filter` has made exact. */
function subject(operand: Operand, { fields, features }: Columns): Subject {
  const path: ColumnPath = isLength(operand) ? operand.length : operand;
  const [name = "", ...inner] = typeof path === "string" ? [path] : path;
  let type = fields.find((field) => field.name === name)?.type;
  let feature = features.get(name);
  for (const step of inner) {
    const children: readonly Field[] = type?.typeId === Type.Struct ? type.children : [];
    type = children.find((child) => child.name === step)?.type;
    const own = feature?.[step];
    feature = typeof own === "object" && own !== null ? (own as Feature) : undefined;
  }
  if (!type) throw failure("internal", "export", `There is no column ${[name, ...inner].join(".")}.`);
  const names = feature?._type === "ClassLabel" && Array.isArray(feature.names) ? feature.names : undefined;
  const python = `pc.field(${inner.length > 0 ? `(${[name, ...inner].map(text).join(", ")})` : text(name)})`;
  if (!isLength(operand)) return { python, type, names, isLength: false };
  const int64 = { typeId: Type.Int, bitWidth: 64, signed: true } as unknown as DataType;
  return {
    python: `pc.list_value_length(${python}).cast(pa.int64())`,
    type: int64,
    names: undefined,
    isLength: true,
  };
}
