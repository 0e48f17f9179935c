/** A stand-in for a worker, whose other end runs in this thread. */
import type { Port } from "../src/rpc.js";

/** A target of events that is used as a port. */
type Target = EventTarget & Pick<Port, "addEventListener">;

/** A worker whose other end runs in this thread. Messages are cloned, and buffers transferred, as between threads. */
export class FakeWorker extends (EventTarget as new () => Target) {
  readonly scope: Port = Object.assign(new EventTarget() as Target, {
    postMessage: (message: unknown, transfer: Transferable[]) => this.#deliver(this, message, transfer),
  });
  terminated = false;

  postMessage(message: unknown, transfer: Transferable[] = []): void {
    this.#deliver(this.scope as unknown as EventTarget, message, transfer);
  }

  terminate(): void {
    this.terminated = true;
  }

  /** What a browser does when the worker throws outside of any call, or its script cannot be loaded. */
  fail(message = ""): void {
    this.dispatchEvent(Object.assign(new Event("error"), { message }));
  }

  #deliver(to: EventTarget, message: unknown, transfer: Transferable[]): void {
    const data = structuredClone(message, { transfer });
    setImmediate(() => {
      if (!this.terminated) to.dispatchEvent(new MessageEvent("message", { data }));
    });
  }
}
