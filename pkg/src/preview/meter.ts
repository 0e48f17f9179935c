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

  readonly add = (event: RequestEvent): void => {
    this.numRequests += 1;
    this.numBytes += event.bytes;
    this.requests.unshift(event);
    if (this.requests.length > MAX_LISTED) this.requests.pop();
    this.#onChange();
  };
}
