/** Half-open row ranges, the one thing that `slice`, `limit`, `head` and `tail` are made of. */
import { failure } from "./errors.js";
import type { RowRange } from "./protocol.js";

/** Every row. */
export const ALL_ROWS: RowRange = { start: 0 };

/** Whether `rows` is every row, however many there are. */
export function isAll(rows: RowRange): boolean {
  return rows.start === 0 && rows.end === undefined;
}

/** The part `inner` of `outer`, where `inner` counts from the first row of `outer`. */
export function narrow(outer: RowRange, inner: RowRange): RowRange {
  const start = outer.start + inner.start;
  const end = inner.end === undefined ? outer.end : Math.min(outer.start + inner.end, outer.end ?? Infinity);
  return end === undefined ? { start } : { start: Math.min(start, end), end };
}

/** How many of `total` rows lie in `rows`. */
export function numRowsIn(rows: RowRange, total: number): number {
  return Math.max(0, Math.min(rows.end ?? total, total) - rows.start);
}

/** The rows of a file that lie in `rows`, counted from the file's first row, which is the row `fileStart` of all. */
export function withinFile(rows: RowRange, fileStart: number, fileRows: number): RowRange {
  const clamp = (row: number) => Math.min(Math.max(row - fileStart, 0), fileRows);
  return { start: clamp(rows.start), end: clamp(rows.end ?? Infinity) };
}

/** Throws `invalid` unless `value` is a whole number that is not negative. */
export function checkCount(operation: string, name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 0) return;
  throw failure(
    "invalid",
    operation,
    `${operation}: ${name} must be a whole number that is not negative, not ${String(value)}.`,
  );
}
