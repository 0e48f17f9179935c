/** What columns come to: functions, statistics and value counts, as the page asks for them and as it gets them. */
import { toTable } from "./arrow.js";
import { checkColumns } from "./columns.js";
import { failure } from "./errors.js";
import type { ReadOptions } from "./frame-options.js";
import type { ColumnFunctions } from "./query.js";
import { type Row, toRows, type Value } from "./rows.js";
import type { Answer } from "./source.js";
import type { Feature, Field } from "./types.js";

/**
 * A function of a column's values. Nulls and NaNs are left out, except where they are counted.
 *
 * | function | of | gives |
 * |---|---|---|
 * | `count`, `nullCount` | any type | `number` |
 * | `nanCount` | any type (0 but for floats) | `number` |
 * | `min`, `max` | numbers, strings, binary, booleans, dates, times | a value as `toRows()` gives it |
 * | `sum` | integers | `bigint`, exact |
 * | | decimals | `string`, exact |
 * | | floats | `number`, compensated for what each addition rounds off |
 * | | booleans | `number` of true ones |
 * | `mean` | numbers, booleans | `number` |
 * | `std` | numbers | `number`: of a sample, as in pandas |
 * | `median` | numbers | `number` |
 * | `histogram` | numbers | {@link Histogram}: ten bins at most, as the Hub cuts them |
 * | `distinct` | as `min` | `number` of distinct values, exact; more than a million reject with code `limit` |
 * | `minLength`, `maxLength`, `meanLength` | strings (code points), binary (bytes), lists (items) | `number` |
 *
 * Of no values, `sum` is 0, counts are 0 and everything else is `null`.
 */
export type AggregateFunction = keyof AggregateValues;

/** What each {@link AggregateFunction} gives. */
export interface AggregateValues {
  readonly count: number;
  readonly nullCount: number;
  readonly nanCount: number;
  readonly min: Value;
  readonly max: Value;
  readonly sum: number | bigint | string;
  readonly mean: number | null;
  readonly std: number | null;
  readonly median: number | null;
  readonly distinct: number;
  readonly histogram: Histogram | null;
  readonly minLength: number | null;
  readonly maxLength: number | null;
  readonly meanLength: number | null;
}

/** Functions by column: `{ score: ["min", "max", "mean"] }`. */
export type Aggregation = { readonly [column: string]: readonly AggregateFunction[] };

/** Functions that footers may tell. */
export type FooterAggregation = {
  readonly [column: string]: readonly ("count" | "nullCount" | "min" | "max")[];
};

/** What an {@link Aggregation} comes to: `{ score: { min: 0, max: 1, mean: 0.4 } }`. */
export type Aggregates<A extends Aggregation> = {
  readonly [C in keyof A]: { readonly [F in A[C][number]]: AggregateValues[F] };
};

/** Counts of values between edges: from each to before the next; the last bin has both its edges. */
export interface Histogram<T = number> {
  /** The number of values in each bin. */
  readonly hist: readonly number[];
  /** The edges, one more than there are bins. */
  readonly bin_edges: readonly T[];
}

/** Statistics of all rows, in the shape of the Hub's own (`/statistics` of its dataset viewer). */
export interface Description {
  /** The number of rows. */
  readonly num_examples: number;
  /** The columns that have statistics, in order. */
  readonly statistics: readonly ColumnStatistics[];
  /** Whether only a part of the rows was looked at. The Hub stops at 5 GB; this does not. */
  readonly partial: false;
}

/** The statistics of one column. */
export type ColumnStatistics = { readonly column_name: string } & (
  | { readonly column_type: "int" | "float" | "string_text" | "list"; readonly column_statistics: Numerical }
  | { readonly column_type: "datetime"; readonly column_statistics: Numerical<string> }
  | { readonly column_type: "class_label" | "string_label"; readonly column_statistics: Categorical }
  | { readonly column_type: "bool"; readonly column_statistics: Nullable & Frequencies }
);

/** How many values are null or NaN. */
export interface Nullable {
  readonly nan_count: number;
  /** Of all rows. */
  readonly nan_proportion: number;
}

/** How often each value comes, by its name. */
export interface Frequencies {
  readonly frequencies: { readonly [value: string]: number };
}

/**
 * Of numbers; of the lengths of strings and lists; of times, as `"2024-01-31 12:30:00"` in UTC (`std` as Python writes
 * it: `"1 day, 2:03:04"`). To five decimals. `null` where there is no value at all.
 */
export interface Numerical<T = number> extends Nullable {
  readonly min: T | null;
  readonly max: T | null;
  readonly mean: T | null;
  readonly median: T | null;
  /** Of a sample. */
  readonly std: T | null;
  /** `null` as well where a value is infinite. */
  readonly histogram: Histogram<T> | null;
}

/** Of class labels, and of strings that are few enough to be labels. */
export interface Categorical extends Nullable, Frequencies {
  /** Class labels of -1. */
  readonly no_label_count: number;
  readonly no_label_proportion: number;
  /** Of class labels, how many there are names for. */
  readonly n_unique: number;
}

/** The distinct values of a column. */
export interface ValueCounts {
  /** The most frequent first; of equally frequent ones the smaller first. Nulls are not among them. */
  readonly values: readonly { readonly value: Value; readonly count: number }[];
  /** The number of distinct values, given or not. */
  readonly numDistinct: number;
  readonly nullCount: number;
  readonly numRows: number;
}

/** Options of {@link Frame.describe}. */
export interface DescribeOptions extends ReadOptions {
  /** The columns to describe; all by default. */
  readonly columns?: readonly string[];
}

/** Options of {@link Frame.valueCounts}. */
export interface ValueCountsOptions extends ReadOptions {
  /** The most values to give; all by default. */
  readonly limit?: number;
  /**
   * What a class label becomes: its number, or its name where the dataset names it. -1, no label, is `null` then.
   *
   * @default "numbers"
   */
  readonly labels?: "numbers" | "names";
}

/** Functions by column as plain data. Whether there are such functions is seen where the types are known. */
export function toFunctions(aggregation: Aggregation, columns: readonly string[]): ColumnFunctions[] {
  const wanted = Object.entries(aggregation);
  checkColumns(
    "aggregate",
    wanted.map(([column]) => column),
    columns,
  );
  return wanted.map(([column, functions]) => {
    const unknown = [...functions].find((name) => !Object.hasOwn(FUNCTIONS, name));
    if (unknown === undefined) return { column, functions: [...new Set(functions)] };
    const known = Object.keys(FUNCTIONS).join(", ");
    throw failure("invalid", "aggregate", `There is no function "${unknown}"; there are: ${known}.`);
  });
}

const FUNCTIONS: { readonly [F in AggregateFunction]: true } = {
  count: true,
  nullCount: true,
  nanCount: true,
  min: true,
  max: true,
  sum: true,
  mean: true,
  std: true,
  median: true,
  distinct: true,
  histogram: true,
  minLength: true,
  maxLength: true,
  meanLength: true,
};

/** The values of an answer. A sum of integers comes as a decimal without decimals. */
export function toAggregates({ table }: Answer, fields: readonly Field[]): Row {
  const [row = {}] = table ? toRows(toTable(table, [])) : [];
  const integers = fields.filter(({ type }) => /^U?Int/.test(type)).map(({ name }) => name);
  for (const name of integers) {
    const values = Object.hasOwn(row, name) ? (row[name] as Row) : {};
    if (typeof values.sum === "string") values.sum = BigInt(values.sum);
  }
  return row;
}

/** The counts of an answer. With the feature of its column, class labels come as their names. */
export function toValueCounts({ text, table }: Answer, feature: Feature | undefined): ValueCounts {
  const { num_rows, null_count, num_distinct } = JSON.parse(text) as { readonly [key: string]: number };
  const rows = table ? toRows(toTable(table, []), { value: feature }) : [];
  return {
    values: rows.map(({ value = null, count }) => ({ value, count: Number(count) })),
    numDistinct: num_distinct ?? 0,
    nullCount: null_count ?? 0,
    numRows: num_rows ?? 0,
  };
}
