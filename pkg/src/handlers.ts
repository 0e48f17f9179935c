/** The methods of {@link WorkerApi} over one session. The same object answers in a worker and in the page. */
import { failure } from "./errors.js";
import type { ColumnTypes, Inspection, TextOptions } from "./inspection.js";
import type {
  BlobFile,
  CommitSettings,
  CountPlan,
  CreatedRepo,
  DatasetAnswer,
  ExistingFiles,
  ExplainAnswer,
  FileChange,
  FileProgress,
  FileSet,
  FinishedFile,
  FrameCount,
  FrameSource,
  FrameSpec,
  Handlers,
  Identity,
  InspectProgress,
  NamedBlob,
  NewRepo,
  OpenOptions,
  Outcome,
  RowRange,
  ScanBatch,
  ScanPlan,
  ScanTask,
  SessionSettings,
  StoredFile,
  StoreItem,
  TableChange,
  WritePath,
  WriterSettings,
  WrittenBatch,
} from "./protocol.js";
import type { AggregateStep, AggregateTask, Measures, Partials, Pass, Query } from "./query.js";
import type { Refs } from "./refs.js";
import type { SurveyAnswer } from "./survey.js";
import type { SessionEvent } from "./types.js";
import type { PlannedCommit } from "./upload.js";

/** The raw bindings as the rest of the package sees them; `raw.ts` has the real one. */
export interface Session {
  open(target: readonly string[], options: OpenOptions, signal: AbortSignal): Promise<FrameSource>;
  openFiles(files: FileSet, signal: AbortSignal): Promise<FrameSource>;
  dataset(target: string, options: OpenOptions, signal: AbortSignal): Promise<DatasetAnswer>;
  readFile(path: string, signal: AbortSignal): Promise<Uint8Array>;
  whoAmI(signal: AbortSignal): Promise<Identity>;
  refs(repo: string, signal: AbortSignal): Promise<Refs>;
  createRepo(repo: string, options: NewRepo, signal: AbortSignal): Promise<CreatedRepo>;
  deleteRepo(repo: string, signal: AbortSignal): Promise<void>;
  writePath(path: string): Promise<WritePath>;
  storeFiles(
    place: CommitSettings,
    files: readonly BlobFile[],
    onProgress: (progress: FileProgress) => void,
    signal: AbortSignal,
  ): Promise<readonly StoredFile[]>;
  existingFiles(place: CommitSettings, change: TableChange, signal: AbortSignal): Promise<ExistingFiles>;
  planTables(settings: CommitSettings, change: TableChange, signal: AbortSignal): Promise<PlannedCommit>;
  commitTables(settings: CommitSettings, change: TableChange, signal: AbortSignal): Promise<Outcome>;
  commitFiles(settings: CommitSettings, change: FileChange, signal: AbortSignal): Promise<Outcome>;
  plan(frame: FrameSpec, signal: AbortSignal): Promise<ScanPlan>;
  count(frame: FrameSpec, signal: AbortSignal): Promise<FrameCount>;
  planCount(frame: FrameSpec, signal: AbortSignal): Promise<CountPlan>;
  explain(frame: FrameSpec, signal: AbortSignal): Promise<ExplainAnswer>;
  checkSchemas(tasks: readonly ScanTask[], signal: AbortSignal): Promise<void>;
  survey(frame: FrameSpec, signal: AbortSignal): Promise<SurveyAnswer>;
  sliceBatch(schema: Uint8Array, batch: Uint8Array, rows: RowRange): ScanBatch;
  inspect(file: NamedBlob, options: TextOptions, signal: AbortSignal): AsyncGenerator<InspectProgress>;
  openText(inspections: readonly Inspection[], types: ColumnTypes): Promise<FrameSource>;
  unite(schemas: readonly Uint8Array[], types: ColumnTypes): Promise<FrameSource>;
  uniteBatch(from: Uint8Array, to: Uint8Array, batch: Uint8Array): Promise<ScanBatch>;
  guessSplits(paths: readonly string[]): Promise<readonly string[]>;
  aggregateStep(
    frame: FrameSpec,
    query: Query,
    passes: readonly Pass[],
    signal: AbortSignal,
  ): Promise<AggregateStep>;
  measure(task: AggregateTask, signal: AbortSignal): Promise<Partials>;
  mergePartials(measures: Measures, parts: readonly Partials[]): Partials;
  scan(task: ScanTask, signal: AbortSignal): AsyncGenerator<ScanBatch>;
  openWriter(schema: Uint8Array, settings: WriterSettings): Promise<number>;
  writeBatch(writer: number, batch: Uint8Array): Promise<WrittenBatch>;
  finishWriter(writer: number): Promise<FinishedFile>;
  closeWriter(writer: number): Promise<void>;
}

/** What a session may be given of its surroundings. */
export interface SessionHooks {
  /** Called in place of the global `fetch`. */
  readonly fetch?: (request: Request) => Promise<Response>;
  /** Told of every request. */
  readonly onRequest: (event: SessionEvent) => void;
}

/** Instantiates the wasm module and opens a session. */
export type StartSession = (settings: SessionSettings, hooks: SessionHooks) => Promise<Session>;

/** Makes the handlers. `start` must have been called, and have answered, before any other. */
export function createHandlers(startSession: StartSession, hooks: SessionHooks): Handlers {
  let session: Session | undefined;
  const started = () => {
    if (!session) throw failure("internal", "start", "A call came before the session was started.");
    return session;
  };
  return {
    start: async (_signal, settings) => {
      session = await startSession(settings, hooks);
    },
    open: async (signal, target, options) => started().open(target, options, signal),
    openFiles: async (signal, files) => started().openFiles(files, signal),
    dataset: async (signal, target, options) => started().dataset(target, options, signal),
    readFile: async (signal, path) => started().readFile(path, signal),
    whoAmI: async (signal) => started().whoAmI(signal),
    refs: async (signal, repo) => started().refs(repo, signal),
    createRepo: async (signal, repo, options) => started().createRepo(repo, options, signal),
    deleteRepo: async (signal, repo) => started().deleteRepo(repo, signal),
    writePath: async (_signal, path) => started().writePath(path),
    storeFiles: (signal, place, files) => storeItems(started(), place, files, signal),
    existingFiles: async (signal, place, change) => started().existingFiles(place, change, signal),
    planTables: async (signal, settings, change) => started().planTables(settings, change, signal),
    commitTables: async (signal, settings, change) => started().commitTables(settings, change, signal),
    commitFiles: async (signal, settings, change) => started().commitFiles(settings, change, signal),
    plan: async (signal, frame) => started().plan(frame, signal),
    count: async (signal, frame) => started().count(frame, signal),
    planCount: async (signal, frame) => started().planCount(frame, signal),
    explain: async (signal, frame) => started().explain(frame, signal),
    checkSchemas: async (signal, tasks) => started().checkSchemas(tasks, signal),
    survey: async (signal, frame) => started().survey(frame, signal),
    sliceBatch: async (_signal, schema, batch, rows) => started().sliceBatch(schema, batch, rows),
    inspect: (signal, file, options) => started().inspect(file, options, signal),
    openText: async (_signal, inspections, types) => started().openText(inspections, types),
    unite: async (_signal, schemas, types) => started().unite(schemas, types),
    uniteBatch: async (_signal, from, to, batch) => started().uniteBatch(from, to, batch),
    guessSplits: async (_signal, paths) => started().guessSplits(paths),
    aggregateStep: async (signal, frame, query, passes) =>
      started().aggregateStep(frame, query, passes, signal),
    measure: async (signal, task) => started().measure(task, signal),
    mergePartials: async (_signal, measures, parts) => started().mergePartials(measures, parts),
    scan: (signal, task) => started().scan(task, signal),
    openWriter: async (_signal, schema, settings) => started().openWriter(schema, settings),
    writeBatch: async (_signal, writer, batch) => started().writeBatch(writer, batch),
    finishWriter: async (_signal, writer) => started().finishWriter(writer),
    closeWriter: async (_signal, writer) => started().closeWriter(writer),
  };
}

/** How often progress is told, in milliseconds. */
const PROGRESS_EVERY = 100;

/** The progress of an upload, gathered over short times, and then what it came to. */
async function* storeItems(
  session: Session,
  place: CommitSettings,
  files: readonly BlobFile[],
  signal: AbortSignal,
): AsyncGenerator<StoreItem> {
  // Leaving the generator early cancels, too.
  const leaving = new AbortController();
  const news = new Map<string, FileProgress>();
  const take = () => {
    const progress = [...news.values()];
    news.clear();
    return progress;
  };
  const note = (progress: FileProgress) => news.set(`${progress.path} ${progress.stage}`, progress);
  const stored = session.storeFiles(place, files, note, AbortSignal.any([signal, leaving.signal]));
  const settled = stored.then(
    () => true,
    () => true,
  );
  try {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tick = () =>
      new Promise<boolean>((resolve) => {
        timer = setTimeout(resolve, PROGRESS_EVERY, false);
      });
    while (!(await Promise.race([settled, tick()]))) if (news.size > 0) yield { progress: take() };
    clearTimeout(timer);
    if (news.size > 0) yield { progress: take() };
    yield { stored: await stored };
  } finally {
    leaving.abort();
  }
}
