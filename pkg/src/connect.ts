/** Sessions in module workers: started, given what they need, and watched. */
import { failure, type HubframeError } from "./errors.js";
import type { Connector } from "./pool.js";
import type { SessionSettings } from "./protocol.js";
import type { CacheOptions } from "./range-cache.js";
import { type Port, PortClient } from "./rpc.js";
import { argTransfers } from "./transfers.js";
import type { SessionEvent } from "./types.js";

/** What a session needs besides the code that runs it. */
export interface SessionOptions {
  readonly wasm: () => Promise<WebAssembly.Module>;
  readonly wholeWasm: string;
  readonly endpoint: string;
  readonly token: string | undefined;
  readonly cache: CacheOptions | undefined;
  readonly onRequest: (event: SessionEvent) => void;
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

/** What a session is started with. */
export function settings(
  wasm: WebAssembly.Module,
  { wholeWasm, endpoint, token, cache }: SessionOptions,
): SessionSettings {
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
