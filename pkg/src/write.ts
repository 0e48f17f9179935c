/**
 * Parquet files made of frames: batches go to a writer in a worker, and its bytes come back to a place outside of the page's memory:
 * a Blob, which the browser keeps on disk when it is large, or a file that is needed for a short while only (`scratch.ts`).
 */
import { failure } from "./errors.js";
import { type Frame, messagesOf } from "./frame.js";
import type { ParquetBlobOptions } from "./frame-options.js";
import type { Pool, Slot } from "./pool.js";
import type { FinishedFile, WriterSettings } from "./protocol.js";
import { checkCount } from "./row-range.js";
import { memoryScratch, type Scratch } from "./scratch.js";

/** How Parquet files are written. */
export interface ParquetOptions {
  /**
   * How pages are compressed. The bytes of images, sounds and other media columns never are: they are already.
   *
   * @default "zstd" (level 3)
   */
  readonly compression?: "zstd" | "snappy" | "gzip" | "lz4" | "uncompressed";
  /**
   * The most bytes of Arrow data in a row group. A row that is larger by itself has one of its own.
   *
   * @default 100 MB
   */
  readonly rowGroupBytes?: number;
  /**
   * Whether pages end where their content says. Then an edited table, when it is uploaded again, shares most of its bytes
   * with what is stored already.
   *
   * @default true
   */
  readonly contentDefinedChunking?: boolean;
  /**
   * Awaited before each batch of rows: until it resolves, nothing more is read or written. What is on its way goes on.
   */
  readonly ready?: () => Promise<unknown>;
}

/** @internal What the code that writes files decides besides. */
export interface WriteFilesOptions extends ParquetOptions, WriterSettings {
  /** The bytes of Arrow data after which a file ends and the next one begins; one file without it. */
  readonly fileBytes?: number;
  /** Where the bytes of a file go; a Blob in memory without it. */
  readonly scratch?: () => Promise<Scratch>;
}

/** How far a table has been written. */
export interface WriteProgress {
  /** The rows that were written, of all files. */
  readonly numRows: number;
  /** The bytes of Arrow data that they took. */
  readonly numBytes: number;
}

/** @internal A file that was written. */
export interface WrittenFile extends Omit<FinishedFile, "bytes"> {
  readonly blob: Blob;
  /** Says that the blob is not needed any more. */
  readonly drop: () => Promise<void>;
}

/** The size of files that `datasets` makes (`config.MAX_SHARD_SIZE`), in bytes of Arrow data. */
export const DEFAULT_FILE_BYTES = 500_000_000;

const PARQUET_TYPE = "application/vnd.apache.parquet";
const CODECS: readonly unknown[] = ["zstd", "snappy", "gzip", "lz4", "uncompressed"];

/** @internal A frame as one file: {@link Frame.toParquetBlob}. */
export async function writeParquetBlob(
  frame: Frame,
  { signal, onProgress, ...options }: ParquetBlobOptions,
): Promise<Blob> {
  const { compression, rowGroupBytes, contentDefinedChunking } = options;
  const settings = {
    ...(compression !== undefined && { compression }),
    ...(rowGroupBytes !== undefined && { rowGroupBytes }),
    ...(contentDefinedChunking !== undefined && { contentDefinedChunking }),
  };
  for await (const { blob } of writeParquet(frame, settings, signal, onProgress)) return blob;
  throw failure("internal", "write parquet", "No file was written.");
}

/**
 * @internal Writes a frame as Parquet files, one after the other, in row order. A frame without rows gives one file
 * without row groups.
 */
export async function* writeParquet(
  frame: Frame,
  options: WriteFilesOptions,
  signal?: AbortSignal,
  onProgress: (progress: WriteProgress) => void = () => {},
): AsyncGenerator<WrittenFile, void, undefined> {
  checkOptions(options);
  const { pool, schema, batches } = await messagesOf(frame, signal);
  yield* writeBatches(pool, schema, batches, options, signal, onProgress);
}

/** @internal Writes batches, given as Arrow IPC messages, whose buffers are gone afterwards. */
export async function* writeBatches(
  pool: Pool,
  schema: Uint8Array,
  batches: AsyncIterable<Uint8Array>,
  options: WriteFilesOptions,
  signal?: AbortSignal,
  onProgress: (progress: WriteProgress) => void = () => {},
): AsyncGenerator<WrittenFile, void, undefined> {
  const { fileBytes = Number.POSITIVE_INFINITY, ready, scratch = memoryScratch, ...settings } = options;
  const open = async () => FileUnderWay.open(pool.idlest(), await scratch(), schema, settings, signal);
  let file: FileUnderWay | undefined;
  let written = { numRows: 0, numBytes: 0 };
  let numFiles = 0;
  try {
    for await (const batch of batches) {
      await ready?.();
      signal?.throwIfAborted();
      file ??= await open();
      const { numRows, numBytes } = await file.write(batch, signal);
      onProgress({ numRows: written.numRows + numRows, numBytes: written.numBytes + numBytes });
      if (numBytes < fileBytes) continue;
      written = { numRows: written.numRows + numRows, numBytes: written.numBytes + numBytes };
      const full = file;
      file = undefined;
      numFiles += 1;
      yield await full.finish(signal);
    }
    if (file || numFiles === 0) {
      const last = file ?? (await open());
      file = undefined;
      yield await last.finish(signal);
    }
  } finally {
    file?.drop();
  }
}

/** One file, whose writer is in a worker. */
class FileUnderWay {
  readonly #slot: Slot;
  readonly #writer: number;
  readonly #release: () => void;
  readonly #scratch: Scratch;

  private constructor(slot: Slot, writer: number, release: () => void, scratch: Scratch) {
    this.#slot = slot;
    this.#writer = writer;
    this.#release = release;
    this.#scratch = scratch;
  }

  static async open(
    slot: Slot,
    scratch: Scratch,
    schema: Uint8Array,
    settings: WriterSettings,
    signal?: AbortSignal,
  ) {
    // The writer's memory is best not shared with scans.
    const release = slot.occupy();
    try {
      const writer = await slot.call("openWriter", [schema, settings], signal);
      return new FileUnderWay(slot, writer, release, scratch);
    } catch (error) {
      release();
      await scratch.drop();
      throw error;
    }
  }

  /** Writes a batch. */
  async write(batch: Uint8Array, signal?: AbortSignal): Promise<WriteProgress> {
    const { bytes, ...progress } = await this.#slot.call("writeBatch", [this.#writer, batch], signal);
    if (bytes) await this.#scratch.append(bytes);
    return progress;
  }

  async finish(signal?: AbortSignal): Promise<WrittenFile> {
    try {
      const { bytes, ...file } = await this.#slot.call("finishWriter", [this.#writer], signal);
      await this.#scratch.append(bytes);
      const blob = new Blob([await this.#scratch.finish()], { type: PARQUET_TYPE });
      return { ...file, blob, drop: () => this.#scratch.drop() };
    } catch (error) {
      this.drop();
      throw error;
    } finally {
      this.#release();
    }
  }

  /** Forgets the file. */
  drop(): void {
    this.#release();
    void this.#scratch.drop();
    // A writer that is not there any more need not be closed.
    this.#slot.call("closeWriter", [this.#writer]).catch(() => {});
  }
}

function checkOptions(options: WriteFilesOptions): void {
  const { compression, rowGroupBytes, fileBytes } = options;
  if (compression !== undefined && !CODECS.includes(compression)) {
    throw failure(
      "invalid",
      "write parquet",
      `compression must be one of ${CODECS.join(", ")}, not ${String(compression)}.`,
    );
  }
  if (rowGroupBytes !== undefined) checkCount("write parquet", "rowGroupBytes", rowGroupBytes);
  if (fileBytes !== undefined) checkCount("write parquet", "fileBytes", fileBytes);
}
