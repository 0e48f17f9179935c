/** What a frame is, as plain data: which columns and rows of which files. Every method of a frame makes another one. */
import { failure } from "./errors.js";
import type { ExprData } from "./expr.js";
import type { FilterColumn } from "./filter.js";
import { allColumns } from "./projection.js";
import type { DataFile, FrameSource as Opened, RowRange, Sample, ShownColumn } from "./protocol.js";
import { ALL_ROWS, isAll, narrow, withinFile } from "./row-range.js";
import type { FrameSource, Source, Wanted } from "./source.js";

/** Some columns and rows of some files. */
export interface View {
  readonly source: FrameSource;
  /** The files on the Hub that the rows come from, in the end. */
  readonly root: Source;
  readonly files: readonly DataFile[];
  readonly columns: readonly ShownColumn[];
  readonly filter?: ExprData;
  /** Of the rows that pass, those that are in each of the samples. */
  readonly samples?: readonly Sample[];
  /** Counted among the rows that pass. */
  readonly rows: RowRange;
  /** Set on partitions of a frame that had been sliced: which rows those are is known once footers are. */
  readonly partOf?: { readonly view: View; readonly start: number; readonly end: number };
}

/** All columns and rows of what was opened. */
export function wholeView(source: Source, { files, schema }: Opened): View {
  return { source, root: source, files, columns: allColumns(schema), rows: ALL_ROWS };
}

/** Whether it is a slice: what it shows hangs on how many rows come before. */
export function isSlice({ rows, partOf }: View): boolean {
  return !isAll(rows) || partOf !== undefined;
}

/** Whether which rows there are is seen only where they are read. */
export function isSelective({ filter, samples }: View): boolean {
  return filter !== undefined || samples !== undefined;
}

/** What is wanted of the files. Reads footers where the rows of a partition hang on them. */
export async function wantedOf(view: View, signal: AbortSignal | undefined): Promise<Wanted> {
  const { files, columns } = view;
  return { files, columns, ...selectionOf(view), rows: await resolveRows(view, signal) };
}

/** The columns that a filter may name: those shown, and then those of the files that are not. */
export function filterColumns({ source, columns }: View): FilterColumn[] {
  const fields = new Map(source.fields.map((field) => [field.name, field]));
  const types = new Map(source.arrowFields.map(({ name, type }) => [name, type]));
  const hidden = allColumns(source.fields).filter(
    ({ name }) => !columns.some((shown) => shown.source === name || shown.name === name),
  );
  const text = columns.filter(({ bytes }) => !bytes);
  return [...text, ...hidden].flatMap(({ name, source }) => {
    const type = types.get(source);
    return type ? [{ name, source, type, feature: fields.get(source)?.feature }] : [];
  });
}

/** Samples narrowed by another one: by the same seed it is a share of the share before. */
export function narrowSamples(samples: readonly Sample[], by: Sample): readonly Sample[] {
  const same = samples.find(({ seed }) => seed === by.seed);
  if (!same) return [...samples, by];
  const length = same.end - same.start;
  const narrowed = { ...same, start: same.start + length * by.start, end: same.start + length * by.end };
  return samples.map((sample) => (sample === same ? narrowed : sample));
}

/** The bounds of shares between 0 and 1, relative to their sum. */
export function shareBounds(weights: readonly number[]): readonly (readonly [start: number, end: number])[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!weights.every((weight) => weight >= 0) || !(total > 0 && total < Number.POSITIVE_INFINITY)) {
    throw failure("invalid", "randomSplit", "randomSplit wants shares that are not negative: [0.8, 0.2].");
  }
  let sum = 0;
  const ends = weights.map((weight, index) => {
    sum += weight;
    return index === weights.length - 1 ? 1 : Math.min(1, sum / total);
  });
  return ends.map((end, index) => [ends[index - 1] ?? 0, end]);
}

/** The rows of a view, counted from the first row of its own files. */
async function resolveRows(view: View, signal: AbortSignal | undefined): Promise<RowRange> {
  if (!view.partOf) return view.rows;
  const { view: whole, start, end } = view.partOf;
  const wholeRows = await resolveRows(whole, signal);
  const numRows = await fileRows(whole, end, signal);
  const sum = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
  return narrow(withinFile(wholeRows, sum(numRows.slice(0, start)), sum(numRows.slice(start))), view.rows);
}

/** The number of rows of each of the first files of a view; of a filtered or sampled one, of those that pass. */
async function fileRows(view: View, numFiles: number, signal: AbortSignal | undefined): Promise<number[]> {
  const { source, files } = view;
  const first = files.slice(0, numFiles);
  if (!isSelective(view)) return source.fileRows(first, signal);
  const wanted = { ...selectionOf(view), rows: ALL_ROWS };
  return Promise.all(first.map((file) => source.count({ ...wanted, files: [file] }, signal)));
}

function selectionOf({ filter, samples }: View): Pick<Wanted, "filter" | "samples"> {
  return { ...(filter && { filter }), ...(samples && { samples }) };
}
