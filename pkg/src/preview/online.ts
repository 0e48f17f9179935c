/** Goes on by itself once the network is back. */
import type { ReactiveController, ReactiveControllerHost } from "lit";

/** Calls back each time the browser finds that it has a network again. */
export class OnlineWatch implements ReactiveController {
  readonly #onOnline: () => void;

  constructor(host: ReactiveControllerHost, onOnline: () => void) {
    this.#onOnline = onOnline;
    host.addController(this);
  }

  hostConnected(): void {
    globalThis.addEventListener("online", this.#onOnline);
  }

  hostDisconnected(): void {
    globalThis.removeEventListener("online", this.#onOnline);
  }
}
