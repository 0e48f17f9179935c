/** What has been read so far: every request, and the sums. */
import type { RequestEvent } from "../types.js";

/** The longest list that is kept; sums go on counting. */
const MAX_LISTED = 500;

/** Counts requests and bytes. */
export class Meter {
  numRequests = 0;
  numBytes = 0;
  /** The latest requests, newest first. */
  readonly requests: RequestEvent[] = [];
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Whether a request was refused for being one too many, and has not been tried again so far. */
  get isLimited(): boolean {
    const refused = this.requests.findIndex(({ status }) => status === 429);
    const newer = this.requests.slice(0, Math.max(refused, 0));
    return refused >= 0 && newer.every(({ url }) => url !== this.requests[refused]?.url);
  }

  /** The host that the last request without an answer went to; it may have been sent on from there. */
  get silentHost(): string | undefined {
    const silent = this.requests.find(({ status }) => !status);
    return silent && new URL(silent.url).host;
  }

  readonly add = (event: RequestEvent): void => {
    this.numRequests += 1;
    this.numBytes += event.bytes;
    this.requests.unshift(event);
    if (this.requests.length > MAX_LISTED) this.requests.pop();
    this.#onChange();
  };
}
