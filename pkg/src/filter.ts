/**
 * Filters checked against the columns of a frame, at the line that builds it.
 *
 * The Rust core checks them again where they are used (`src/expr/bind.rs`), but it runs in workers, and `filter` is not
 * asynchronous. Both are held to the same cases by their tests (`tests/fixtures/filters.json`).
 */
import { type Field as ArrowField, type DataType, Type } from "@uwdata/flechette";
import { typeName } from "./arrow-type.js";
import { nearestName, unknownColumn } from "./columns.js";
import { failure } from "./errors.js";
import { type ColumnPath, type ExprData, type Filter, isLength, type Literal, toExprData } from "./expr.js";
import { hasOffset, isDuration, isFixedZone, isTime } from "./iso8601.js";
import type { Feature } from "./types.js";

/** A column that filters may name. */
export interface FilterColumn {
  /** What it is called in the frame. */
  readonly name: string;
  /** What it is called in the files. */
  readonly source: string;
  readonly type: DataType;
  readonly feature?: Feature | undefined;
}

/** An expression on one operand. */
type Test = Exclude<ExprData, { op: "and" | "or" | "not" }>;

/** The operand of a test, found. */
interface Found {
  /** The path in the files. */
  readonly path: readonly string[];
  readonly type: DataType;
  readonly feature: Feature | undefined;
  readonly isLength: boolean;
  /** The name for messages. */
  readonly name: string;
}

/**
 * The filter with the columns' names in the files, one name for each level. Throws code `invalid` for a column that is
 * not there, naming the nearest, and for a value that does not fit its type, naming column and type.
 */
export function checkFilter(filter: Filter, columns: readonly FilterColumn[]): ExprData {
  return check(toExprData(filter), columns);
}

function check(expr: ExprData, columns: readonly FilterColumn[]): ExprData {
  switch (expr.op) {
    case "and":
    case "or":
      return { op: expr.op, args: expr.args.map((arg) => check(arg, columns)) };
    case "not":
      return { op: "not", arg: check(expr.arg, columns) };
    default: {
      const found = find(expr, columns);
      const why = misfit(expr, found);
      if (why !== undefined) {
        const type = typeName(found.type);
        throw failure("invalid", "filter", `The column "${found.name}" cannot be filtered so: ${why}.`, {
          context: { column: found.name, type },
        });
      }
      return { ...expr, column: found.isLength ? { length: found.path } : found.path };
    }
  }
}

function find({ column }: Test, columns: readonly FilterColumn[]): Found {
  const path: ColumnPath = isLength(column) ? column.length : column;
  const found = typeof path === "string" ? findDotted(path, columns) : findExact(path, columns);
  if (!found) {
    const name = typeof path === "string" ? path : path.join(".");
    throw unknownColumn(
      "filter",
      name,
      columns.flatMap(({ name, type }) => namesOf(name, type)),
    );
  }
  return { ...found, isLength: isLength(column) };
}

function findDotted(path: string, columns: readonly FilterColumn[]) {
  const starts = columns.filter(({ name }) => path === name || path.startsWith(`${name}.`));
  // The column of just that name, if there is one; else the one whose name ends at the first of the dots.
  starts.sort((a, b) => Number(b.name === path) - Number(a.name === path) || a.name.length - b.name.length);
  for (const column of starts) {
    const inner = path === column.name ? [] : dottedFields(path.slice(column.name.length + 1), column.type);
    const found = inner && descend(column, inner);
    if (found) return found;
  }
  return undefined;
}

/** The names on the way to a field of a struct; `undefined` when it has none of this name. */
function dottedFields(path: string, type: DataType): string[] | undefined {
  const fields = type.typeId === Type.Struct ? type.children : [];
  if (fields.some(({ name }) => name === path)) return [path];
  const starts = fields.filter(({ name }) => path.startsWith(`${name}.`));
  starts.sort((a, b) => a.name.length - b.name.length);
  for (const { name, type } of starts) {
    const inner = dottedFields(path.slice(name.length + 1), type);
    if (inner) return [name, ...inner];
  }
  return undefined;
}

function findExact([first, ...inner]: readonly string[], columns: readonly FilterColumn[]) {
  const column = columns.find(({ name }) => name === first);
  return column && descend(column, inner);
}

/** The field of a column that these names lead to. */
function descend({ name, source, type, feature }: FilterColumn, inner: readonly string[]) {
  const path = [source];
  for (const field of inner) {
    const children: readonly ArrowField[] = type.typeId === Type.Struct ? type.children : [];
    const child = children.find(({ name }) => name === field);
    if (!child) return undefined;
    type = child.type;
    feature = featureOf(feature, field);
    path.push(field);
  }
  return { path, type, feature, name: [name, ...inner].join(".") };
}

/** The feature of a struct's field, or of a list's items. */
function featureOf(feature: Feature | undefined, key: string): Feature | undefined {
  const own = feature?.[key];
  return typeof own === "object" && own !== null ? (own as Feature) : undefined;
}

/** All names that a path can reach, with dots between levels. */
function namesOf(name: string, type: DataType): string[] {
  const fields: readonly ArrowField[] = type.typeId === Type.Struct ? type.children : [];
  return [name, ...fields.flatMap((field) => namesOf(`${name}.${field.name}`, field.type))];
}

/** Why the test makes no sense of the column; `undefined` if it does. */
function misfit(test: Test, found: Found): string | undefined {
  const { type, feature, isLength } = found;
  switch (test.op) {
    case "isNull":
    case "isNotNull":
      return undefined;
    case "between":
      return comparable([test.low, test.high], found);
    case "isIn":
      return comparable(test.values, found);
    case "contains": {
      if (isLength) return "a length is a number, which contains nothing";
      const item = itemOf(type);
      if (item) return comparisonMisfit(test.value, item, featureOf(feature, "feature"));
      return typeof test.value === "string"
        ? noText(type)
        : `${typeName(type)} cannot contain ${show(test.value)}`;
    }
    case "startsWith": {
      const why = comparisonMisfit(test.value, type, undefined);
      if (why !== undefined || isText(type) || isBinary(type) || isUntyped(type)) return why;
      return `${typeName(type)} does not begin with anything`;
    }
    case "endsWith":
    case "matches":
      if (typeof test.value !== "string") return `${show(test.value)} is no text to search for`;
      return isLength ? "a length is no text to search in" : noText(type);
    default:
      return comparable([test.value], found);
  }
}

function comparable(values: readonly Literal[], { type, feature, isLength }: Found): string | undefined {
  if (isLength && !itemOf(type)) return `${typeName(type)} has no length; only a list has one`;
  for (const value of values) {
    const why = isLength ? lengthMisfit(value) : comparisonMisfit(value, type, feature);
    if (why !== undefined) return why;
  }
  return undefined;
}

function lengthMisfit(value: Literal): string | undefined {
  if (value === null) return "nothing equals null; use isNull";
  return isNumber(value) ? undefined : `a length cannot be compared with ${show(value)}`;
}

function comparisonMisfit(value: Literal, type: DataType, feature: Feature | undefined): string | undefined {
  if (value === null) return "nothing equals null; use isNull";
  if (typeof value === "string" && feature?._type === "ClassLabel" && Array.isArray(feature.names)) {
    const names: string[] = feature.names;
    if (names.includes(value)) return undefined;
    const nearest = nearestName(value, names);
    return `it has no class "${value}"${nearest === undefined ? "" : `; the nearest is "${nearest}"`}`;
  }
  return isUntyped(type) ? undefined : kindMisfit(value, type);
}

/** Why a value is not of the type's kind. */
function kindMisfit(value: Exclude<Literal, null>, type: DataType): string | undefined {
  const mismatch = `${typeName(type)} cannot be compared with ${show(value)}`;
  const unless = (fits: boolean) => (fits ? undefined : mismatch);
  switch (type.typeId) {
    case Type.Bool:
      return unless(typeof value === "boolean");
    case Type.Int:
    case Type.Float:
    case Type.Decimal:
      return unless(isNumber(value));
    case Type.Date:
      return pointMisfit(value, null);
    case Type.Timestamp:
      return pointMisfit(value, type.timezone);
    case Type.Time:
      return spelledMisfit(textOf(value, "time"), isTime, "time");
    case Type.Duration:
      return spelledMisfit(textOf(value, "duration"), isDuration, "duration");
    default:
      if (isText(type)) return unless(typeof value === "string");
      return unless(isBinary(type) && typeof value === "object" && "bytes" in value);
  }

  function pointMisfit(value: Exclude<Literal, null>, zone: string | null): string | undefined {
    const text = textOf(value, "timestamp") ?? textOf(value, "date");
    const why = spelledMisfit(text, (text) => hasOffset(text) !== undefined, "date or time");
    if (why !== undefined || text === undefined) return why;
    if (hasOffset(text) || zone === null || isFixedZone(zone)) return undefined;
    return `its times are in the zone ${zone}; give "${text}" an offset, as in 2024-01-01T00:00:00+01:00`;
  }

  function spelledMisfit(text: string | undefined, isValid: (text: string) => boolean, what: string) {
    if (text === undefined) return mismatch;
    return isValid(text) ? undefined : `"${text}" is no ${what} in ISO 8601`;
  }
}

/** The text of a value that is a string, or an object of this kind. */
function textOf(value: Exclude<Literal, null>, kind: string): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "object" ? value[kind] : undefined;
}

function isNumber(value: Literal): boolean {
  if (typeof value !== "object" || value === null) return typeof value === "number";
  return "int" in value || "float" in value || /^-?\d+(\.\d+)?$/.test(value.decimal ?? "");
}

function itemOf(type: DataType): DataType | undefined {
  switch (type.typeId) {
    case Type.List:
    case Type.LargeList:
    case Type.FixedSizeList:
      return type.children[0]?.type;
    default:
      return undefined;
  }
}

function isText({ typeId }: DataType): boolean {
  return typeId === Type.Utf8 || typeId === Type.LargeUtf8 || typeId === Type.Utf8View;
}

function isBinary({ typeId }: DataType): boolean {
  return [Type.Binary, Type.LargeBinary, Type.BinaryView, Type.FixedSizeBinary].some((id) => id === typeId);
}

/** A column without a type holds nulls only, which everything may be asked of. */
function isUntyped({ typeId }: DataType): boolean {
  return typeId === Type.Null;
}

function noText(type: DataType): string | undefined {
  return isText(type) || isUntyped(type) ? undefined : `${typeName(type)} is no text to search in`;
}

/** A value as a person would write it. */
function show(value: Literal): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return "bytes" in value ? `0x${value.bytes}` : Object.values(value).join();
}
