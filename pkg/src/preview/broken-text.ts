/** Rows of which some text is no UTF-8: what is text becomes it, the rest stays the bytes that it is. */
import { asBinary, decodeText } from "../binary.js";
import type { Frame } from "../frame.js";
import type { BatchOptions, RowOptions } from "../frame-options.js";
import { type Row, toRows } from "../rows.js";

/** All rows of a frame. */
export async function brokenRows(frame: Frame, options: RowOptions): Promise<readonly Row[]> {
  return (await asBinary(frame).toRows(options)).map(decodeText(frame));
}

/** All rows of a frame as they are read. */
export async function* brokenBatches(frame: Frame, options: BatchOptions): AsyncGenerator<readonly Row[]> {
  const decode = decodeText(frame);
  for await (const batch of asBinary(frame).batches(options)) yield toRows(batch).map(decode);
}
