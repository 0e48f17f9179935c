/** Arrow columns into plain JavaScript values, exact ones. */
import {
  type Batch,
  type Column,
  type DataType,
  type DateType,
  DateUnit,
  type DecimalType,
  type Table,
  type TimestampType,
  type TimeType,
  TimeUnit,
  Type,
} from "@uwdata/flechette";
import type { Feature } from "./types.js";

/**
 * A value of a column, as `toRows()` gives it. No value is rounded:
 *
 * | Arrow type | value |
 * |---|---|
 * | null, or a null of any type | `null` |
 * | bool | `boolean` |
 * | integers up to 32 bits, floats | `number` |
 * | 64-bit integers | `bigint` |
 * | decimal | `string`, with all digits of its scale: `"12.50"` |
 * | utf8 | `string` |
 * | binary | `Uint8Array`, a view of the batch |
 * | date, timestamp in s or ms | `Date`; without a time zone, read as UTC |
 * | timestamp in µs or ns | ISO 8601 `string` in UTC with 6 or 9 decimals, since a `Date` stops at ms |
 * | a date or timestamp beyond the range of `Date` | `bigint`, in the unit of the type |
 * | time of day | `string`: `"13:37:00.000250"` |
 * | duration | `bigint`, in the unit of the type |
 * | interval | array of `number`: months; or days and ms; or months, days and ns |
 * | list | array |
 * | struct | object |
 * | map | array of `[key, value]` pairs |
 * | dictionary | the value that it stands for |
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | Uint8Array
  | readonly Value[]
  | { readonly [name: string]: Value };

/** A row: its values by column name. */
export type Row = { [column: string]: Value };

type Reader = (index: number) => Value;

type Features = { readonly [column: string]: Feature | undefined };

/** The rows of a table. With the features of its columns, class labels come as their names. */
export function toRows({ names, children }: Table, features: Features = {}): Row[] {
  const columns = names.map(String);
  const rows: Row[] = [];
  const numBatches = children[0]?.data.length ?? 0;
  for (let batch = 0; batch < numBatches; batch++) {
    const batches = children.map(({ data }) => data[batch] as Batch<unknown>);
    const readers = batches.map((batch, index) => valueReader(batch, features[columns[index] ?? ""]));
    const readRow = objectReader(columns, readers);
    const length = batches[0]?.length ?? 0;
    for (let index = 0; index < length; index++) rows.push(readRow(index));
  }
  return rows;
}

/** Reads the values of one column of one record batch. */
function valueReader(batch: Batch<unknown>, feature?: Feature): Reader {
  const read = labelled(nonNullReader(batch, feature), feature);
  return batch.nullCount && batch.validity ? (index) => (batch.isValid(index) ? read(index) : null) : read;
}

/** Of a class label, its name: -1 is no label, and a number without a name stays what it is. */
function labelled(read: Reader, feature: Feature | undefined): Reader {
  if (feature?._type !== "ClassLabel" || !Array.isArray(feature.names)) return read;
  const names: readonly unknown[] = feature.names;
  return (index) => {
    const label = read(index);
    const name = names[Number(label)];
    if (typeof name === "string") return name;
    return Number(label) === -1 ? null : label;
  };
}

/** The feature of a list's items, or of a struct's field. */
function inner(feature: Feature | undefined, key: string): Feature | undefined {
  const own = feature?.[key];
  return typeof own === "object" && own !== null ? (own as Feature) : undefined;
}

function nonNullReader(batch: Batch<unknown>, feature: Feature | undefined): Reader {
  const type = batch.type as DataType;
  const children = batch.children ?? [];
  switch (type.typeId) {
    case Type.Struct:
      return objectReader(
        type.children.map(({ name }) => name),
        children.map((child, index) => valueReader(child, inner(feature, type.children[index]?.name ?? ""))),
      );
    case Type.Map: {
      const [entries] = children;
      const [key, value] = (entries?.children ?? []).map((child) => valueReader(child));
      return listReader(batch, (index) => [key?.(index) ?? null, value?.(index) ?? null]);
    }
    case Type.List:
    case Type.LargeList:
    case Type.ListView:
    case Type.LargeListView:
    case Type.FixedSizeList:
      return listReader(
        batch,
        children[0] ? valueReader(children[0], inner(feature, "feature")) : () => null,
      );
    case Type.Dictionary:
      return dictionaryReader(batch as unknown as DictionaryBatch);
    default: {
      const convert = converter(type);
      return (index) => convert(batch.value(index));
    }
  }
}

function objectReader(names: readonly string[], readers: readonly Reader[]): (index: number) => Row {
  const columns = names.map((name, column) => ({ name, read: readers[column] ?? (() => null) }));
  return (index) => {
    const row: Row = {};
    for (const { name, read } of columns) {
      // A column of this name must become a property like any other, not the row's prototype.
      if (name === "__proto__") Object.defineProperty(row, name, { value: read(index), enumerable: true });
      else row[name] = read(index);
    }
    return row;
  };
}

function listReader(batch: Batch<unknown>, item: Reader): Reader {
  const { offsets, sizes } = batch;
  const stride = (batch.type as { stride?: number }).stride ?? 0;
  return (index) => {
    const start = offsets ? Number(offsets[index]) : index * stride;
    const end = sizes ? start + Number(sizes[index]) : offsets ? Number(offsets[index + 1]) : start + stride;
    const values: Value[] = [];
    for (let at = start; at < end; at++) values.push(item(at));
    return values;
  };
}

interface DictionaryBatch {
  readonly dictionary: Column<unknown>;
  key(index: number): number | bigint;
}

function dictionaryReader(batch: DictionaryBatch): Reader {
  const values = batch.dictionary.data.flatMap((entries) => {
    const read = valueReader(entries);
    return Array.from({ length: entries.length }, (_, index) => read(index));
  });
  return (index) => values[Number(batch.key(index))] ?? null;
}

/** From what flechette extracts exactly, to a {@link Value}. */
function converter(type: DataType): (value: unknown) => Value {
  switch (type.typeId) {
    case Type.Decimal:
      return (value) => decimalText(BigInt(value as number | bigint), (type as DecimalType).scale);
    case Type.Date:
      return dateReader(type as DateType);
    case Type.Timestamp:
      return timestampReader(type as TimestampType);
    case Type.Time:
      return timeReader(type as TimeType);
    case Type.Interval:
      return (value) => (typeof value === "number" ? [value] : Array.from(value as Int32Array));
    default:
      return (value) => value as Value;
  }
}

function decimalText(unscaled: bigint, scale: number): string {
  if (scale <= 0) return String(unscaled * 10n ** BigInt(-scale));
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  return `${unscaled < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** The last millisecond, before and after 1970, that a `Date` can hold (ECMAScript, "Time Values and Time Range"). */
const MAX_DATE_MS = 8.64e15;

function dateReader({ unit }: DateType): (value: unknown) => Value {
  const msPerUnit = unit === DateUnit.DAY ? 86_400_000 : 1;
  return (value) => {
    const ms = Number(value);
    return Math.abs(ms) <= MAX_DATE_MS ? new Date(ms) : BigInt(ms / msPerUnit);
  };
}

function timestampReader({ unit }: TimestampType): (value: unknown) => Value {
  const perSecond = unitsPerSecond(unit);
  return (value) => {
    const units = value as bigint;
    const seconds = floorDivide(units, perSecond);
    const ms = Number(seconds) * 1000;
    if (Math.abs(ms) > MAX_DATE_MS - 1000) return units;
    const rest = units - seconds * perSecond;
    if (unit === TimeUnit.SECOND || unit === TimeUnit.MILLISECOND) {
      return new Date(ms + (unit === TimeUnit.MILLISECOND ? Number(rest) : 0));
    }
    return `${new Date(ms).toISOString().slice(0, -5)}.${fraction(rest, perSecond)}Z`;
  };
}

function timeReader({ unit }: TimeType): (value: unknown) => Value {
  const perSecond = unitsPerSecond(unit);
  const two = (value: bigint) => String(value).padStart(2, "0");
  return (value) => {
    const units = BigInt(value as number | bigint);
    const seconds = floorDivide(units, perSecond);
    const clock = `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`;
    return perSecond === 1n ? clock : `${clock}.${fraction(units - seconds * perSecond, perSecond)}`;
  };
}

function unitsPerSecond(unit: TimestampType["unit"]): bigint {
  return 1000n ** BigInt(unit);
}

/** The decimals after the point: as many as `perSecond` has zeros. */
function fraction(rest: bigint, perSecond: bigint): string {
  return String(rest).padStart(String(perSecond).length - 1, "0");
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}
