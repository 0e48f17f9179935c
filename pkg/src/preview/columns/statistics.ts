/**
 * What is known of columns, in two steps: what footers tell, at once and for nothing; the rest when it is asked for,
 * with its cost before and its basis after.
 */
import type { ColumnStatistics, FooterAggregation, ValueCounts } from "../../aggregate.js";
import { isHubframeError } from "../../errors.js";
import type { Frame } from "../../frame.js";
import type { Value } from "../../rows.js";
import type { Field } from "../../types.js";
import { countText } from "../cell/text.js";

/** How many rows the smaller basis has. */
export const FIRST_ROWS = 10_000;

/** What is described again by itself when a filter changes reads no more than this. */
const MAX_FOLLOWING_BYTES = 32e6;

/** How many of the most frequent texts are counted. */
const NUM_TOP = 10;

/** The rows that statistics are of. */
export type Basis = "first" | "all";

/** What the footers tell of a column, of all rows of the split. */
export interface FooterSummary {
  readonly nullCount?: number;
  readonly min?: Value;
  readonly max?: Value;
}

/** What the rows tell of a column. */
export interface Described {
  readonly basis: Basis;
  /** The rows looked at, in words. */
  readonly of: string;
  readonly numRows: number;
  /** `undefined` where its type has none. */
  readonly statistics: ColumnStatistics | undefined;
  /** The most frequent texts. */
  readonly top: ValueCounts | undefined;
  /** What it read, at most. */
  readonly numBytes: number;
}

/** The statistics of the columns of a split, or of its rows that pass a filter. */
export class Statistics {
  /** What is being done, in words. */
  doing: string | undefined;
  /** Why the last thing could not be done. */
  problem: unknown;
  readonly #all: Frame;
  readonly #tell: () => void;
  #version = 0;
  #filtered: Frame | undefined;
  #footers: { readonly [column: string]: FooterSummary } = {};
  #described = new Map<string, Described>();
  readonly #costs = new Map<string, number>();
  #work = new AbortController();

  constructor(frame: Frame, onChange: () => void) {
    this.#all = frame;
    this.#tell = onChange;
  }

  /** Another number whenever anything here is another. */
  get version(): number {
    return this.#version;
  }

  /** What footers tell of a column. */
  summary(column: string): FooterSummary | undefined {
    return this.#footers[column];
  }

  /** What rows tell of a column, once that was asked for. */
  described(column: string): Described | undefined {
    return this.#described.get(column);
  }

  /** What describing columns reads at most, in bytes; `undefined` while that is being found out. */
  cost(columns: readonly string[], basis: Basis): number | undefined {
    return this.#costs.get(costKey(columns, basis));
  }

  /** Asks the footers. Cost: one request for each that is not known. */
  async readFooters(signal: AbortSignal): Promise<void> {
    const { fields } = this.#all.schema;
    const nulls = Object.fromEntries(fields.map(({ name }) => [name, ["nullCount"] as const]));
    const ordered = fields.filter(({ type }) => ORDERED.test(type));
    const bounds = Object.fromEntries(ordered.map(({ name }) => [name, ["min", "max"] as const]));
    const ask = async (
      wanted: FooterAggregation,
    ): Promise<{ readonly [name: string]: FooterSummary | undefined }> =>
      Object.keys(wanted).length > 0 ? this.#all.aggregateFooters(wanted, { signal }) : {};
    try {
      const [nullCounts, extremes] = await Promise.all([ask(nulls), ask(bounds)]);
      const both = (name: string): [string, FooterSummary] => [
        name,
        { ...nullCounts[name], ...extremes[name] },
      ];
      this.#footers = Object.fromEntries(fields.map(({ name }) => both(name)));
      this.#changed();
    } catch (error) {
      // What has no footers, such as a text file, has no summary; all else that can fail fails for the rows, too.
      if (!isHubframeError(error)) throw error;
    }
  }

  /** Finds out what describing columns would read. */
  async estimate(columns: readonly string[]): Promise<void> {
    const costs = this.#costs;
    const filtered = this.#filtered;
    for (const basis of ["first", "all"] as const) {
      if (costs.has(costKey(columns, basis))) continue;
      try {
        const { atMost } = await this.#frame(columns, basis).explain();
        if (filtered !== this.#filtered) return;
        costs.set(costKey(columns, basis), atMost.bytes * this.#passes(columns));
      } catch (error) {
        this.problem = error;
      }
      this.#changed();
    }
  }

  /** Describes columns. */
  async describe(columns: readonly string[], basis: Basis): Promise<void> {
    this.stop();
    const { signal } = this.#work;
    this.doing = `Describing ${columns.length === 1 ? columns[0] : `${columns.length} columns`}`;
    this.problem = undefined;
    this.#changed();
    try {
      await this.#describe(columns, basis, signal);
    } catch (error) {
      if (!signal.aborted) this.problem = error;
    }
    if (signal.aborted) return;
    this.doing = undefined;
    this.#changed();
  }

  /** Other rows: those that pass a filter, or all. What was described is so again where that reads little. */
  async follow(filtered: Frame | undefined): Promise<void> {
    this.stop();
    this.#filtered = filtered;
    this.#costs.clear();
    const before = [...this.#described];
    this.#described = new Map();
    this.#changed();
    for (const basis of ["first", "all"] as const) {
      const same = before.filter(([, described]) => described.basis === basis);
      const numBytes = same.reduce((sum, [, described]) => sum + described.numBytes, 0);
      if (same.length === 0 || numBytes > MAX_FOLLOWING_BYTES) continue;
      await this.describe(
        same.map(([column]) => column),
        basis,
      );
    }
  }

  /** Stops what is being read. */
  stop(): void {
    this.#work.abort();
    this.#work = new AbortController();
    this.doing = undefined;
  }

  async #describe(columns: readonly string[], basis: Basis, signal: AbortSignal): Promise<void> {
    const frame = this.#frame(columns, basis);
    const { num_examples, statistics } = await frame.describe({ columns, signal });
    const of = this.#basisText(basis, num_examples);
    const numBytes = (this.cost(columns, basis) ?? 0) / columns.length;
    for (const column of columns) {
      const found = statistics.find(({ column_name }) => column_name === column);
      const isText = found?.column_type === "string_text";
      const top = isText ? await topOf(frame, column, signal) : undefined;
      this.#described.set(column, { basis, of, numRows: num_examples, statistics: found, top, numBytes });
    }
  }

  #changed(): void {
    this.#version += 1;
    this.#tell();
  }

  #frame(columns: readonly string[], basis: Basis): Frame {
    const frame = (this.#filtered ?? this.#all).select(...columns);
    return basis === "all" ? frame : frame.limit(FIRST_ROWS);
  }

  /** Texts are read a second time, to count the most frequent ones. */
  #passes(columns: readonly string[]): number {
    const isText = ({ name, type }: Field) => columns.includes(name) && TEXT.test(type);
    return this.#all.schema.fields.some(isText) ? 2 : 1;
  }

  #basisText(basis: Basis, numRows: number): string {
    const which = basis === "all" || numRows < FIRST_ROWS ? "all" : "first";
    return `${which} ${countText(numRows)} rows${this.#filtered ? " that pass the filter" : ""}`;
  }
}

const TEXT = /^(Large)?Utf8/;

/** The types whose values have an order that `min` and `max` know. */
const ORDERED = /^(U?Int\d|Float|Decimal|(Large)?Utf8|Boolean|Date|Time)/;

/** The most frequent texts; none where there are too many to count. */
async function topOf(frame: Frame, column: string, signal: AbortSignal): Promise<ValueCounts | undefined> {
  try {
    return await frame.valueCounts(column, { limit: NUM_TOP, signal });
  } catch (error) {
    if (isHubframeError(error, "limit")) return undefined;
    throw error;
  }
}

function costKey(columns: readonly string[], basis: Basis): string {
  return JSON.stringify([basis, ...columns]);
}
