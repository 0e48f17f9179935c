/**
 * Calls over a message port: answers, errors as data, cancellation, and streams pulled with credit.
 *
 * It knows nothing of wasm, workers or tables; `protocol.ts` has the types of what it carries.
 */
import { abortError, describe, type ErrorData, HubframeError, toErrorData } from "./errors.js";
import type {
  Args,
  ArgTransfers,
  CallMethod,
  FromWorker,
  Handlers,
  Item,
  Method,
  Result,
  StreamMethod,
  ToWorker,
  Transfers,
} from "./protocol.js";
import type { SessionEvent } from "./types.js";

/** How many items of a stream a worker may be ahead of its consumer: one on its way, one being made. */
export const STREAM_CREDIT = 2;

/** One end of a channel: a `Worker`, a worker's global scope, a `MessagePort`. */
export interface Port {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
}

/** The calling end. Its errors are `HubframeError`s. */
export interface Client {
  /** Calls a method that answers once. */
  call<M extends CallMethod>(method: M, args: Args<M>, signal?: AbortSignal): Promise<Result<M>>;
  /** Calls a method that answers item by item. Nothing starts before the first `next()`; leaving early cancels. */
  stream<M extends StreamMethod>(method: M, args: Args<M>, signal?: AbortSignal): AsyncGenerator<Item<M>>;
}

/** What comes out of a worker besides answers. */
export interface PortEvents {
  onRequest(event: SessionEvent): void;
  onFatal(reason: string): void;
}

type Answer = Extract<FromWorker, { readonly id: number }>;

interface Receiver {
  receive(answer: Answer): void;
  fail(error: HubframeError): void;
}

/** The calling end of a port. */
export class PortClient implements Client {
  readonly #port: Port;
  readonly #argTransfers: ArgTransfers;
  readonly #receivers = new Map<number, Receiver>();
  #lastId = 0;
  #cut: HubframeError | undefined;

  constructor(port: Port, events: PortEvents, argTransfers: ArgTransfers = {}) {
    this.#port = port;
    this.#argTransfers = argTransfers;
    port.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
      if ("event" in data) events.onRequest(data.event);
      else if ("fatal" in data) events.onFatal(data.fatal);
      else this.#receivers.get(data.id)?.receive(data);
    });
  }

  call<M extends CallMethod>(method: M, args: Args<M>, signal?: AbortSignal): Promise<Result<M>> {
    return new Promise((resolve, reject) => {
      const call = this.#begin(method, args, 0, signal, {
        receive(answer) {
          call.end();
          if ("ok" in answer) resolve(answer.ok as Result<M>);
          else if ("error" in answer) reject(toError(answer.error));
        },
        fail: reject,
      });
    });
  }

  async *stream<M extends StreamMethod>(
    method: M,
    args: Args<M>,
    signal?: AbortSignal,
  ): AsyncGenerator<Item<M>> {
    const items: Item<M>[] = [];
    let ended = false;
    let failed: HubframeError | undefined;
    let wake = () => {};
    const call = this.#begin(method, args, STREAM_CREDIT, signal, {
      receive(answer) {
        if ("item" in answer) items.push(answer.item as Item<M>);
        else {
          call.end();
          ended = true;
          if ("error" in answer) failed = toError(answer.error);
        }
        wake();
      },
      fail(error) {
        items.length = 0;
        ended = true;
        failed = error;
        wake();
      },
    });
    try {
      while (true) {
        const item = items.shift();
        if (item !== undefined) {
          yield item;
          if (!ended) this.#post({ id: call.id, credit: 1 });
        } else if (ended) {
          if (failed) throw failed;
          return;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      call.cancel();
    }
  }

  /** Rejects every call in flight, and every later one. */
  cut(error: HubframeError): void {
    this.#cut = error;
    const receivers = [...this.#receivers.values()];
    this.#receivers.clear();
    for (const receiver of receivers) receiver.fail(error);
  }

  /** Sends a call. `end` forgets it; `cancel` also tells the worker, unless it has ended. */
  #begin(
    method: Method,
    args: readonly unknown[],
    credit: number,
    signal: AbortSignal | undefined,
    receiver: Receiver,
  ) {
    if (this.#cut) throw this.#cut;
    if (signal?.aborted) throw abortError(method, signal);
    const id = ++this.#lastId;
    const end = () => {
      signal?.removeEventListener("abort", abort);
      return this.#receivers.delete(id);
    };
    const cancel = () => {
      if (end()) this.#post({ id, cancel: true });
    };
    const abort = () => {
      cancel();
      receiver.fail(abortError(method, signal));
    };
    signal?.addEventListener("abort", abort);
    this.#receivers.set(id, receiver);
    // The types of the map tie a method to its arguments; the compiler loses them here.
    const moved = this.#argTransfers[method] as ((...args: readonly unknown[]) => Transferable[]) | undefined;
    this.#post({ id, method, args, credit }, moved?.(...args));
    return { id, end, cancel };
  }

  #post(message: ToWorker, transfer: Transferable[] = []): void {
    this.#port.postMessage(message, transfer);
  }
}

interface Running {
  readonly controller: AbortController;
  credit: number;
  wake: () => void;
}

/**
 * Makes `port` the answering end. An error for which `isFatal` holds is told once, as fatal: after it nothing that this
 * end says can be trusted.
 */
export function serve(
  port: Port,
  handlers: Handlers,
  transfers: Transfers,
  isFatal: (error: unknown) => boolean,
): void {
  const calls = new Map<number, Running>();
  const post = (message: FromWorker, transfer: Transferable[] = []) => port.postMessage(message, transfer);

  async function run({ id, method, args }: Extract<ToWorker, { readonly method: Method }>, call: Running) {
    // Each handler fits the arguments that its own caller sent; the compiler cannot follow that through the map.
    const handler = handlers[method] as (signal: AbortSignal, ...args: readonly unknown[]) => unknown;
    const transfer = transfers[method] as (result: unknown) => Transferable[];
    try {
      const result = handler(call.controller.signal, ...args);
      if (isIterator(result)) {
        for await (const item of paced(result, call)) post({ id, item }, transfer(item));
        post({ id, done: true });
      } else {
        const ok = await result;
        post({ id, ok }, transfer(ok));
      }
    } catch (error) {
      post(isFatal(error) ? { fatal: describe(error) } : { id, error: toErrorData(error, method) });
    } finally {
      calls.delete(id);
    }
  }

  port.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
    const call = calls.get(data.id);
    if ("method" in data) {
      const begun = { controller: new AbortController(), credit: data.credit, wake: () => {} };
      calls.set(data.id, begun);
      void run(data, begun);
    } else if ("cancel" in data) {
      call?.controller.abort();
      call?.wake();
    } else if (call) {
      call.credit += data.credit;
      call.wake();
    }
  });
}

/** The items of `source`, each asked for only when there is credit for it; none after a cancel. */
async function* paced(source: AsyncIterator<unknown>, call: Running): AsyncGenerator<unknown> {
  const { signal } = call.controller;
  try {
    while (true) {
      while (call.credit === 0 && !signal.aborted) {
        await new Promise<void>((resolve) => {
          call.wake = resolve;
        });
      }
      if (signal.aborted) return;
      const { done, value } = await source.next();
      if (done) return;
      call.credit -= 1;
      yield value;
    }
  } finally {
    await source.return?.();
  }
}

function isIterator(value: unknown): value is AsyncIterator<unknown> {
  return typeof value === "object" && value !== null && "next" in value;
}

function toError(data: ErrorData): HubframeError {
  return new HubframeError(data, data.cause);
}
