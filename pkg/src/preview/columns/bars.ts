/** Statistics as bars: what each stands for, how long it is, and the conditions that a click on it makes. Pure. */
import type { ColumnStatistics, Histogram } from "../../aggregate.js";
import type { Field } from "../../types.js";
import { isZoneless } from "../cell/kind.js";
import { countText } from "../cell/text.js";
import type { Chip } from "../filter/chip.js";

/** The most bars of a chart. */
export const MAX_BARS = 20;

/** A bar. */
export interface Bar {
  readonly label: string;
  readonly count: number;
  /** The rows that it stands for; without it there is no condition that says so. */
  readonly chips?: readonly Chip[];
}

/** The bars of a column, in the order of its values, or the most frequent first. */
export function barsOf(field: Field, statistics: ColumnStatistics): readonly Bar[] {
  const { column_type, column_statistics } = statistics;
  if ("frequencies" in column_statistics) {
    return frequencyBars(field, column_statistics.frequencies, column_type === "class_label" ? "isIn" : "eq");
  }
  const { histogram } = column_statistics;
  if (!histogram) return [];
  if (column_type === "datetime") return binBars(histogram as Histogram<string>, timeRange(field));
  const ranges = {
    list: lengthRange(field),
    string_text: undefined,
    int: numberRange(field),
    float: numberRange(field),
  };
  return binBars(histogram as Histogram, ranges[column_type as keyof typeof ranges]);
}

/** What is drawn, in words: for those who do not see it. */
export function chartText(bars: readonly Bar[]): string {
  return bars.map(({ label, count }) => `${label}: ${countText(count)}`).join("; ");
}

/** The conditions for values from one edge to the next. */
type RangeChips<T> = (from: T, to: T, isLast: boolean) => readonly Chip[];

function binBars<T extends string | number>({ hist, bin_edges }: Histogram<T>, range?: RangeChips<T>): Bar[] {
  return hist.flatMap((count, index) => {
    const [from, to] = bin_edges.slice(index, index + 2);
    if (from === undefined || to === undefined) return [];
    const label = from === to ? edgeText(from) : `${edgeText(from)} – ${edgeText(to)}`;
    const chips = range?.(from, to, index === hist.length - 1);
    return [chips ? { label, count, chips } : { label, count }];
  });
}

function numberRange({ name }: Field): RangeChips<number> {
  return (from, to, isLast) =>
    isLast
      ? [{ column: name, op: "between", values: [String(from), String(to)] }]
      : [
          { column: name, op: "ge", values: [String(from)] },
          { column: name, op: "lt", values: [String(to)] },
        ];
}

/** Times come as `2024-01-31 12:30:00`; conditions want ISO 8601, and an offset where the column has a zone. */
function timeRange(field: Field): RangeChips<string> {
  const { name, type } = field;
  const hasZone = !isZoneless(field);
  const iso = (text: string) =>
    type.startsWith("Date") ? text.slice(0, 10) : `${text.replace(" ", "T")}${hasZone ? "Z" : ""}`;
  return (from, to, isLast) => [
    { column: name, op: "ge", values: [iso(from)] },
    { column: name, op: isLast ? "le" : "lt", values: [iso(to)] },
  ];
}

function lengthRange({ name }: Field): RangeChips<number> {
  return (from, to, isLast) => [
    { column: name, op: "lengthGe", values: [String(from)] },
    { column: name, op: isLast ? "lengthLe" : "lengthLt", values: [String(to)] },
  ];
}

function frequencyBars(
  field: Field,
  frequencies: { readonly [value: string]: number },
  op: "eq" | "isIn",
): Bar[] {
  const sorted = Object.entries(frequencies).sort(([, a], [, b]) => b - a);
  const bars = sorted.slice(0, MAX_BARS).map(([value, count]) => ({
    label: value,
    count,
    chips: [{ column: field.name, op, values: [value] } as const],
  }));
  const rest = sorted.slice(MAX_BARS).reduce((sum, [, count]) => sum + count, 0);
  return rest > 0 ? [...bars, { label: `${sorted.length - MAX_BARS} others`, count: rest }] : bars;
}

function edgeText(edge: string | number): string {
  return typeof edge === "number"
    ? edge.toLocaleString("en", { maximumSignificantDigits: 6 })
    : edge.replace(" 00:00:00", "");
}
