/** What reads rows and draws them. It is fetched beside the WebAssembly, while a dataset is opened. */
import type { Frame } from "../frame.js";
import type { Value } from "../rows.js";
import { Grid } from "./grid/grid.js";
import { readRows } from "./reading.js";
import { blockRowsFor, RowBlocks, type RowBlocksOptions, type RowSource } from "./rows.js";

export { gridCells, gridColumns, NO_CELLS } from "./cells.js";

/** The rows of a frame, in blocks as large as its files and columns ask for. */
export function blocksOf(
  frame: Frame,
  numRows: number,
  options: Pick<RowBlocksOptions, "onChange" | "borders">,
): RowBlocks {
  const numBytes = frame.files.reduce((sum, { size }) => sum + size, 0);
  return new RowBlocks({
    ...options,
    numRows,
    blockRows: blockRowsFor(numBytes / Math.max(numRows, 1), frame.columns.length),
    read: (start, count, signal) => readRows(frame, start, count, signal),
  });
}

/** Reads a value that was too large to be kept: from where the rows are, or else from the frame that they lie in. */
export async function readAgain(
  rows: RowSource | undefined,
  shown: Frame,
  row: number,
  column: string,
  signal: AbortSignal,
): Promise<Value> {
  if (rows?.readAgain) return rows.readAgain(row, column, signal);
  const [found] = await readRows(shown.select(column), row, 1, signal);
  return found?.[column] ?? null;
}

if (!customElements.get("hf-dataset-grid")) customElements.define("hf-dataset-grid", Grid);
