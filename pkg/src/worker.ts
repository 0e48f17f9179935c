/** The worker: one session, answering the page. It has no exports; it is loaded by URL. */
import { describe } from "./errors.js";
import { createHandlers } from "./handlers.js";
import type { FromWorker } from "./protocol.js";
import { isTrap, startSession } from "./raw.js";
import { type Port, serve } from "./rpc.js";
import { transfers } from "./transfers.js";

// The types of the page and of a worker exclude each other; this is what is used of the latter.
const scope = globalThis as unknown as Port & {
  addEventListener(type: "unhandledrejection", listener: (event: PromiseRejectionEvent) => void): void;
};
const post = (message: FromWorker) => scope.postMessage(message, []);

// A trap inside a future surfaces here and not at the call that caused it, which would wait for ever.
scope.addEventListener("unhandledrejection", ({ reason }) => {
  if (isTrap(reason)) post({ fatal: describe(reason) });
});

serve(scope, createHandlers(startSession, { onRequest: (event) => post({ event }) }), transfers, isTrap);
