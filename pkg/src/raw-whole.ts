/**
 * The edge to the whole WebAssembly module, which also writes, uploads, takes text files in and knows the brotli codec:
 * loaded beside the first one when something of that is first asked for.
 */

import { failure } from "./errors.js";
import type { Session } from "./handlers.js";
import initWhole, {
  guessSplits,
  openText,
  Inspect as RawInspect,
  ParquetWriter as RawParquetWriter,
  Session as RawSession,
  type Uploader as RawUploader,
  scanText,
  unite,
  uniteBatch,
} from "./hubframe_whole.js";
import type { TextOptions } from "./inspection.js";
import { loadWasm } from "./load.js";
import type {
  CreatedRepo,
  ExistingFiles,
  FinishedFile,
  FrameSource,
  InspectProgress,
  NamedBlob,
  Outcome,
  ScanTask,
  StoredFile,
  WritePath,
} from "./protocol.js";
import type { AggregateTask, Partials } from "./query.js";
import { batches } from "./raw-scan.js";
import type { PlannedCommit } from "./upload.js";

/** What only the whole module does, and what it does of any file. */
export type WholeSession = Uploads & Tables & Writers & Pick<Session, "scan" | "measure">;

type Uploads = Pick<
  Session,
  | "createRepo"
  | "deleteRepo"
  | "writePath"
  | "storeFiles"
  | "existingFiles"
  | "planTables"
  | "commitTables"
  | "commitFiles"
>;
type Tables = Pick<Session, "inspect" | "openText" | "unite" | "uniteBatch" | "guessSplits">;
type Writers = Pick<Session, "openWriter" | "writeBatch" | "finishWriter" | "closeWriter">;

/** Instantiates the module, once per worker or page. What it is given is what the session of the first module was. */
export async function startWhole(
  wasm: string,
  ...settings: ConstructorParameters<typeof RawSession>
): Promise<WholeSession> {
  await initWhole({ module_or_path: await loadWasm(wasm) });
  const session = new RawSession(...settings);
  return {
    ...createUploads(session.uploader()),
    ...createTables(),
    ...createWriters(),
    measure: (task: AggregateTask, signal) => session.measure(task, signal) as Promise<Partials>,
    scan: (task: ScanTask, signal) =>
      batches(task.file.blob ? scanText(task, task.file.blob) : session.scan(task), signal),
  };
}

/** What changes the Hub. */
function createUploads(uploader: RawUploader): Uploads {
  return {
    createRepo: (repo, options, signal) => uploader.createRepo(repo, options, signal) as Promise<CreatedRepo>,
    deleteRepo: (repo, signal) => uploader.deleteRepo(repo, signal),
    writePath: async (path) => uploader.writePath(path) as WritePath,
    storeFiles(place, files, onProgress, signal) {
      const paths = files.map(({ path }) => path);
      const blobs = files.map(({ blob }) => blob);
      const hashes = files.map(({ sha256 }) => sha256);
      return uploader.store(place, paths, blobs, hashes, onProgress, signal) as Promise<StoredFile[]>;
    },
    existingFiles: (place, change, signal) =>
      uploader.existing(place, change, signal) as Promise<ExistingFiles>,
    planTables: (settings, change, signal) =>
      uploader.planTables(settings, change, signal) as Promise<PlannedCommit>,
    commitTables: (settings, change, signal) =>
      uploader.commitTables(settings, change, signal) as Promise<Outcome>,
    commitFiles: (settings, change, signal) =>
      uploader.commitFiles(settings, change, signal) as Promise<Outcome>,
  };
}

/** What makes tables of local files. */
function createTables(): Tables {
  return {
    inspect,
    openText: async (inspections, types) => openText(inspections, types) as FrameSource,
    unite: async (schemas, types) => unite([...schemas], types) as FrameSource,
    uniteBatch: async (from, to, batch) => uniteBatch(from, to, batch),
    guessSplits: async (paths) => guessSplits([...paths]),
  };
}

/** Parquet files under way, by their numbers. */
function createWriters(): Writers {
  const writers = new Map<number, RawParquetWriter>();
  let lastNumber = 0;
  const writerOf = (number: number) => {
    const writer = writers.get(number);
    if (writer) return writer;
    throw failure(
      "internal",
      "write parquet",
      "The worker that was writing the file stopped, and the file with it. Write it again.",
    );
  };
  return {
    async openWriter(schema, settings) {
      const writer = new RawParquetWriter(schema, settings);
      lastNumber += 1;
      writers.set(lastNumber, writer);
      return lastNumber;
    },
    async writeBatch(number, batch) {
      const writer = writerOf(number);
      const bytes = writer.write(batch);
      return { bytes, numRows: writer.numRows, numBytes: writer.numBytes };
    },
    async finishWriter(number) {
      const writer = writerOf(number);
      writers.delete(number); // Ending frees it.
      return writer.finish() as FinishedFile;
    },
    async closeWriter(number) {
      writers.get(number)?.free();
      writers.delete(number);
    },
  };
}

async function* inspect(
  { name, blob }: NamedBlob,
  options: TextOptions,
  signal: AbortSignal,
): AsyncGenerator<InspectProgress> {
  const inspect = new RawInspect(name, blob, options);
  try {
    for (let done = false; !done; ) {
      const progress = (await inspect.next(signal)) as InspectProgress;
      done = progress.inspection !== undefined;
      yield progress;
    }
  } finally {
    inspect.free();
  }
}
