/**
 * The edge to the WebAssembly modules: the only file that imports the generated bindings, and the only one that frees.
 *
 * There are two modules with the same exports. The second one can also read brotli, whose codec weighs a third as much
 * as everything else; it is loaded when a file first needs it.
 */

import { failure } from "./errors.js";
import type { Session, SessionHooks } from "./handlers.js";
import init, {
  guessSplits,
  openText,
  Inspect as RawInspect,
  ParquetWriter as RawParquetWriter,
  Session as RawSession,
  scanText,
  unite,
  uniteBatch,
} from "./hubframe.js";
import initBrotli, { Session as RawBrotliSession } from "./hubframe_brotli.js";
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

/** Instantiates the module, once per worker or page, and opens a session that lives as long as that does. */
export async function startSession(settings: SessionSettings, hooks: SessionHooks): Promise<Session> {
  const { wasm, brotliWasm, cache: cacheOptions, ...options } = settings;
  const onRequest = (event: RawRequestEvent) => hooks.onRequest(requestEvent(event));
  const [cache] = await Promise.all([
    cacheOptions && RangeCache.open(cacheOptions),
    init({ module_or_path: wasm }),
  ]);
  const session = new RawSession(options, hooks.fetch, onRequest, cache);
  const uploader = session.uploader();
  let brotliSession: Promise<RawSession> | undefined;
  const startBrotli = async () => {
    await initBrotli({ module_or_path: await loadWasm(brotliWasm) });
    return new RawBrotliSession(options, hooks.fetch, onRequest, cache);
  };

  async function* scan(task: ScanTask, signal: AbortSignal): AsyncGenerator<ScanBatch> {
    let delivered = 0;
    if (!brotliSession) {
      try {
        for await (const batch of batches(session, task, signal)) {
          delivered += 1;
          yield batch;
        }
        return;
      } catch (error) {
        if (!needsBrotli(error)) throw error;
      }
    }
    brotliSession ??= startBrotli();
    for await (const batch of batches(await brotliSession, task, signal)) {
      if (delivered > 0) delivered -= 1;
      else yield batch;
    }
  }

  const measure = async (task: AggregateTask, signal: AbortSignal) => {
    if (!brotliSession) {
      try {
        return (await session.measure(task, signal)) as Partials;
      } catch (error) {
        if (!needsBrotli(error)) throw error;
      }
    }
    brotliSession ??= startBrotli();
    return (await (await brotliSession).measure(task, signal)) as Partials;
  };

  return {
    open: (target, options, signal) => session.open([...target], options, signal) as Promise<FrameSource>,
    openFiles: (files, signal) => session.openFiles(files, signal) as Promise<FrameSource>,
    dataset: (target, options, signal) => session.dataset(target, options, signal) as Promise<DatasetAnswer>,
    readFile: (path, signal) => session.readFile(path, signal),
    whoAmI: (signal) => uploader.whoAmI(signal) as Promise<Identity>,
    refs: (repo, signal) => uploader.refs(repo, signal) as Promise<Refs>,
    createRepo: (repo, options, signal) => uploader.createRepo(repo, options, signal) as Promise<CreatedRepo>,
    deleteRepo: (repo, signal) => uploader.deleteRepo(repo, signal),
    writePath: (path) => uploader.writePath(path) as WritePath,
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
    plan: (frame, signal) => session.plan(frame, signal) as Promise<ScanPlan>,
    count: (frame, signal) => session.count(frame, signal) as Promise<FrameCount>,
    planCount: (frame, signal) => session.planCount(frame, signal) as Promise<CountPlan>,
    explain: (frame, signal) => session.explain(frame, signal) as Promise<ExplainAnswer>,
    checkSchemas: (tasks, signal) => session.checkSchemas(tasks, signal),
    sliceBatch: (schema, batch, rows) => session.sliceBatch(schema, batch, rows.start, rows.end),
    inspect,
    ...LOCAL,
    aggregateStep: (frame, query, passes, signal) =>
      session.aggregateStep(frame, query, passes, signal) as Promise<AggregateStep>,
    measure,
    mergePartials: (measures, parts) => session.mergePartials(measures, parts) as Partials,
    scan,
    ...createWriters(),
  };
}

/** What is done with local files, and needs no session. */
const LOCAL: Pick<Session, "openText" | "unite" | "uniteBatch" | "guessSplits"> = {
  openText: (inspections, types) => openText(inspections, types) as FrameSource,
  unite: (schemas, types) => unite([...schemas], types) as FrameSource,
  uniteBatch,
  guessSplits: (paths) => guessSplits([...paths]),
};

/** Parquet files under way, by their numbers. */
function createWriters(): Pick<Session, "openWriter" | "writeBatch" | "finishWriter" | "closeWriter"> {
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
    openWriter(schema, settings) {
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

async function* batches(session: RawSession, task: ScanTask, signal: AbortSignal): AsyncGenerator<ScanBatch> {
  const { blob } = task.file;
  const scan = blob ? scanText(task, blob) : session.scan(task);
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
