/** How far a read has come, told while it goes on. */
import type { ScanBatch, ScanTask } from "./protocol.js";

/** How far a read has come. */
export interface ReadProgress {
  /** Rows that have been decoded. */
  readonly numRows: number;
  /** Bytes of Arrow data that these are. */
  readonly numBytes: number;
  /** HTTP requests for the files' data and footers, those included that were tried again. */
  readonly requests: number;
  /** Bytes that these have brought. Nothing that a cache or a local file gave is in it. */
  readonly bytesRead: number;
  /** Files whose rows have all been decoded. */
  readonly filesDone: number;
  /** Files that are read. */
  readonly numFiles: number;
}

/** Told after each batch, and when a file is done. */
export type OnProgress = (progress: ReadProgress) => void;

/** Counts what the tasks of one read give. */
export class Meter {
  readonly #tell: OnProgress;
  /** For each file, how many of its tasks are not done. */
  readonly #left = new Map<string, number>();
  readonly #numFiles: number;
  #numRows = 0;
  #numBytes = 0;
  #requests = 0;
  #bytesRead = 0;

  constructor(tasks: readonly ScanTask[], tell: OnProgress) {
    this.#tell = tell;
    for (const { file } of tasks) this.#left.set(file.path, (this.#left.get(file.path) ?? 0) + 1);
    this.#numFiles = this.#left.size;
  }

  /** The same batches, counted as they go by. */
  async *watch(task: ScanTask, batches: AsyncGenerator<ScanBatch>): AsyncGenerator<ScanBatch> {
    const { path } = task.file;
    for await (const batch of batches) {
      this.#numRows += batch.numRows;
      this.#numBytes += batch.bytes.byteLength;
      this.#requests += batch.traffic?.requests ?? 0;
      this.#bytesRead += batch.traffic?.bytes ?? 0;
      this.#report();
      yield batch;
    }
    const left = (this.#left.get(path) ?? 0) - 1;
    if (left > 0) this.#left.set(path, left);
    else this.#left.delete(path);
    this.#report();
  }

  #report(): void {
    this.#tell({
      numRows: this.#numRows,
      numBytes: this.#numBytes,
      requests: this.#requests,
      bytesRead: this.#bytesRead,
      filesDone: this.#numFiles - this.#left.size,
      numFiles: this.#numFiles,
    });
  }
}
