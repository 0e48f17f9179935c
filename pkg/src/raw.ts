/**
 * The edge to the WebAssembly module: the only file that imports the generated bindings, and the only one that frees.
 */
import type { Session, SessionHooks } from "./handlers.js";
import init, { Session as RawSession } from "./hubframe.js";
import type { FrameCount, FrameSource, ScanBatch, ScanPlan, ScanTask, SessionSettings } from "./protocol.js";
import type { RequestEvent } from "./types.js";

/** A request as the bindings tell it. */
type RawRequestEvent = Omit<RequestEvent, "range"> & { readonly range?: string };

/** Instantiates the module, once per worker or page, and opens a session that lives as long as that does. */
export async function startSession(settings: SessionSettings, hooks: SessionHooks): Promise<Session> {
  const { wasm, ...options } = settings;
  await init({ module_or_path: wasm });
  const session = new RawSession(options, hooks.fetch, (event: RawRequestEvent) =>
    hooks.onRequest(requestEvent(event)),
  );
  return {
    open: (target, options, signal) => session.open([...target], options, signal) as Promise<FrameSource>,
    plan: (frame, signal) => session.plan(frame, signal) as Promise<ScanPlan>,
    count: (frame, signal) => session.count(frame, signal) as Promise<FrameCount>,
    scan: (task, signal) => batches(session, task, signal),
  };
}

/** Whether `error` is a trap of the module, after which its memory can no longer be trusted. */
export function isTrap(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError;
}

async function* batches(session: RawSession, task: ScanTask, signal: AbortSignal): AsyncGenerator<ScanBatch> {
  const scan = session.scan(task);
  try {
    for (let batch = await scan.next(signal); batch; batch = await scan.next(signal)) yield batch;
  } finally {
    scan.free();
  }
}

/** A `Range` header counts its last byte in (RFC 9110, 14.1.2); everything else here is half-open. */
function requestEvent({ range, ...event }: RawRequestEvent): RequestEvent {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? "") ?? [];
  return first === undefined ? event : { ...event, range: [Number(first), Number(last) + 1] };
}
