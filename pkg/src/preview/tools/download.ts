/** A frame as a file for the user: what that costs, and the file written batch by batch. */
import type { Frame } from "../../frame.js";
import { toRows } from "../../rows.js";
import { byteText, countText } from "../cell/text.js";
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
  /** Told the rows that are written. */
  readonly onRows: (numRows: number) => void;
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
  { signal, onRows }: DownloadOptions,
): Promise<void> {
  const { fields } = frame.schema;
  let text = format.head(fields);
  let numRows = 0;
  for await (const batch of frame.batches({ signal })) {
    for (const row of toRows(batch)) {
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
