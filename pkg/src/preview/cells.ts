/** Joins rows to a grid: which columns it has, and what each cell shows. */
import type { Field } from "../types.js";
import { clearCell, fillAbsent, fillCell, fillHuge } from "./cell/fill.js";
import { typeText, widthOf } from "./cell/kind.js";
import { countText } from "./cell/text.js";
import type { FileColumns } from "./file-columns.js";
import type { GridCells, GridColumn } from "./grid/grid.js";
import { HugeCell } from "./huge.js";
import type { RowSource } from "./rows.js";

/** A grid without columns. */
export const NO_CELLS: GridCells = { columns: [], fill: () => true, clear: () => {} };

/** The columns of a table, with the widths they have at first; `files` knows which files have them. */
export function gridColumns(fields: readonly Field[], files?: FileColumns): readonly GridColumn[] {
  const where = (name: string) => {
    const [count = 0, of = 0] = [files?.count(name), files?.files.length];
    return count === of ? "" : ` · in ${countText(count)} of ${countText(of)} files`;
  };
  return fields.map((field) => ({
    name: field.name,
    detail: `${typeText(field)}${where(field.name)}`,
    width: widthOf(field),
  }));
}

/** What the cells may be told besides. */
export interface CellOptions extends Partial<Pick<GridCells, "columns" | "fillHead" | "sort">> {
  /** The file that a row lies in, if that has no such column. */
  readonly fileWithout?: (column: string, row: number) => string | undefined;
}

/** The cells of rows, whose columns are `fields`. */
export function gridCells(
  rows: RowSource | undefined,
  fields: readonly Field[],
  { columns = gridColumns(fields), fileWithout, ...heads }: CellOptions = {},
): GridCells {
  return {
    ...heads,
    columns,
    fill: (cell, { row, column }) => {
      const field = fields[column];
      const values = rows?.row(row);
      if (!values || !field) {
        cell.textContent = rows?.error(row) === undefined ? "" : "could not be read";
        return false;
      }
      const value = values[field.name] ?? null;
      const without = value === null ? fileWithout?.(field.name, row) : undefined;
      if (value instanceof HugeCell) fillHuge(cell, value);
      else if (without === undefined) fillCell(cell, value, field);
      else fillAbsent(cell, without);
      return true;
    },
    clear: clearCell,
  };
}
