/** The two places a session may live in: a module worker, or the page itself. */
import { abortError, failure, type HubframeError, toHubframeError } from "./errors.js";
import { argTransfers, createHandlers, type StartSession } from "./handlers.js";
import type { Connection, Connector } from "./pool.js";
import type { Handlers } from "./protocol.js";
import type { CacheOptions } from "./range-cache.js";
import { type Client, type Port, PortClient } from "./rpc.js";
import type { RequestEvent } from "./types.js";

/** What a session needs besides the code that runs it. */
export interface SessionOptions {
  readonly wasm: () => Promise<WebAssembly.Module>;
  readonly wholeWasm: string;
  readonly endpoint: string;
  readonly token: string | undefined;
  readonly cache: CacheOptions | undefined;
  readonly onRequest: (event: RequestEvent) => void;
}

/** As much of a `Worker` as is used here. */
export type WorkerLike = Port &
  Pick<Worker, "terminate"> & {
    addEventListener(type: "error" | "messageerror", listener: (event: Event) => void): void;
  };

/** Sessions in workers that `createWorker` makes. */
export function workerConnector(createWorker: () => WorkerLike, options: SessionOptions): Connector {
  return async (died) => {
    // The worker's own script is fetched and run while the page compiles the module.
    const worker = createWorker();
    const { promise: failed, fail } = failing();
    const die = (detail: string) => {
      const error = failure(
        "internal",
        "worker",
        `A worker of hubframe stopped: ${detail}. If it happens again, please report it.`,
      );
      fail(error);
      died(error);
    };
    worker.addEventListener("error", (event) => die(errorText(event)));
    worker.addEventListener("messageerror", () => die("a message could not be read"));
    const client = new PortClient(worker, { onRequest: options.onRequest, onFatal: die }, argTransfers);
    const end = (error: HubframeError) => {
      worker.terminate();
      client.cut(error);
    };
    try {
      const wasm = await Promise.race([options.wasm(), failed]);
      await Promise.race([client.call("start", [settings(wasm, options)]), failed]);
    } catch (error) {
      worker.terminate();
      throw error;
    }
    return { client, end };
  };
}

/** A session in the page, with the page's own `fetch` or another. */
export function pageConnector(
  startSession: StartSession,
  options: SessionOptions & { readonly fetch: ((request: Request) => Promise<Response>) | undefined },
): Connector {
  return async () => {
    const { fetch, onRequest } = options;
    const handlers = createHandlers(startSession, { onRequest, ...(fetch && { fetch }) });
    const connection = inPage(handlers);
    await connection.client.call("start", [settings(await options.wasm(), options)]);
    return connection;
  };
}

/** A client that calls the handlers directly. */
export function inPage(handlers: Handlers): Connection {
  const closing = new AbortController();
  const scope = (signal?: AbortSignal) =>
    signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;
  const reason = (error: unknown, method: string, signal: AbortSignal | undefined) => {
    if (closing.signal.aborted) return closing.signal.reason;
    return signal?.aborted ? abortError(method, signal) : toHubframeError(error, method);
  };
  const client: Client = {
    async call(method, args, signal) {
      // The map's types tie a method to its handler; the compiler loses them in a generic call.
      const handler = handlers[method] as (
        signal: AbortSignal,
        ...args: readonly unknown[]
      ) => Promise<never>;
      try {
        scope(signal).throwIfAborted();
        return await handler(scope(signal), ...args);
      } catch (error) {
        throw reason(error, method, signal);
      }
    },
    async *stream(method, args, signal) {
      const handler = handlers[method] as (
        signal: AbortSignal,
        ...args: readonly unknown[]
      ) => AsyncIterator<never>;
      let items: AsyncIterator<never> | undefined;
      try {
        scope(signal).throwIfAborted();
        items = handler(scope(signal), ...args);
        for (let next = await items.next(); !next.done; next = await items.next()) yield next.value;
      } catch (error) {
        throw reason(error, method, signal);
      } finally {
        await items?.return?.();
      }
    },
  };
  return { client, end: (error) => closing.abort(error) };
}

function settings(wasm: WebAssembly.Module, { wholeWasm, endpoint, token, cache }: SessionOptions) {
  return { wasm, wholeWasm, endpoint, ...(token !== undefined && { token }), ...(cache && { cache }) };
}

/** A promise that only ever rejects, and may do so unheard. */
function failing(): { promise: Promise<never>; fail: (error: HubframeError) => void } {
  let fail: (error: HubframeError) => void = () => {};
  const promise = new Promise<never>((_, reject) => {
    fail = reject;
  });
  promise.catch(() => {});
  return { promise, fail };
}

/** A script that cannot be loaded gives an event without any text. */
function errorText(event: Event): string {
  const { message } = event as Partial<ErrorEvent>;
  return message || "its script could not be loaded (is dist/worker.js served beside the bundle?)";
}
