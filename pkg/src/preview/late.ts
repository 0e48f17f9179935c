/** Parts of the preview whose code is fetched when they are first drawn. */
import { nothing, type TemplateResult } from "lit";

/** The parts of the element itself. What has a tag of its own is fetched where that is opened. */
export class LateParts {
  readonly table: Late<typeof import("./table.js")>;
  readonly filters: Late<typeof import("./filter/bar.js")>;
  readonly selections: Late<typeof import("./selection.js")>;
  readonly summaries: Late<typeof import("./columns/summary.js")>;

  /** `onHere` draws the element again, `onSummaries` the heads of columns. */
  constructor(onHere: () => void, onSummaries: () => void) {
    this.table = new Late(() => import("./table.js"), onHere);
    this.filters = new Late(() => import("./filter/bar.js"), onHere);
    this.selections = new Late(() => import("./selection.js"), onHere);
    this.summaries = new Late(() => import("./columns/summary.js"), onSummaries);
  }
}

/** A part that is missing until its code is here. */
export class Late<Part> {
  readonly #load: () => Promise<Part>;
  readonly #onHere: () => void;
  #part: Part | undefined;
  #isLoading = false;

  constructor(load: () => Promise<Part>, onHere: () => void) {
    this.#load = load;
    this.#onHere = onHere;
  }

  /** The part, if it is here; else it is asked for. What could not be fetched is asked for again by the next call. */
  get now(): Part | undefined {
    if (!this.#part && !this.#isLoading) void this.#fetch();
    return this.#part;
  }

  /** What is drawn by the part. */
  draw(template: (part: Part) => TemplateResult): TemplateResult | typeof nothing {
    const { now } = this;
    return now ? template(now) : nothing;
  }

  async #fetch(): Promise<void> {
    this.#isLoading = true;
    try {
      this.#part = await this.#load();
    } catch {
      return;
    } finally {
      this.#isLoading = false;
    }
    this.#onHere();
  }
}
