/** The rows of a frame, in blocks: fetched where they are looked at, dropped where they are not. */
import { isHubframeError } from "../errors.js";
import type { ReadProgress } from "../progress.js";
import type { Row, Value } from "../rows.js";
import { isWhole, type KeptRow, keptRow } from "./huge.js";

/** Rows by their index: where a grid gets them from. */
export interface RowSource {
  /** How many there are, or are known of so far. */
  readonly numRows: number;
  /** Whether `numRows` is final. */
  readonly isComplete: boolean;
  /** Whether anything is being read. */
  readonly isReading: boolean;
  /** How far a read of everything has come. */
  readonly progress?: ReadProgress | undefined;
  /** Why rows that are looked at could not be read. */
  readonly problem: unknown;
  /** A row, if it is here; values that are too large to be kept are left out of it. */
  row(index: number): KeptRow | undefined;
  /** Why a row could not be read, if it could not. */
  error(index: number): unknown;
  /** Rows from `start`, before `end`: those that are not here are read. */
  read(start: number, end: number, signal: AbortSignal): Promise<readonly Row[]>;
  /** Reads a value that was too large to be kept; without this, rows are those of the frame that is shown. */
  readAgain?(index: number, column: string, signal: AbortSignal): Promise<Value>;
  /** Says which rows are looked at: from `start`, before `end`. */
  look(start: number, end: number): void;
  /** Stops all reads. What is here stays. */
  stop(): void;
  /** Tries again what could not be read. */
  retry(): void;
}

/** Reads rows: `frame.slice(start, numRows).toRows({ signal })`. */
export type ReadRows = (start: number, numRows: number, signal: AbortSignal) => Promise<readonly Row[]>;

/** Options of {@link RowBlocks}. */
export interface RowBlocksOptions {
  readonly read: ReadRows;
  /** All rows. */
  readonly numRows: number;
  /** Told when rows have come, or could not. */
  readonly onChange: () => void;
  /** How many rows are read at once. @default 256 */
  readonly blockRows?: number;
  /** Finds out at which rows a file begins: where one file cannot be read, the others can. */
  readonly borders?: () => Promise<readonly number[]>;
  /** How many blocks are kept; those farthest from what is looked at go first. @default as hold 16,384 rows */
  readonly maxBlocks?: number;
}

/** What a block costs to fetch: neighbouring blocks lie in the same pages, so small ones would fetch these again. */
const BLOCK_BYTES = 1e6;

/** What a block costs to take apart on the page's own thread, in cells: a few milliseconds. */
const BLOCK_CELLS = 20_000;

/** How many rows a block has, for a table whose rows take so many bytes in its files: a power of two from 64 to 4096. */
export function blockRowsFor(bytesPerRow: number, numColumns: number): number {
  const most = Math.min(BLOCK_BYTES / Math.max(bytesPerRow, 1), BLOCK_CELLS / Math.max(numColumns, 1), 4096);
  return Math.max(64, 2 ** Math.floor(Math.log2(Math.max(most, 1))));
}

/** How many rows are kept, in whole blocks. */
const MAX_ROWS_KEPT = 16_384;

/** How many blocks are under way at once. */
const MAX_READS = 2;

interface Block {
  /** Those that could be read. */
  readonly rows?: readonly (KeptRow | undefined)[];
  readonly error?: unknown;
  readonly reading?: AbortController;
}

/**
 * Row-accurate access to a frame of any length in bounded memory.
 *
 * {@link look} says which rows are on screen. Their blocks are read first, then the next one in either direction; reads
 * of blocks that are no longer wanted are aborted, down to the request.
 */
export class RowBlocks implements RowSource {
  readonly #options: Required<RowBlocksOptions>;
  readonly #blocks = new Map<number, Block>();
  /** The blocks that are looked at, and those beside them. */
  #wanted: readonly number[] = [];
  #beside: readonly number[] = [];
  #seen = { start: 0, end: 0 };

  constructor(options: RowBlocksOptions) {
    const { blockRows = 256 } = options;
    const maxBlocks = Math.max(6, Math.ceil(MAX_ROWS_KEPT / blockRows));
    this.#options = { blockRows, maxBlocks, borders: async () => [], ...options };
  }

  get numRows(): number {
    return this.#options.numRows;
  }

  get isComplete(): boolean {
    return true;
  }

  row(index: number): KeptRow | undefined {
    const { blockRows } = this.#options;
    return this.#blocks.get(Math.floor(index / blockRows))?.rows?.[index % blockRows];
  }

  error(index: number): unknown {
    if (this.row(index)) return undefined;
    return this.#blocks.get(Math.floor(index / this.#options.blockRows))?.error;
  }

  get problem(): unknown {
    for (let index = this.#seen.start; index < this.#seen.end; index++) {
      const error = this.error(index);
      if (error !== undefined) return error;
    }
    return undefined;
  }

  get isReading(): boolean {
    return [...this.#blocks.values()].some(({ reading }) => reading !== undefined);
  }

  look(start: number, end: number): void {
    const { blockRows, numRows } = this.#options;
    const before = this.problem;
    this.#seen = { start: Math.max(0, start), end: Math.min(end, numRows) };
    if (this.problem !== before) this.#options.onChange();
    const last = Math.floor(Math.max(0, Math.min(end, numRows) - 1) / blockRows);
    const first = Math.min(Math.floor(Math.max(0, start) / blockRows), last);
    const seen = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    this.#beside = [last + 1, first - 1].filter((block) => block >= 0 && block * blockRows < numRows);
    this.#wanted = numRows === 0 ? [] : [...seen, ...this.#beside];
    for (const [index, { reading }] of this.#blocks) {
      if (reading && !this.#wanted.includes(index)) this.#drop(index, reading);
    }
    this.#readNext();
  }

  async read(start: number, end: number, signal: AbortSignal): Promise<readonly Row[]> {
    const here = Array.from({ length: end - start }, (_, index) => this.row(start + index));
    const known = here.filter((row) => row !== undefined && isWhole(row)) as readonly Row[];
    return known.length === here.length ? known : this.#options.read(start, end - start, signal);
  }

  /** Stops all reads; rows that are here stay. What is looked at is read again by the next {@link look}. */
  stop(): void {
    this.#wanted = [];
    for (const [index, { reading }] of this.#blocks) if (reading) this.#drop(index, reading);
  }

  /** Forgets what could not be read, so that it is tried again. */
  retry(): void {
    for (const [index, { error }] of this.#blocks) if (error !== undefined) this.#blocks.delete(index);
    this.#readNext();
  }

  #drop(index: number, reading: AbortController): void {
    this.#blocks.delete(index);
    reading.abort();
  }

  #readNext(): void {
    let underWay = [...this.#blocks.values()].filter(({ reading }) => reading).length;
    for (const index of this.#wanted) {
      if (underWay >= MAX_READS) return;
      if (this.#blocks.has(index)) continue;
      // It often lies in the same pages as its neighbour, and they are not fetched again once they are here.
      if (underWay > 0 && this.#beside.includes(index)) return;
      underWay += 1;
      void this.#read(index);
    }
  }

  async #read(index: number): Promise<void> {
    const { blockRows, numRows, onChange } = this.#options;
    const reading = new AbortController();
    this.#blocks.set(index, { reading });
    const start = index * blockRows;
    const block = await this.#readPart(start, Math.min(start + blockRows, numRows), reading.signal);
    // Dropped in between: another read of this block may be under way.
    if (this.#blocks.get(index)?.reading !== reading) return;
    if (isHubframeError(block.error, "aborted")) this.#blocks.delete(index);
    else this.#blocks.set(index, block);
    this.#evict();
    onChange();
    this.#readNext();
  }

  /** Reads rows; where some of them cannot be read, the others. */
  async #readPart(start: number, end: number, signal: AbortSignal): Promise<Block> {
    try {
      return { rows: (await this.#options.read(start, end - start, signal)).map((row) => keptRow(row)) };
    } catch (error) {
      const cuts = await this.#cuts(start, end, error);
      if (cuts.length === 0) return { error };
      const parts: Block[] = [];
      for (const [index, from] of [start, ...cuts].entries()) {
        const to = cuts[index] ?? end;
        const { rows, error } = await this.#readPart(from, to, signal);
        parts.push({ rows: rows ?? new Array<undefined>(to - from).fill(undefined), error });
        if (signal.aborted) return { error };
      }
      return {
        rows: parts.flatMap(({ rows = [] }) => rows),
        error: parts.find(({ error }) => error !== undefined)?.error,
      };
    }
  }

  /** Where to cut rows that cannot be read together: too large ones in half, else where another file begins. */
  async #cuts(start: number, end: number, error: unknown): Promise<readonly number[]> {
    if (isHubframeError(error, "limit")) return end - start > 1 ? [Math.floor((start + end) / 2)] : [];
    if (!isHubframeError(error, "corrupt") && !isHubframeError(error, "unsupported")) return [];
    // Where that cannot be found out, the first error says enough.
    const borders = await this.#options.borders().catch(() => []);
    return borders.filter((border: number) => start < border && border < end);
  }

  /** Drops the blocks farthest from what is looked at. */
  #evict(): void {
    const [centre = 0] = this.#wanted;
    const byDistance = [...this.#blocks.keys()].sort((a, b) => Math.abs(a - centre) - Math.abs(b - centre));
    for (const index of byDistance.slice(this.#options.maxBlocks)) this.#blocks.delete(index);
  }
}
