/** Where keys move the active cell (APG, "Grid pattern", data grids). Pure. */

/** A cell: its row among all rows and its column among those shown, both from 0. */
export interface CellPosition {
  readonly row: number;
  readonly column: number;
}

/** What a key event says. */
export type Key = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

/** How far a grid goes. */
export interface GridSize {
  readonly numRows: number;
  readonly numColumns: number;
  /** The rows that Page Up and Page Down move by. */
  readonly pageRows: number;
}

const MOVES: { readonly [key: string]: (at: CellPosition, size: GridSize, all: boolean) => CellPosition } = {
  ArrowUp: ({ row, column }) => ({ row: row - 1, column }),
  ArrowDown: ({ row, column }) => ({ row: row + 1, column }),
  ArrowLeft: ({ row, column }) => ({ row, column: column - 1 }),
  ArrowRight: ({ row, column }) => ({ row, column: column + 1 }),
  PageUp: ({ row, column }, { pageRows }) => ({ row: row - pageRows, column }),
  PageDown: ({ row, column }, { pageRows }) => ({ row: row + pageRows, column }),
  Home: ({ row }, _, all) => ({ row: all ? 0 : row, column: 0 }),
  End: ({ row }, { numRows, numColumns }, all) => ({ row: all ? numRows - 1 : row, column: numColumns - 1 }),
};

/** Whether a key moves the active cell. With Shift it selects rows on its way. */
export function isMove({ key, altKey, shiftKey }: Key): boolean {
  if (!(key in MOVES) || altKey) return false;
  // Only rows are selected, so Shift goes with keys that move by rows.
  return !shiftKey || /^(Arrow|Page)(Up|Down)$/.test(key);
}

/** Whether a key copies. */
export function isCopy({ key, ctrlKey, metaKey, shiftKey, altKey }: Key): boolean {
  return key.toLowerCase() === "c" && (ctrlKey || metaKey) && !shiftKey && !altKey;
}

/** The active cell after a key. Ctrl (or Cmd) makes Home and End mean the first and the last row. */
export function move(at: CellPosition, key: Key, size: GridSize): CellPosition {
  const moved = MOVES[key.key]?.(at, size, key.ctrlKey || key.metaKey) ?? at;
  return { row: clamp(moved.row, size.numRows), column: clamp(moved.column, size.numColumns) };
}

function clamp(index: number, count: number): number {
  return Math.max(0, Math.min(index, count - 1));
}
