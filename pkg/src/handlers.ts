/** The methods of {@link WorkerApi} over one session. The same object answers in a worker and in the page. */
import { failure } from "./errors.js";
import type {
  ArgTransfers,
  CountPlan,
  DataFile,
  DatasetAnswer,
  ExplainAnswer,
  FileSet,
  FinishedFile,
  FrameCount,
  FrameSource,
  FrameSpec,
  Handlers,
  OpenOptions,
  RowRange,
  ScanBatch,
  ScanPlan,
  ScanTask,
  SessionSettings,
  Transfers,
  WriterSettings,
  WrittenBatch,
} from "./protocol.js";
import type { RequestEvent } from "./types.js";

/** The raw bindings as the rest of the package sees them; `raw.ts` has the real one. */
export interface Session {
  open(target: readonly string[], options: OpenOptions, signal: AbortSignal): Promise<FrameSource>;
  openFiles(files: FileSet, signal: AbortSignal): Promise<FrameSource>;
  dataset(target: string, options: OpenOptions, signal: AbortSignal): Promise<DatasetAnswer>;
  readFile(path: string, signal: AbortSignal): Promise<Uint8Array>;
  plan(frame: FrameSpec, signal: AbortSignal): Promise<ScanPlan>;
  count(frame: FrameSpec, signal: AbortSignal): Promise<FrameCount>;
  planCount(frame: FrameSpec, signal: AbortSignal): Promise<CountPlan>;
  explain(frame: FrameSpec, signal: AbortSignal): Promise<ExplainAnswer>;
  sliceBatch(schema: Uint8Array, batch: Uint8Array, rows: RowRange): ScanBatch;
  scan(task: ScanTask, signal: AbortSignal): AsyncIterator<ScanBatch>;
  openWriter(schema: Uint8Array, settings: WriterSettings): number;
  writeBatch(writer: number, batch: Uint8Array): WrittenBatch;
  finishWriter(writer: number): FinishedFile;
  closeWriter(writer: number): void;
}

/** What a session may be given of its surroundings. */
export interface SessionHooks {
  /** Called in place of the global `fetch`. */
  readonly fetch?: (request: Request) => Promise<Response>;
  /** Told of every request. */
  readonly onRequest: (event: RequestEvent) => void;
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
    plan: async (signal, frame) => started().plan(frame, signal),
    count: async (signal, frame) => started().count(frame, signal),
    planCount: async (signal, frame) => started().planCount(frame, signal),
    explain: async (signal, frame) => started().explain(frame, signal),
    sliceBatch: async (_signal, schema, batch, rows) => started().sliceBatch(schema, batch, rows),
    scan: (signal, task) => started().scan(task, signal),
    openWriter: async (_signal, schema, settings) => started().openWriter(schema, settings),
    writeBatch: async (_signal, writer, batch) => started().writeBatch(writer, batch),
    finishWriter: async (_signal, writer) => started().finishWriter(writer),
    closeWriter: async (_signal, writer) => started().closeWriter(writer),
  };
}

/** Every buffer of a result was made for it, so all of them move. */
export const transfers: Transfers = {
  start: () => [],
  open: ({ files }) => files.flatMap(footerBuffers),
  openFiles: ({ files }) => files.flatMap(footerBuffers),
  dataset: () => [],
  readFile: (bytes) => [bytes.buffer as ArrayBuffer],
  plan: ({ schema, ...plan }) => [...new Set([schema.buffer as ArrayBuffer, ...planBuffers(plan)])],
  count: ({ files }) => files.flatMap(footerBuffers),
  planCount: (plan) => [...new Set(planBuffers(plan))],
  explain: ({ files }) => files.flatMap(footerBuffers),
  sliceBatch: ({ bytes }) => [bytes.buffer as ArrayBuffer],
  scan: ({ bytes }) => [bytes.buffer as ArrayBuffer],
  openWriter: () => [],
  writeBatch: ({ bytes }) => (bytes ? [bytes.buffer] : []),
  finishWriter: ({ bytes }) => [bytes.buffer],
  closeWriter: () => [],
};

/** What is written is needed nowhere else. */
export const argTransfers: ArgTransfers = {
  writeBatch: (_writer, { buffer }) => [buffer as ArrayBuffer],
};

function planBuffers({ tasks, files }: Pick<ScanPlan, "tasks" | "files">): Transferable[] {
  return [...files.flatMap(footerBuffers), ...tasks.flatMap(({ file }) => footerBuffers(file))];
}

function footerBuffers({ footer }: DataFile): Transferable[] {
  return footer?.ranges.map(({ bytes }) => bytes.buffer as ArrayBuffer) ?? [];
}
