/** What reads rows and draws them. It is fetched beside the WebAssembly, while a dataset is opened. */
import type { Frame } from "../frame.js";
import { Grid } from "./grid/grid.js";
import { readRows } from "./reading.js";
import { blockRowsFor, RowBlocks, type RowBlocksOptions } from "./rows.js";

export { gridCells, gridColumns, NO_CELLS } from "./cells.js";
export { readRows } from "./reading.js";

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

if (!customElements.get("hf-dataset-grid")) customElements.define("hf-dataset-grid", Grid);
