/** An upload under way: it can be paused, cancelled and tried again. What it has stored is not sent again. */
import { isHubframeError } from "../errors.js";
import type { CommitResult, UploadProgress } from "../upload.js";
import { Counter, type Tally } from "./progress.js";

/** What a job does, told how to report and when to wait. */
export type Work = (controls: {
  readonly signal: AbortSignal;
  readonly ready: () => Promise<void>;
  readonly onProgress: (progress: UploadProgress) => void;
}) => Promise<CommitResult>;

/** Where a job is. `cancelled`: nothing was committed. */
export type JobState = "running" | "paused" | "failed" | "cancelled" | "done";

/** An upload. */
export class Job {
  state: JobState = "running";
  error: unknown;
  result: CommitResult | undefined;
  readonly #work: Work;
  readonly #onChange: () => void;
  #counter = new Counter();
  #stopping = new AbortController();
  /** Set while it is paused; what is to be written waits for it. */
  #pause: { readonly over: Promise<void>; readonly end: () => void } | undefined;

  /** Begins at once. */
  constructor(work: Work, onChange: () => void) {
    this.#work = work;
    this.#onChange = onChange;
    void this.#run();
  }

  get tally(): Tally {
    return this.#counter.tally;
  }

  /** Whether it would go on if the page were left alone. */
  get isActive(): boolean {
    return this.state === "running" || this.state === "paused";
  }

  /** Whether it may succeed when it is tried again, with nothing changed. */
  get isRetryable(): boolean {
    return isHubframeError(this.error) && this.error.retryable;
  }

  /** Begins no further rows. What is being sent goes on. */
  pause(): void {
    if (this.state !== "running") return;
    const { promise, resolve } = withResolvers();
    this.#pause = { over: promise, end: resolve };
    this.#become("paused");
  }

  /** Goes on after a pause. */
  resume(): void {
    if (this.state !== "paused") return;
    this.#become("running");
    this.#pause?.end();
    this.#pause = undefined;
  }

  /** Ends it. Nothing is committed, unless the commit is under way already. */
  cancel(): void {
    if (!this.isActive) return;
    this.#stopping.abort();
    this.#pause?.end();
    this.#pause = undefined;
    this.#become("cancelled");
  }

  /** Begins again after it failed or was cancelled. */
  retry(): void {
    if (this.state !== "failed" && this.state !== "cancelled") return;
    this.error = undefined;
    this.#counter = new Counter();
    this.#stopping = new AbortController();
    this.#become("running");
    void this.#run();
  }

  async #run(): Promise<void> {
    const stopping = this.#stopping;
    const counter = this.#counter;
    try {
      const result = await this.#work({
        signal: stopping.signal,
        ready: async () => this.#pause?.over,
        onProgress: (progress) => {
          counter.add(progress, performance.now());
          this.#onChange();
        },
      });
      // What was cancelled too late is done all the same.
      if (this.#stopping !== stopping) return;
      this.result = result;
      this.#become("done");
    } catch (error) {
      if (this.#stopping !== stopping || stopping.signal.aborted) return;
      this.error = error;
      this.#become("failed");
    }
  }

  #become(state: JobState): void {
    this.state = state;
    this.#onChange();
  }
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
