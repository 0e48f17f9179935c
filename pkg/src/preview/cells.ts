/** Joins rows to a grid: which columns it has, and what each cell shows. */
import type { Field } from "../types.js";
import { clearCell, fillCell } from "./cell/fill.js";
import { typeText, widthOf } from "./cell/kind.js";
import type { GridCells, GridColumn } from "./grid/grid.js";
import type { RowSource } from "./rows.js";

/** A grid without columns. */
export const NO_CELLS: GridCells = { columns: [], fill: () => true, clear: () => {} };

/** The columns of a table, with the widths they have at first. */
export function gridColumns(fields: readonly Field[]): readonly GridColumn[] {
  return fields.map((field) => ({ name: field.name, detail: typeText(field), width: widthOf(field) }));
}

/** The cells of rows, whose columns are `fields`. */
export function gridCells(
  rows: RowSource | undefined,
  fields: readonly Field[],
  { columns = gridColumns(fields), ...heads }: Partial<Pick<GridCells, "columns" | "fillHead" | "sort">> = {},
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
      fillCell(cell, values[field.name] ?? null, field);
      return true;
    },
    clear: clearCell,
  };
}
