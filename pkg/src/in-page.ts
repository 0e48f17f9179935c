/** A session in the page itself, fetched only where there are no workers: `workers: 0`, a `fetch` of the user, Node. */
import { blobFetch } from "./blob-fetch.js";
import { type SessionOptions, settings } from "./connect.js";
import { abortError, toHubframeError } from "./errors.js";
import { createHandlers, type StartSession } from "./handlers.js";
import type { Connection } from "./pool.js";
import type { Handlers } from "./protocol.js";
import type { Client } from "./rpc.js";

/** Starts a session in the page, with the page's own `fetch` or another. */
export async function connectInPage(
  startSession: StartSession,
  options: SessionOptions,
  fetch: ((request: Request) => Promise<Response>) | undefined,
): Promise<Connection> {
  const isNode = typeof globalThis.process?.getBuiltinModule === "function";
  const fetching = fetch ?? (isNode ? blobFetch : undefined);
  const { onRequest } = options;
  const handlers = createHandlers(startSession, {
    onRequest,
    ...(fetching && { fetch: fetching }),
  });
  const connection = inPage(handlers);
  await connection.client.call("start", [settings(await options.wasm(), options)]);
  return connection;
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
