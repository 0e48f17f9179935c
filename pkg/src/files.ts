/** Tables of the user's own text files, which stay where they are: workers read them in slices. */
import { failure } from "./errors.js";
import { Frame } from "./frame.js";
import type { ReadOptions } from "./frame-options.js";
import type { Inspection, TextOptions } from "./inspection.js";
import type { Pool } from "./pool.js";
import type { NamedBlob } from "./protocol.js";
import { Source } from "./source.js";
import { wholeView } from "./view.js";

/** What may be said about text files. */
export interface FilesOptions extends TextOptions, ReadOptions {
  /**
   * What {@link inspectFiles} said of these files, in their order: then they are not read to be inspected again. A value that
   * does not fit a type of `types` is found when it is read.
   */
  readonly inspections?: readonly Inspection[];
  /** Told after every few MiB, and when a file is done. */
  readonly onProgress?: (progress: InspectionProgress) => void;
}

/** How far the inspection of a file is. */
export interface InspectionProgress {
  /** The position of the file among those given. */
  readonly index: number;
  readonly name: string;
  readonly bytesRead: number;
  /** The rows that were found in them. */
  readonly numRows: number;
  readonly size: number;
}

/** @internal Inspects files, as many at once as there are workers. */
export async function inspectLocal(
  pool: Pool,
  files: readonly NamedBlob[],
  { onProgress, signal, inspections: _, ...options }: FilesOptions,
): Promise<Inspection[]> {
  const found: Inspection[] = [];
  const queue = files.entries();
  const stopping = new AbortController();
  const either = signal ? AbortSignal.any([signal, stopping.signal]) : stopping.signal;
  const work = async () => {
    for (const [index, file] of queue) {
      const { name, blob } = file;
      for await (const progress of pool.idlest().stream("inspect", [file, options], either)) {
        const { bytesRead, numRows, inspection } = progress;
        onProgress?.({ index, name, bytesRead, numRows, size: blob.size });
        if (inspection) found[index] = inspection;
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(pool.slots.length, files.length) }, work));
  } finally {
    stopping.abort();
  }
  return found;
}

/** @internal Makes one frame of files. */
export async function openText(
  pool: Pool,
  files: readonly NamedBlob[],
  options: FilesOptions,
): Promise<Frame> {
  const inspections = options.inspections ?? (await inspectLocal(pool, files, options));
  if (inspections.length !== files.length) {
    throw failure("invalid", "open files", "There must be one inspection for each file.");
  }
  const home = pool.idlest();
  const opened = await home.call("openText", [inspections, options.types ?? {}], options.signal);
  const blobs = new Map(opened.files.map(({ path }, index) => [path, files[index]?.blob ?? new Blob()]));
  return new Frame(wholeView(new Source(pool, home, opened, blobs), opened));
}
