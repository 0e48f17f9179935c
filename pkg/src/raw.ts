/**
 * The edge to the WebAssembly module that reads, which is all that most pages ever load. What it cannot do is in the whole
 * module (`raw-whole.ts`). Only files called `raw` import the generated bindings, and free what these hand out.
 */

import type { Session, SessionHooks } from "./handlers.js";
import init, { Session as RawSession } from "./hubframe.js";
import type {
  CountPlan,
  DatasetAnswer,
  ExplainAnswer,
  FrameCount,
  FrameSource,
  Identity,
  ScanBatch,
  ScanPlan,
  ScanTask,
  SessionSettings,
} from "./protocol.js";
import type { AggregateStep, AggregateTask, Partials } from "./query.js";
import type { CacheOptions, RangeCache } from "./range-cache.js";
import { batches } from "./raw-scan.js";
import type { WholeSession } from "./raw-whole.js";
import type { Refs } from "./refs.js";
import type { SurveyAnswer } from "./survey.js";
import type { RequestEvent, RetryEvent } from "./types.js";

/** A request as the bindings tell it. */
type RawRequestEvent = Omit<RequestEvent, "range"> & { readonly range?: string };

/** Instantiates the module, once per worker or page, and opens a session that lives as long as that does. */
export async function startSession(settings: SessionSettings, hooks: SessionHooks): Promise<Session> {
  const { wasm, wholeWasm, cache: cacheOptions, ...options } = settings;
  const onRequest = (event: RawRequestEvent | RetryEvent) =>
    hooks.onRequest("waitMs" in event ? event : requestEvent(event));
  const [cache] = await Promise.all([
    cacheOptions && openCache(cacheOptions),
    init({ module_or_path: wasm }),
  ]);
  const session = new RawSession(options, hooks.fetch, onRequest, cache);
  const whole = once(async () => {
    const { startWhole } = await import("./raw-whole.js");
    return startWhole(wholeWasm, options, hooks.fetch, onRequest, cache);
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
    for await (const batch of (await whole()).scan(task, signal)) {
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
    return (await whole()).measure(task, signal);
  };

  return {
    open: (target, options, signal) => session.open([...target], options, signal) as Promise<FrameSource>,
    openFiles: (files, signal) => session.openFiles(files, signal) as Promise<FrameSource>,
    dataset: (target, options, signal) => session.dataset(target, options, signal) as Promise<DatasetAnswer>,
    readFile: (path, signal) => session.readFile(path, signal),
    whoAmI: (signal) => session.whoAmI(signal) as Promise<Identity>,
    refs: (repo, signal) => session.refs(repo, signal) as Promise<Refs>,
    plan: (frame, signal) => session.plan(frame, signal) as Promise<ScanPlan>,
    count: (frame, signal) => session.count(frame, signal) as Promise<FrameCount>,
    planCount: (frame, signal) => session.planCount(frame, signal) as Promise<CountPlan>,
    explain: (frame, signal) => session.explain(frame, signal) as Promise<ExplainAnswer>,
    checkSchemas: (tasks, signal) => session.checkSchemas(tasks, signal),
    survey: (frame, signal) => session.survey(frame, signal) as Promise<SurveyAnswer>,
    sliceBatch: (schema, batch, rows) => session.sliceBatch(schema, batch, rows.start, rows.end),
    aggregateStep: (frame, query, passes, signal) =>
      session.aggregateStep(frame, query, passes, signal) as Promise<AggregateStep>,
    measure,
    mergePartials: (measures, parts) => session.mergePartials(measures, parts) as Partials,
    scan,
    ...withWhole(whole),
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

/** What only the whole module does: it is loaded when that is first asked for. */
function withWhole(whole: () => Promise<WholeSession>): Omit<WholeSession, "scan" | "measure"> {
  return {
    createRepo: async (...args) => (await whole()).createRepo(...args),
    deleteRepo: async (...args) => (await whole()).deleteRepo(...args),
    writePath: async (...args) => (await whole()).writePath(...args),
    storeFiles: async (...args) => (await whole()).storeFiles(...args),
    existingFiles: async (...args) => (await whole()).existingFiles(...args),
    planTables: async (...args) => (await whole()).planTables(...args),
    commitTables: async (...args) => (await whole()).commitTables(...args),
    commitFiles: async (...args) => (await whole()).commitFiles(...args),
    async *inspect(...args) {
      yield* (await whole()).inspect(...args);
    },
    openText: async (...args) => (await whole()).openText(...args),
    unite: async (...args) => (await whole()).unite(...args),
    uniteBatch: async (...args) => (await whole()).uniteBatch(...args),
    guessSplits: async (...args) => (await whole()).guessSplits(...args),
    openWriter: async (...args) => (await whole()).openWriter(...args),
    writeBatch: async (...args) => (await whole()).writeBatch(...args),
    finishWriter: async (...args) => (await whole()).finishWriter(...args),
    closeWriter: async (...args) => (await whole()).closeWriter(...args),
  };
}

/** What keeps ranges is fetched only where they are kept. */
async function openCache(options: CacheOptions): Promise<RangeCache | undefined> {
  const { RangeCache } = await import("./range-cache.js");
  return RangeCache.open(options);
}

/** Whether `error` is a trap of the module, after which its memory can no longer be trusted. */
export function isTrap(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError;
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
