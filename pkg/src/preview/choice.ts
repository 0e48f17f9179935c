/**
 * Rows that are chosen by conditions or a search, or come in another order than they lie in. Fetched when a state first asks
 * for such.
 */
import { failure } from "../errors.js";
import type { Frame } from "../frame.js";
import type { Row } from "../rows.js";
import type { Field } from "../types.js";
import { type Chip, exprOf } from "./filter/chip.js";
import { keptRow } from "./huge.js";
import { Matches, type MatchReader } from "./matches.js";
import { readBatches, readRows } from "./reading.js";
import { searchedColumns } from "./search.js";
import { searchExpr } from "./search-expr.js";
import { isSortable, placeOf, type Sort, sortedRows } from "./sorted.js";
import type { ViewState } from "./view-state.js";

export { chipsFromText } from "./filter/chip.js";
export { sortFromText } from "./sorted.js";

/** The rows that meet the conditions and the search of a state; `undefined` where there are none. */
export function narrowed(
  frame: Frame,
  chips: readonly Chip[],
  { search, searchIn }: ViewState,
): Frame | undefined {
  const { fields } = frame.schema;
  const exprs = [exprOf(chips, fields), searchExpr(search, searchedColumns(searchIn, fields))];
  const [first, second] = exprs.filter((expr) => expr !== undefined);
  const expr = first && second ? first.and(second) : first;
  return expr && frame.filter(expr);
}

/** Rows of a frame as they are found, with these columns; the frame, and so its rows, have the column of the order as well. */
export function matchesOf(
  frame: Frame,
  { sort, columns }: { readonly sort: Sort | undefined; readonly columns: readonly string[] },
  onChange: () => void,
): Matches {
  // A sorted row is found again by what it is sorted by.
  const kept = (row: Row) => keptRow(row, sort?.column);
  const again: MatchReader["again"] = async (found, { start, end }, signal, column) => {
    const names = column === undefined ? columns : [column];
    if (!sort) return readRows(frame.select(...names), start, end - start, signal);
    const rows: Row[] = [];
    for (let index = start; index < end; index++) {
      const place = placeOf(frame, sort, found, index);
      rows.push(...(await readRows(place.frame.select(...names), place.row, 1, signal)));
    }
    return rows;
  };
  const batches: MatchReader["batches"] = async function* (signal, onProgress) {
    if (sort) yield* sortedRows(frame, sort, kept, { signal, onProgress });
    else for await (const rows of readBatches(frame, { signal, onProgress })) yield rows.map(kept);
  };
  return new Matches({ batches, again }, onChange);
}

/** Throws code `invalid` for a column that is not there, or has no order. */
export function checkSort({ column }: Sort, fields: readonly Field[]): void {
  const field = fields.find(({ name }) => name === column);
  if (field && isSortable(field)) return;
  const message = field
    ? `Rows cannot be sorted by "${column}", which is of type ${field.type}.`
    : `There is no column "${column}" to sort by.`;
  throw failure("invalid", "sort", message);
}
