/**
 * The edge to the WebAssembly modules: the only file that imports the generated bindings, and the only one that frees.
 *
 * There are two modules. The first reads, and is all that most pages ever load. The whole one also writes, uploads, takes
 * text files in and knows the brotli codec; it is loaded beside the first when something of that is asked for.
 */

import { failure } from "./errors.js";
import type { Session, SessionHooks } from "./handlers.js";
import init, { Session as RawSession } from "./hubframe.js";
import initWhole, {
  guessSplits,
  openText,
  Inspect as RawInspect,
  ParquetWriter as RawParquetWriter,
  type Uploader as RawUploader,
  Session as RawWholeSession,
  scanText,
  unite,
  uniteBatch,
} from "./hubframe_whole.js";
import type { TextOptions } from "./inspection.js";
import { loadWasm } from "./load.js";
import type {
  CountPlan,
  CreatedRepo,
  DatasetAnswer,
  ExistingFiles,
  ExplainAnswer,
  FinishedFile,
  FrameCount,
  FrameSource,
  Identity,
  InspectProgress,
  NamedBlob,
  Outcome,
  ScanBatch,
  ScanPlan,
  ScanTask,
  SessionSettings,
  StoredFile,
  WritePath,
} from "./protocol.js";
import type { AggregateStep, AggregateTask, Partials } from "./query.js";
import { RangeCache } from "./range-cache.js";
import type { Refs } from "./refs.js";
import type { RequestEvent } from "./types.js";
import type { PlannedCommit } from "./upload.js";

/** A request as the bindings tell it. */
type RawRequestEvent = Omit<RequestEvent, "range"> & { readonly range?: string };

/** A scan of either module. */
interface RawScan {
  next(signal: AbortSignal): Promise<ScanBatch | undefined>;
  free(): void;
}

/** Instantiates the module, once per worker or page, and opens a session that lives as long as that does. */
export async function startSession(settings: SessionSettings, hooks: SessionHooks): Promise<Session> {
  const { wasm, wholeWasm, cache: cacheOptions, ...options } = settings;
  const onRequest = (event: RawRequestEvent) => hooks.onRequest(requestEvent(event));
  const [cache] = await Promise.all([
    cacheOptions && RangeCache.open(cacheOptions),
    init({ module_or_path: wasm }),
  ]);
  const session = new RawSession(options, hooks.fetch, onRequest, cache);
  const whole = once(async () => {
    await initWhole({ module_or_path: await loadWasm(wholeWasm) });
    const session = new RawWholeSession(options, hooks.fetch, onRequest, cache);
    return { session, uploader: session.uploader() };
  });
  // A dataset's files have one codec, as a rule: once a file needs brotli, the next ones do not try without.
  let metBrotli = false;

  async function* scan(task: ScanTask, signal: AbortSignal): AsyncGenerator<ScanBatch> {
    const { blob } = task.file;
    let delivered = 0;
    if (!blob && !metBrotli) {
      try {
        for await (const batch of batches(session.scan(task), signal)) {
          delivered += 1;
          yield batch;
        }
        return;
      } catch (error) {
        if (!needsBrotli(error)) throw error;
        metBrotli = true;
      }
    }
    const { session: wholeSession } = await whole();
    const again = blob ? scanText(task, blob) : wholeSession.scan(task);
    for await (const batch of batches(again, signal)) {
      if (delivered > 0) delivered -= 1;
      else yield batch;
    }
  }

  const measure = async (task: AggregateTask, signal: AbortSignal) => {
    if (!metBrotli) {
      try {
        return (await session.measure(task, signal)) as Partials;
      } catch (error) {
        if (!needsBrotli(error)) throw error;
        metBrotli = true;
      }
    }
    return (await (await whole()).session.measure(task, signal)) as Partials;
  };

  return {
    open: (target, options, signal) => session.open([...target], options, signal) as Promise<FrameSource>,
    openFiles: (files, signal) => session.openFiles(files, signal) as Promise<FrameSource>,
    dataset: (target, options, signal) => session.dataset(target, options, signal) as Promise<DatasetAnswer>,
    readFile: (path, signal) => session.readFile(path, signal),
    whoAmI: (signal) => session.whoAmI(signal) as Promise<Identity>,
    refs: (repo, signal) => session.refs(repo, signal) as Promise<Refs>,
    ...createUploads(async () => (await whole()).uploader),
    plan: (frame, signal) => session.plan(frame, signal) as Promise<ScanPlan>,
    count: (frame, signal) => session.count(frame, signal) as Promise<FrameCount>,
    planCount: (frame, signal) => session.planCount(frame, signal) as Promise<CountPlan>,
    explain: (frame, signal) => session.explain(frame, signal) as Promise<ExplainAnswer>,
    checkSchemas: (tasks, signal) => session.checkSchemas(tasks, signal),
    sliceBatch: (schema, batch, rows) => session.sliceBatch(schema, batch, rows.start, rows.end),
    aggregateStep: (frame, query, passes, signal) =>
      session.aggregateStep(frame, query, passes, signal) as Promise<AggregateStep>,
    measure,
    mergePartials: (measures, parts) => session.mergePartials(measures, parts) as Partials,
    scan,
    ...createTables(whole),
    ...createWriters(whole),
  };
}

/** The result of `start`, which is called when it is first needed, and again when it has failed. */
function once<T>(start: () => Promise<T>): () => Promise<T> {
  let started: Promise<T> | undefined;
  return () => {
    started ??= start().catch((error) => {
      started = undefined;
      throw error;
    });
    return started;
  };
}

/** What changes the Hub. `uploader` resolves when the module that does it is there. */
function createUploads(
  uploader: () => Promise<RawUploader>,
): Pick<
  Session,
  | "createRepo"
  | "deleteRepo"
  | "writePath"
  | "storeFiles"
  | "existingFiles"
  | "planTables"
  | "commitTables"
  | "commitFiles"
> {
  return {
    createRepo: async (repo, options, signal) =>
      (await uploader()).createRepo(repo, options, signal) as Promise<CreatedRepo>,
    deleteRepo: async (repo, signal) => (await uploader()).deleteRepo(repo, signal),
    writePath: async (path) => (await uploader()).writePath(path) as WritePath,
    async storeFiles(place, files, onProgress, signal) {
      const ready = await uploader();
      const paths = files.map(({ path }) => path);
      const blobs = files.map(({ blob }) => blob);
      const hashes = files.map(({ sha256 }) => sha256);
      return ready.store(place, paths, blobs, hashes, onProgress, signal) as Promise<StoredFile[]>;
    },
    existingFiles: async (place, change, signal) =>
      (await uploader()).existing(place, change, signal) as Promise<ExistingFiles>,
    planTables: async (settings, change, signal) =>
      (await uploader()).planTables(settings, change, signal) as Promise<PlannedCommit>,
    commitTables: async (settings, change, signal) =>
      (await uploader()).commitTables(settings, change, signal) as Promise<Outcome>,
    commitFiles: async (settings, change, signal) =>
      (await uploader()).commitFiles(settings, change, signal) as Promise<Outcome>,
  };
}

/** What makes tables of local files. `ready` resolves when the module that does it is there. */
function createTables(
  ready: () => Promise<unknown>,
): Pick<Session, "inspect" | "openText" | "unite" | "uniteBatch" | "guessSplits"> {
  return {
    async *inspect(file, options, signal) {
      await ready();
      yield* inspect(file, options, signal);
    },
    async openText(inspections, types) {
      await ready();
      return openText(inspections, types) as FrameSource;
    },
    async unite(schemas, types) {
      await ready();
      return unite([...schemas], types) as FrameSource;
    },
    async uniteBatch(from, to, batch) {
      await ready();
      return uniteBatch(from, to, batch);
    },
    async guessSplits(paths) {
      await ready();
      return guessSplits([...paths]);
    },
  };
}

/** Parquet files under way, by their numbers. `ready` resolves when the module that writes them is there. */
function createWriters(
  ready: () => Promise<unknown>,
): Pick<Session, "openWriter" | "writeBatch" | "finishWriter" | "closeWriter"> {
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
      await ready();
      const writer = new RawParquetWriter(schema, settings);
      lastNumber += 1;
      writers.set(lastNumber, writer);
      return lastNumber;
    },
    writeBatch(number, batch) {
      const writer = writerOf(number);
      const bytes = writer.write(batch);
      return { bytes, numRows: writer.numRows, numBytes: writer.numBytes };
    },
    finishWriter(number) {
      const writer = writerOf(number);
      writers.delete(number); // Ending frees it.
      return writer.finish() as FinishedFile;
    },
    closeWriter(number) {
      writers.get(number)?.free();
      writers.delete(number);
    },
  };
}

/** Whether `error` is a trap of the module, after which its memory can no longer be trusted. */
export function isTrap(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError;
}

async function* batches(scan: RawScan, signal: AbortSignal): AsyncGenerator<ScanBatch> {
  try {
    for (let batch = await scan.next(signal); batch; batch = await scan.next(signal)) yield batch;
  } finally {
    scan.free();
  }
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

/** Whether a column chunk is compressed with the codec that the first module leaves out. */
function needsBrotli(error: unknown): boolean {
  const { context } = error as { readonly context?: { readonly codec?: unknown } };
  return context?.codec === "brotli";
}

/** A `Range` header counts its last byte in (RFC 9110, 14.1.2); everything else here is half-open. */
function requestEvent({ range, ...event }: RawRequestEvent): RequestEvent {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? "") ?? [];
  return first === undefined ? event : { ...event, range: [Number(first), Number(last) + 1] };
}
