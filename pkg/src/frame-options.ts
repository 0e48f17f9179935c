/** Options of the methods of a frame. */
import type { Frame } from "./frame.js";
import type { Hub } from "./hub.js";
import type { OnProgress } from "./progress.js";
import type { ParquetOptions, WriteProgress } from "./write.js";
import type { WriteOptions } from "./write-dataset.js";

/** Options of everything that reads. */
export interface ReadOptions {
  /** Cancels: the promise rejects with code `aborted` at once, and requests in flight are aborted. */
  readonly signal?: AbortSignal;
}

/** Options of what reads rows. */
export interface BatchOptions extends ReadOptions {
  /**
   * Told after each batch, and when a file is done, how far the read has come. A frame that was mapped tells nothing:
   * its function can.
   */
  readonly onProgress?: OnProgress;
}

/** Options of what gathers rows in memory. */
export interface CollectOptions extends BatchOptions {
  /**
   * The most bytes of Arrow data to hold; above it the read is stopped and rejects with code `limit`.
   *
   * @default 1 GiB
   */
  readonly maxBytes?: number;
}

/** Options of what makes rows. */
export interface RowOptions extends CollectOptions {
  /**
   * What a class label becomes: its number, or its name where the dataset names it. -1, no label, is `null` then.
   *
   * @default "numbers"
   */
  readonly labels?: "numbers" | "names";
}

/** Options of {@link Frame.toParquetBlob}. */
export interface ParquetBlobOptions extends ParquetOptions, ReadOptions {
  /** Told after each batch how far the table has been written. */
  readonly onProgress?: (progress: WriteProgress) => void;
}

/** Options of {@link Frame.toParquet}. */
export interface ToParquetOptions extends WriteOptions {
  /**
   * The Hub to write to, with its token. Without it, the one that the frame was read from; local data was read from none, so
   * it needs one here or when it is opened.
   */
  readonly hub?: Hub;
}

/** Options of what chooses rows at random. */
export interface SampleOptions {
  /**
   * Another seed chooses other rows: a whole number that is not negative.
   *
   * @default 0
   */
  readonly seed?: number;
}
