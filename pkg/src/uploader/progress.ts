/** How far an upload is, summed up over its files. Pure: times are given. */
import type { UploadProgress } from "../upload.js";

/** What an upload has come to so far. */
export interface Tally {
  readonly numRows: number;
  readonly rowsPerSecond: number;
  /** Bytes of files that are finished or being sent, and how many of these are at the Hub now. */
  readonly fileBytes: number;
  readonly sentBytes: number;
  readonly bytesPerSecond: number;
  /** Bytes that the Hub had already. */
  readonly savedBytes: number;
  readonly numStored: number;
  readonly isCommitting: boolean;
}

/** How long speeds look back, in milliseconds. */
const WINDOW_MS = 5000;

/** Adds up what is told of files. */
export class Counter {
  /** Rows by table. */
  readonly #rows = new Map<string, number>();
  /** Of files that were finished, their sizes; and which of them bytes were sent of. */
  readonly #sizes = new Map<string, number>();
  readonly #sending = new Set<string>();
  readonly #stored = new Set<string>();
  #recent: { readonly at: number; readonly rows: number }[] = [];
  #sentBytes = 0;
  #bytesPerSecond = 0;
  #isCommitting = false;

  /** Takes one message into account, which came at a time in milliseconds. */
  add({ file, stage, size, numRows, sentBytes, bytesPerSecond }: UploadProgress, at: number): void {
    if (stage === "writing") this.#rows.set(file.slice(0, file.lastIndexOf("/")), numRows ?? 0);
    else if (stage !== "committing") this.#sizes.set(file, size);
    if (stage === "sending") this.#sending.add(file);
    if (stage === "stored") this.#stored.add(file);
    this.#sentBytes = sentBytes;
    this.#bytesPerSecond = bytesPerSecond;
    this.#isCommitting ||= stage === "committing";
    const rows = this.#numRows();
    this.#recent = [...this.#recent.filter((past) => at - past.at < WINDOW_MS), { at, rows }];
  }

  /** The sums. */
  get tally(): Tally {
    const sum = (files: Iterable<string>) =>
      [...files].reduce((sum, file) => sum + (this.#sizes.get(file) ?? 0), 0);
    const [first] = this.#recent;
    const last = this.#recent.at(-1);
    const ms = first && last ? last.at - first.at : 0;
    return {
      numRows: this.#numRows(),
      rowsPerSecond: first && last && ms > 0 ? ((last.rows - first.rows) / ms) * 1000 : 0,
      fileBytes: sum(this.#sizes.keys()),
      sentBytes: this.#sentBytes,
      bytesPerSecond: this.#bytesPerSecond,
      savedBytes: sum([...this.#stored].filter((file) => !this.#sending.has(file))),
      numStored: this.#stored.size,
      isCommitting: this.#isCommitting,
    };
  }

  #numRows(): number {
    return [...this.#rows.values()].reduce((sum, rows) => sum + rows, 0);
  }
}

/** How much longer it takes, in seconds, by the rows that are left; `undefined` while that cannot be told. */
export function secondsLeft({ numRows, rowsPerSecond }: Tally, totalRows: number): number | undefined {
  if (rowsPerSecond <= 0 || numRows >= totalRows) return undefined;
  return (totalRows - numRows) / rowsPerSecond;
}

/** A duration in words: `about 2 min`. */
export function durationText(seconds: number): string {
  if (seconds < 90) return `about ${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `about ${minutes} min` : `about ${Math.round(minutes / 60)} h`;
}

const MAX_FILE_BYTES = 500e6;

/**
 * The bytes of Arrow data for a file: a sixteenth of all, so that what a killed page had begun to send is little. But no more files than
 * one for each 3 MB of what was given, and none larger than `datasets` makes them (`config.MAX_SHARD_SIZE`).
 */
export function fileBytesFor(givenBytes: number, arrowBytes: number): number {
  const numFiles = Math.min(Math.floor(givenBytes / 3e6), 16);
  // The bytes are a guess: what is to be one file must not become two for that.
  return numFiles < 2 ? MAX_FILE_BYTES : Math.min(Math.ceil(arrowBytes / numFiles), MAX_FILE_BYTES);
}

/** About how many rows a file has, by those in the bytes that were read of it; `undefined` before the first. */
export function estimatedRows(rowsRead: number, bytesRead: number, size: number): number | undefined {
  return rowsRead === 0 ? undefined : Math.round((rowsRead * size) / bytesRead);
}
