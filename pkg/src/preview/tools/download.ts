/** A frame as a file for the user: what that costs, and the file written batch by batch. */
import type { Frame } from "../../frame.js";
import { type Row, toRows } from "../../rows.js";
import { byteText, countText } from "../cell/text.js";
import { type Sort, sortedRows } from "../sorted.js";
import type { Sink } from "./sink.js";
import { csv, jsonl, type TextFormat } from "./text-format.js";

/** The kinds of files, and what people call them. */
export const FORMATS = { parquet: "Parquet", csv: "CSV", jsonl: "JSON Lines" } as const;

/** A kind of file. */
export type Format = keyof typeof FORMATS;

/** Text that is handed on at once, in UTF-16 code units. */
const CHUNK_LENGTH = 1 << 20;

const TEXTS: Readonly<Record<Exclude<Format, "parquet">, TextFormat>> = { csv, jsonl };

/** How a download goes. */
export interface DownloadOptions {
  readonly signal: AbortSignal;
  /** The order that text is written in. */
  readonly ordered?: Ordered | undefined;
  /** Told the rows that are written. */
  readonly onRows: (numRows: number) => void;
}

/** More rows than this are written in the order in which they lie: each further part of an order reads its column again. */
const MAX_SORTED_ROWS = 100_000;

/** How many rows are sorted in one go. */
const BAND_ROWS = 16_000;

/** Rows in an order, and a frame that has its column. */
export interface Ordered {
  readonly sort: Sort;
  readonly wanted: Frame;
  /** How many they are, once all were found. */
  readonly numRows: number | undefined;
}

/** The order that rows are written in, as a sentence; none where nothing else was asked for. */
export async function orderText(
  frame: Frame,
  format: Format,
  ordered: Ordered | undefined,
  signal: AbortSignal,
): Promise<{ readonly isKept: boolean; readonly text: string }> {
  if (!ordered) return { isKept: false, text: "" };
  const name = `${ordered.sort.column} ${ordered.sort.isDescending ? "↓" : "↑"}`;
  const kept = { isKept: true, text: `In the order of ${name}; its column is read as well.` };
  const inFiles = (why: string) => ({
    isKept: false,
    text: `In the order of the files, not of ${name}: ${why}`,
  });
  if (format === "parquet")
    return inFiles("Parquet is written as rows come. CSV and JSON Lines keep the order.");
  const { numRows = (await frame.explain({ signal })).kept.rows.kept } = ordered;
  if (numRows <= MAX_SORTED_ROWS) return kept;
  return inFiles(`more than ${countText(MAX_SORTED_ROWS)} rows are not sorted.`);
}

/** What writing all rows will read, as a sentence. Cost: the footers that are not known. */
export async function estimateText(frame: Frame, signal: AbortSignal): Promise<string> {
  const { atMost, kept, filter } = await frame.explain({ signal });
  const upTo = filter === undefined ? "" : "up to ";
  const rows = kept.rows.of > 0 ? `${upTo}${countText(kept.rows.kept)} rows; ` : "";
  const requests = `${countText(atMost.requests)} ${atMost.requests === 1 ? "request" : "requests"}`;
  return `${rows}reads ${upTo}${byteText(atMost.bytes)} in ${requests}.`;
}

/** Writes all rows. The sink is closed at the end, and aborted when anything goes wrong. */
export async function download(
  frame: Frame,
  format: Format,
  sink: Sink,
  options: DownloadOptions,
): Promise<void> {
  try {
    if (format === "parquet") await writeParquet(frame, sink, options);
    else await writeText(frame, TEXTS[format], sink, options);
    options.signal.throwIfAborted();
  } catch (error) {
    await sink.abort();
    throw error;
  }
  await sink.close();
}

async function writeParquet(frame: Frame, sink: Sink, { signal, onRows }: DownloadOptions): Promise<void> {
  const blob = await frame.toParquetBlob({ signal, onProgress: ({ numRows }) => onRows(numRows) });
  await sink.write(blob);
}

async function writeText(
  frame: Frame,
  format: TextFormat,
  sink: Sink,
  { signal, ordered, onRows }: DownloadOptions,
): Promise<void> {
  const { fields } = frame.schema;
  let text = format.head(fields);
  let numRows = 0;
  for await (const rows of ordered ? inOrder(ordered, signal) : asTheyLie(frame, signal)) {
    for (const row of rows) {
      text += format.line(row, fields);
      numRows += 1;
      if (text.length < CHUNK_LENGTH) continue;
      await sink.write(text);
      text = "";
    }
    onRows(numRows);
  }
  await sink.write(text);
}

function inOrder({ sort, wanted }: Ordered, signal: AbortSignal): AsyncGenerator<readonly Row[]> {
  return sortedRows(wanted, sort, (row) => row, { signal, bandRows: BAND_ROWS });
}

async function* asTheyLie(frame: Frame, signal: AbortSignal): AsyncGenerator<readonly Row[]> {
  for await (const batch of frame.batches({ signal })) yield toRows(batch);
}
