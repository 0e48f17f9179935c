/** What a frame says of its columns without handing out rows: functions, descriptions and value counts. */
import type {
  Aggregates,
  Aggregation,
  DescribeOptions,
  Description,
  FooterAggregation,
  ValueCounts,
  ValueCountsOptions,
} from "./aggregate.js";
import { checkColumns } from "./columns.js";
import type { ReadOptions } from "./frame-options.js";
import type { Query } from "./query.js";
import { checkCount } from "./row-range.js";
import type { Answer } from "./source.js";
import type { Schema } from "./types.js";
import { type View, wantedOf } from "./view.js";

/** The methods of a frame that measure columns, over its view. */
export abstract class ColumnQueries {
  readonly #view: View;

  /** @internal */
  constructor(view: View) {
    this.#view = view;
  }

  /** The names of the columns, in order. */
  abstract get columns(): readonly string[];
  /** The columns with their Arrow types. */
  abstract get schema(): Schema;
  /** The number of rows. */
  abstract count(options?: ReadOptions): Promise<number>;

  /**
   * Functions of columns, each by its name: {@link AggregateFunction} has them.
   *
   * Cost: `count`, `nullCount`, `min` and `max` of row groups whose statistics are exact come from the footers, and no
   * page is read. For everything else the columns are read once, in as many parts at once as there are workers; for a
   * `median` of more than a million distinct values, or a `histogram` of them, two or three times.
   *
   * @example
   * ```ts
   * const { score } = await df.aggregate({ score: ["min", "max", "mean"], text: ["meanLength"] });
   * ```
   */
  async aggregate<const A extends Aggregation>(
    aggregation: A,
    { signal }: ReadOptions = {},
  ): Promise<Aggregates<A>> {
    const { toAggregates, toFunctions } = await import("./aggregate.js");
    const columns = toFunctions(aggregation, this.columns);
    const answer = await this.#query({ kind: "aggregate", columns }, signal);
    return toAggregates(answer, this.schema.fields) as Aggregates<A>;
  }

  /**
   * The same of what the footers tell alone: no page is read, and columns that they do not tell enough of are left out.
   * That is so where a row group has no exact statistics, or only some of its rows are in the frame.
   *
   * Cost: one request for each file whose footer is not known yet.
   */
  async aggregateFooters<const A extends FooterAggregation>(
    aggregation: A,
    { signal }: ReadOptions = {},
  ): Promise<Partial<Aggregates<A>>> {
    const { toAggregates, toFunctions } = await import("./aggregate.js");
    const columns = toFunctions(aggregation, this.columns);
    const wanted = await wantedOf(this.#view, signal);
    const { source } = this.#view;
    const { answer, untold } = await source.queryFooters(wanted, { kind: "aggregate", columns }, signal);
    const told = Object.entries(toAggregates(answer, this.schema.fields)).filter(
      ([name]) => !untold.has(name),
    );
    return Object.fromEntries(told) as Partial<Aggregates<A>>;
  }

  /**
   * Statistics of all rows, by the rules and in the shape of the Hub's own: nulls, extremes, mean, median, standard
   * deviation and a histogram of numbers and times, and of the lengths of strings and lists; frequencies of class labels,
   * booleans, and strings that are few enough to be labels. Structs, binary and media have none.
   *
   * Cost: the columns are read once; two or three times where a column has more than a million distinct values.
   */
  async describe({ columns = this.columns, signal }: DescribeOptions = {}): Promise<Description> {
    checkColumns("describe", columns, this.columns);
    const answer = await this.#query({ kind: "describe", columns }, signal);
    const description = JSON.parse(answer.text) as Description;
    // Where no column has statistics, nothing was read that would tell.
    const num_examples = description.num_examples ?? (await this.count(signal && { signal }));
    return { ...description, num_examples };
  }

  /**
   * The distinct values of a column with their counts, the most frequent first.
   *
   * Cost: the column is read once. More than a million distinct values reject with code `limit`.
   */
  async valueCounts(
    column: string,
    { limit, labels, signal }: ValueCountsOptions = {},
  ): Promise<ValueCounts> {
    checkColumns("valueCounts", [column], this.columns);
    if (limit !== undefined) checkCount("valueCounts", "limit", limit);
    const query: Query = { kind: "valueCounts", column, ...(limit !== undefined && { limit }) };
    const { toValueCounts } = await import("./aggregate.js");
    const answer = await this.#query(query, signal);
    const field = this.schema.fields.find(({ name }) => name === column);
    return toValueCounts(answer, labels === "names" ? field?.feature : undefined);
  }

  async #query(query: Query, signal: AbortSignal | undefined): Promise<Answer> {
    return this.#view.source.query(await wantedOf(this.#view, signal), query, signal);
  }
}
