/** What has been read so far: every request, and the sums. */
import type { RequestEvent, RetryEvent } from "../types.js";

/** The longest list that is kept; sums go on counting. */
const MAX_LISTED = 500;

/** Counts requests and bytes. */
export class Meter {
  numRequests = 0;
  numBytes = 0;
  /** The latest requests, newest first. */
  readonly requests: RequestEvent[] = [];
  readonly #onChange: () => void;
  #retry: { readonly code: RetryEvent["code"]; readonly at: number } | undefined;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Why a request waits to be sent again, and for how many more seconds; of several the one that waits longest. */
  get waiting(): { readonly code: RetryEvent["code"]; readonly seconds: number } | undefined {
    if (!this.#retry) return undefined;
    return { code: this.#retry.code, seconds: Math.ceil((this.#retry.at - Date.now()) / 1000) };
  }

  /** The host that the last request without an answer went to; it may have been sent on from there. */
  get silentHost(): string | undefined {
    const silent = this.requests.find(({ status }) => !status);
    return silent && new URL(silent.url).host;
  }

  /** Counts down until a request is sent again. */
  readonly wait = ({ code, waitMs }: RetryEvent): void => {
    const at = Date.now() + waitMs;
    const isCounting = this.#retry !== undefined;
    if (!this.#retry || this.#retry.at < at) this.#retry = { code, at };
    if (!isCounting) this.#count();
  };

  #count(): void {
    const left = (this.#retry?.at ?? 0) - Date.now();
    if (left <= 0) this.#retry = undefined;
    else setTimeout(() => this.#count(), Math.min(left, 1000));
    this.#onChange();
  }

  readonly add = (event: RequestEvent): void => {
    this.numRequests += 1;
    this.numBytes += event.bytes;
    this.requests.unshift(event);
    if (this.requests.length > MAX_LISTED) this.requests.pop();
    this.#onChange();
  };
}
