/**
 * The rows of a frame in the order of a column, from one end on, in bounded memory.
 *
 * A frame cannot be read in another order than it lies in. So the column is gone through for its foremost values, and the
 * rows up to the last of them are found by a filter, which is pushed down, and sorted; then those with just that value,
 * as they come; then the same again for what lies beyond it. However large the frame, only one such band is held.
 */

import { failure } from "../errors.js";
import { col, type Expr, type Scalar } from "../expr.js";
import type { Frame } from "../frame.js";
import type { BatchOptions } from "../frame-options.js";
import type { OnProgress } from "../progress.js";
import { type Row, toRows, type Value } from "../rows.js";
import type { Field } from "../types.js";
import { isZoneless, kindOf } from "./cell/kind.js";
import { byteText, countText } from "./cell/text.js";
import type { KeptRow } from "./huge.js";
import { readBatches } from "./reading.js";

/** How rows are sorted. Nulls, and NaNs before them, come last both ways. */
export interface Sort {
  readonly column: string;
  readonly isDescending: boolean;
}

/** Options of {@link sortedRows}. */
export interface SortOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
  /** How many values the first band goes through the column for; each later one takes twice as many. @default 1000 */
  readonly bandRows?: number;
}

/** The widest band: what its rows may come to in memory has a bound as well. */
const MAX_BAND_ROWS = 16_000;

/** What the rows of a band may come to in memory, in bytes. */
const MAX_BAND_BYTES = 256 * 2 ** 20;

/** The sort that an address tells: `delay`, or `-delay`. */
export function sortFromText(text: string | undefined): Sort | undefined {
  if (!text || text === "-") return undefined;
  return text.startsWith("-")
    ? { column: text.slice(1), isDescending: true }
    : { column: text, isDescending: false };
}

/** A sort as an address tells it. */
export function sortToText({ column, isDescending }: Sort): string {
  return isDescending ? `-${column}` : column;
}

/** Whether rows can be sorted by a column. */
export function isSortable(field: Field): boolean {
  const kind = kindOf(field);
  return (
    kind === "number" || kind === "text" || kind === "label" || /^(Boolean|Date|Timestamp)/.test(field.type)
  );
}

/**
 * The rows in order, as they are found, each as `take` keeps it; rows with the same value come in the order in which they
 * lie. Rejects with code `limit` where what is kept of a band takes too much memory.
 */
export async function* sortedRows<Kept extends KeptRow>(
  frame: Frame,
  { column, isDescending }: Sort,
  take: (row: Row) => Kept,
  { signal, onProgress, bandRows = 1000 }: SortOptions = {},
): AsyncGenerator<readonly Kept[]> {
  const field = frame.schema.fields.find(({ name }) => name === column);
  const key = col([column]);
  const reading = { ...(signal && { signal }), ...(onProgress && { onProgress }) };
  const compare = isDescending ? (a: Key, b: Key) => compareKeys(b, a) : compareKeys;
  const scalar = (value: Value) => scalarOf(value, field);
  const before = (value: Value) => (isDescending ? key.gt(scalar(value)) : key.lt(scalar(value)));
  const beyond = (value: Value) => (isDescending ? key.lt(scalar(value)) : key.gt(scalar(value)));
  const keyOf = keyReader(field);
  // Comparisons leave NaNs out, so they are a band of their own.
  const isFloat = /^Float/.test(field?.type ?? "");
  const numbers = key.lt(0).or(key.ge(0));
  let rest: Expr = isFloat ? numbers : key.isNotNull();
  for (let size = bandRows; ; size = Math.min(2 * size, MAX_BAND_ROWS)) {
    const values = frame.filter(rest).select(column).batches(reading);
    const last = await lastOfForemost(values, column, size, keyOf, compare);
    const band = last === undefined ? rest : rest.and(before(last.value));
    const rows: { readonly key: Key; readonly kept: Kept }[] = [];
    let numBytes = 0;
    for await (const some of readBatches(frame.filter(band), reading)) {
      for (const row of some) {
        const kept = take(row);
        rows.push({ key: keyOf(row[column] ?? null), kept });
        numBytes += bytesOf(kept);
      }
      if (numBytes > MAX_BAND_BYTES) throw tooLarge(rows.length, numBytes);
    }
    yield rows.sort((a, b) => compare(a.key, b.key)).map(({ kept }) => kept);
    if (last === undefined) break;
    yield* taken(frame.filter(key.eq(scalar(last.value))), take, reading);
    rest = beyond(last.value);
  }
  const ends = isFloat ? [numbers.not(), key.isNull()] : [key.isNull()];
  for (const end of ends) yield* taken(frame.filter(end), take, reading);
}

/** Where a row of {@link sortedRows} lies: the rows of its value, and which of them it is. Only `found` before it matter. */
export function placeOf(
  frame: Frame,
  { column }: Sort,
  found: readonly KeptRow[],
  index: number,
): { readonly frame: Frame; readonly row: number } {
  const field = frame.schema.fields.find(({ name }) => name === column);
  const keyOf = keyReader(field);
  const value = (at: number) => (found[at]?.[column] ?? null) as Value;
  const isSame = (a: Value, b: Value) => {
    if (a === null || b === null) return a === b;
    return compareKeys(keyOf(a), keyOf(b)) === 0 && Number.isNaN(a) === Number.isNaN(b);
  };
  let row = 0;
  while (row < index && isSame(value(index - row - 1), value(index))) row += 1;
  const key = col([column]);
  const own = value(index);
  if (own === null) return { frame: frame.filter(key.isNull()), row };
  if (Number.isNaN(own)) return { frame: frame.filter(key.lt(0).or(key.ge(0)).not()), row };
  return { frame: frame.filter(key.eq(scalarOf(own, field))), row };
}

async function* taken<Kept>(
  frame: Frame,
  take: (row: Row) => Kept,
  reading: BatchOptions,
): AsyncGenerator<readonly Kept[]> {
  for await (const rows of readBatches(frame, reading)) yield rows.map(take);
}

/** What a value takes in memory, about, in bytes. */
function bytesOf(value: unknown): number {
  if (typeof value === "string") return 2 * value.length;
  if (value instanceof Uint8Array) return value.length;
  if (typeof value !== "object" || value === null || value instanceof Date) return 8;
  return Object.values(value).reduce((sum: number, part) => sum + bytesOf(part), 8);
}

function tooLarge(numRows: number, numBytes: number): Error {
  const some = `${countText(numRows)} rows of ${byteText(numBytes)}`;
  return failure(
    "limit",
    "sort",
    `Sorting takes ${some} in memory at once, which is too much. Show fewer columns.`,
  );
}

/** What values are compared by. */
type Key = number | bigint | string;

interface Keyed {
  readonly key: Key;
  readonly value: Value;
}

/** The last of the `count` values that come first; `undefined` when there are no more than that. */
async function lastOfForemost(
  batches: AsyncIterable<Parameters<typeof toRows>[0]>,
  column: string,
  count: number,
  keyOf: (value: Value) => Key,
  compare: (a: Key, b: Key) => number,
): Promise<Keyed | undefined> {
  let foremost: Keyed[] = [];
  let last: Keyed | undefined;
  let total = 0;
  const cut = () => {
    foremost.sort((a, b) => compare(a.key, b.key));
    foremost = foremost.slice(0, count);
    last = foremost[count - 1];
  };
  for await (const batch of batches) {
    for (const row of toRows(batch)) {
      const value = row[column] ?? null;
      const key = keyOf(value);
      total += 1;
      if (last && compare(key, last.key) >= 0) continue;
      foremost.push({ key, value });
      if (foremost.length >= 2 * count) cut();
    }
  }
  if (total <= count) return undefined;
  cut();
  return last;
}

/** Reads what a value of a column is compared by. Decimals of a column have the same number of decimals. */
function keyReader(field: Field | undefined): (value: Value) => Key {
  const isDecimal = /^Decimal/.test(field?.type ?? "");
  return (value) => {
    if (typeof value === "string") return isDecimal ? BigInt(value.replace(".", "")) : value;
    return typeof value === "bigint" ? value : Number(value);
  };
}

function compareKeys(a: Key, b: Key): number {
  if (typeof a === "string" && typeof b === "string") return compareTexts(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By code point, as Parquet and filters have it; UTF-16 has surrogates before U+E000. */
function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (x !== y) return codePointOrder(x) - codePointOrder(y);
  }
  return a.length - b.length;
}

function codePointOrder(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** A value as a condition takes it. */
function scalarOf(value: Value, field: Field | undefined): Scalar {
  const type = field?.type ?? "";
  if (typeof value === "string" && type.startsWith("Decimal")) return { decimal: value };
  // A timestamp without a zone is read as UTC, but is compared with a text without one.
  if (typeof value === "string" && field && isZoneless(field)) return value.replace(/Z$/, "");
  return value as Scalar;
}
