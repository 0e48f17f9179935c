/** The rows that pass a filter, as they are found. How many there are is known at the end only. */
import { isHubframeError } from "../errors.js";
import type { OnProgress, ReadProgress } from "../progress.js";
import type { Row, Value } from "../rows.js";
import { isWhole, type KeptRow } from "./huge.js";
import type { RowSource } from "./rows.js";

/** Rows that are found ahead of those that are looked at. */
const AHEAD = 1000;

/** Rows that are kept at most; more of them than anybody looks through. */
const MAX_ROWS = 100_000;

/** Where rows that pass come from. */
export interface MatchReader {
  /** Reads them from their beginning, and tells how far it is. */
  batches(signal: AbortSignal, onProgress: OnProgress): AsyncIterable<readonly KeptRow[]>;
  /** Reads some of those that were found once more, whole: of one column, or of all that are shown. */
  again(
    found: readonly KeptRow[],
    span: { readonly start: number; readonly end: number },
    signal: AbortSignal,
    column?: string,
  ): Promise<readonly Row[]>;
}

/** Rows that pass a filter, found in order, as far as they are looked at. */
export class Matches implements RowSource {
  readonly #reader: MatchReader;
  readonly #onChange: () => void;
  readonly #rows: KeptRow[] = [];
  #wanted = AHEAD;
  #reading: AbortController | undefined;
  #goOn: (() => void) | undefined;
  #problem: unknown;
  #isComplete = false;
  #progress: ReadProgress | undefined;

  constructor(reader: MatchReader, onChange: () => void) {
    this.#reader = reader;
    this.#onChange = onChange;
  }

  /** The rows found so far. */
  get numRows(): number {
    return this.#rows.length;
  }

  /** Whether these are all that there are. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Whether there are more than are kept. */
  get isFull(): boolean {
    return this.#rows.length >= MAX_ROWS;
  }

  get isReading(): boolean {
    return this.#reading !== undefined && this.#goOn === undefined;
  }

  /** How far the read has come. */
  get progress(): ReadProgress | undefined {
    return this.#progress;
  }

  get problem(): unknown {
    return this.#problem;
  }

  row(index: number): KeptRow | undefined {
    return this.#rows[index];
  }

  error(): unknown {
    return undefined;
  }

  async read(start: number, end: number, signal: AbortSignal): Promise<readonly Row[]> {
    const here = this.#rows.slice(start, end);
    const whole = here.filter(isWhole);
    if (whole.length === here.length) return whole;
    return this.#reader.again(this.#rows, { start, end: start + here.length }, signal);
  }

  async readAgain(index: number, column: string, signal: AbortSignal): Promise<Value> {
    const span = { start: index, end: index + 1 };
    const [row] = await this.#reader.again(this.#rows, span, signal, column);
    return row?.[column] ?? null;
  }

  /** Reads on until there are enough rows beyond those that are looked at. */
  look(_: number, end: number): void {
    this.#wanted = Math.min(MAX_ROWS, end + AHEAD);
    if (this.#rows.length < this.#wanted) this.#goOn?.();
    if (!this.#reading && this.#rows.length === 0 && !this.#isComplete && this.#problem === undefined)
      this.start();
  }

  /** Begins, or begins anew. Nobody looks at rows that are not there yet, so it does not wait for that. */
  start(): void {
    this.stop();
    this.#rows.length = 0;
    this.#problem = undefined;
    void this.#run();
  }

  stop(): void {
    this.#reading?.abort();
    this.#reading = undefined;
    this.#goOn?.();
  }

  retry(): void {
    if (this.#problem !== undefined) this.start();
  }

  async #run(): Promise<void> {
    const mine = new AbortController();
    this.#reading = mine;
    const onProgress = (progress: ReadProgress) => {
      this.#progress = progress;
      this.#onChange();
    };
    try {
      for await (const batch of this.#reader.batches(mine.signal, onProgress)) {
        if (mine.signal.aborted) return;
        for (const row of batch) this.#rows.push(row);
        this.#onChange();
        if (this.#rows.length >= this.#wanted) await this.#paused();
      }
      if (this.#reading === mine) this.#isComplete = true;
    } catch (error) {
      if (this.#reading === mine && !isHubframeError(error, "aborted")) this.#problem = error;
    }
    if (this.#reading === mine) this.#reading = undefined;
    this.#onChange();
  }

  /** Until more rows are wanted. The workers wait as well: nobody takes their batches. */
  async #paused(): Promise<void> {
    this.#onChange();
    await new Promise<void>((resolve) => {
      this.#goOn = resolve;
    });
    this.#goOn = undefined;
  }
}
