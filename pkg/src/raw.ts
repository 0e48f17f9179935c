/**
 * The edge to the WebAssembly module: the only file that imports the generated bindings, and the only one that frees.
 */
import type { Session, SessionHooks } from "./handlers.js";
import init, { Session as RawSession } from "./hubframe.js";
import type { ScanBatch, ScanTask, SessionSettings } from "./protocol.js";

/** Instantiates the module, once per worker or page, and opens a session that lives as long as that does. */
export async function startSession(settings: SessionSettings, hooks: SessionHooks): Promise<Session> {
  const { wasm, ...options } = settings;
  await init({ module_or_path: wasm });
  const session = new RawSession({ ...options, ...hooks });
  return {
    open: (target, options, signal) => session.open([...target], options, signal),
    plan: (frame, signal) => session.plan(frame, signal),
    count: (frame, signal) => session.count(frame, signal),
    scan: (task, signal) => batches(session, task, signal),
  };
}

async function* batches(session: RawSession, task: ScanTask, signal: AbortSignal): AsyncGenerator<ScanBatch> {
  const scan = session.scan(task);
  try {
    for (let batch = await scan.next(signal); batch; batch = await scan.next(signal)) yield batch;
  } finally {
    scan.free();
  }
}

/** Whether `error` is a trap of the module, after which its memory can no longer be trusted. */
export function isTrap(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError;
}
