/** Rows of a frame as a block or an opened cell reads them: within a bound on memory, and also where text is damaged. */
import { isHubframeError } from "../errors.js";
import type { Frame } from "../frame.js";
import type { Row } from "../rows.js";

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
    if (!isHubframeError(error, "corrupt") || error.context.encoding === undefined) throw error;
    const { brokenRows } = await import("./broken-text.js");
    const rows = await brokenRows(some, options);
    if (!rows) throw error;
    return rows;
  }
}
