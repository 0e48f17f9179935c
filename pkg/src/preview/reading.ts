/** Rows of a frame as a block or an opened cell reads them: within a bound on memory, and also where text is damaged. */
import { isHubframeError } from "../errors.js";
import type { Frame } from "../frame.js";
import type { BatchOptions } from "../frame-options.js";
import { type Row, toRows } from "../rows.js";

/** Rows of images are large: what one block may hold, in bytes of Arrow data. */
const MAX_BLOCK_BYTES = 256 * 2 ** 20;

/** What one row may hold: no text of JavaScript is longer. */
const MAX_ROW_BYTES = 2 ** 29;

/** Reads rows from `start` on. */
export async function readRows(
  frame: Frame,
  start: number,
  numRows: number,
  signal: AbortSignal,
): Promise<readonly Row[]> {
  const options = { signal, maxBytes: numRows === 1 ? MAX_ROW_BYTES : MAX_BLOCK_BYTES };
  const some = frame.slice(start, numRows);
  try {
    return await some.toRows(options);
  } catch (error) {
    if (!isBrokenText(error)) throw error;
    const { brokenRows } = await import("./broken-text.js");
    return brokenRows(some, options);
  }
}

/** Reads rows from the first one on. */
export async function* readBatches(frame: Frame, options: BatchOptions): AsyncGenerator<readonly Row[]> {
  let numRows = 0;
  try {
    for await (const batch of frame.batches(options)) {
      const rows = toRows(batch);
      numRows += rows.length;
      yield rows;
    }
  } catch (error) {
    if (!isBrokenText(error)) throw error;
    const { brokenBatches } = await import("./broken-text.js");
    yield* brokenBatches(frame.slice(numRows), options);
  }
}

function isBrokenText(error: unknown): boolean {
  return isHubframeError(error, "corrupt") && error.context.encoding !== undefined;
}
