/**
 * A frame of what a worker has opened.
 *
 * A hub fetches this while that goes on: all that a frame can do hangs on it, and nothing of it is needed before.
 */
import { Frame } from "./frame.js";
import type { Pool, Slot } from "./pool.js";
import type { FrameSource } from "./protocol.js";
import { Source } from "./source.js";
import { wholeView } from "./view.js";

/** All columns and rows of the files. */
export function wholeFrame(pool: Pool, home: Slot, opened: FrameSource): Frame {
  return new Frame(wholeView(new Source(pool, home, opened), opened));
}
