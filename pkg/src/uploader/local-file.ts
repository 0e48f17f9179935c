/** A file that is to be uploaded: what is known of it, and how that is found out. */

import type { InspectionProgress } from "../files.js";
import type { Frame } from "../frame.js";
import type { Hub } from "../hub.js";
import type { Inspection } from "../inspection.js";
import type { GivenFile } from "./dropped.js";
import type { Library } from "./library.js";

/** What a file is, by its first bytes. */
export type FileKind = "parquet" | "arrow" | "text" | "other";

/** A file of the plan. */
export interface LocalFile extends GivenFile {
  readonly id: number;
  path: string;
  kind: FileKind | undefined;
  /** How much of it was read to learn what is in it, in bytes. */
  bytesRead: number;
  /** How many rows these bytes hold. */
  rowsRead: number;
  split: string;
  config: string;
  /** How a text file is written, where that is not UTF-8 and cannot be told. */
  encoding?: "windows-1252";
  /** What a text file holds. */
  inspection?: Inspection;
  /** Its rows; `undefined` while it is being read, and when it cannot be. */
  frame?: Frame;
  numRows?: number;
  /** About how many bytes of Arrow data they are. */
  arrowBytes?: number;
  /** Why it cannot be read as a table. */
  error?: unknown;
  /** Whether it goes to the repo unchanged, and into no table. */
  isAsItIs: boolean;
}

/** A file that is part of a table. */
export type TableFile = LocalFile & {
  readonly frame: Frame;
  readonly numRows: number;
  readonly arrowBytes: number;
};

/** Whether a file's rows are known and wanted. */
export function isTable(file: LocalFile): file is TableFile {
  return file.arrowBytes !== undefined && !file.isAsItIs;
}

/** What a text file may begin with before text: UTF-16 has zeros in it. */
const BYTE_ORDER_MARKS = ["\xff\xfe", "\xfe\xff"];

/** What a file is. */
export async function kindOfFile(file: Blob): Promise<FileKind> {
  const head = new TextDecoder("latin1").decode(await file.slice(0, 4096).arrayBuffer());
  if (head.startsWith("PAR1")) return "parquet";
  if (head.startsWith("ARROW1") || head.startsWith("\xff\xff\xff\xff")) return "arrow";
  const isWide = BYTE_ORDER_MARKS.some((mark) => head.startsWith(mark));
  return head.includes("\0") && !isWide ? "other" : "text";
}

/** Finds out what is in a file, and fills it in. What cannot be read has an `error` then. */
export async function openLocalFile(
  file: LocalFile,
  library: Library,
  hub: Hub,
  signal: AbortSignal,
  onChange: () => void,
): Promise<void> {
  try {
    file.kind = await kindOfFile(file.file);
    if (file.file.size === 0) throw new Error("The file is empty.");
    if (file.kind === "other") {
      throw new Error(
        "This is no table that can be read here: not Parquet, Arrow, CSV, TSV, JSON or JSON Lines.",
      );
    }
    if (file.kind === "text") {
      const onProgress = ({ bytesRead, numRows }: InspectionProgress) => {
        Object.assign(file, { bytesRead, rowsRead: numRows });
        onChange();
      };
      const options = { hub, signal, ...(file.encoding && { encoding: file.encoding }) };
      const [inspection] = await library.inspectFiles([file.file], { ...options, onProgress });
      if (!inspection) throw new Error("Nothing was found in the file.");
      const wrong = inspection.findings.find(({ severity }) => severity === "error");
      if (wrong) throw new Error(wrong.line ? `Line ${wrong.line}: ${wrong.message}` : wrong.message);
      file.inspection = inspection;
      file.frame = await library.fromFiles([file.file], { hub, signal, inspections: [inspection] });
    } else file.frame = await library.fromFiles([file.file], { hub, signal });
    file.numRows = await file.frame.count({ signal });
    file.arrowBytes = await arrowBytesOf(file.frame, file.numRows, signal);
    file.bytesRead = file.file.size;
  } catch (error) {
    if (!signal.aborted) file.error = error;
  }
  onChange();
}

/** How many rows tell how large all are. */
const SAMPLE_ROWS = 100;

/** By the first rows of a frame, about how many bytes of Arrow data all are. */
async function arrowBytesOf(frame: Frame, numRows: number, signal: AbortSignal): Promise<number> {
  const rows = Math.min(numRows, SAMPLE_ROWS);
  const [none, some] = await Promise.all([0, rows].map((count) => frame.limit(count).toIPC({ signal })));
  return some && none && rows > 0 ? ((some.length - none.length) / rows) * numRows : 0;
}

/** Whether two files hold the same bytes. Reads both, slice by slice, no further than the first difference. */
export async function sameContent(a: Blob, b: Blob, signal: AbortSignal): Promise<boolean> {
  if (a.size !== b.size) return false;
  for (let start = 0; start < a.size; start += SLICE_BYTES) {
    const [one, other] = await Promise.all(
      [a, b].map(async (file) => new Uint8Array(await file.slice(start, start + SLICE_BYTES).arrayBuffer())),
    );
    signal.throwIfAborted();
    if (!one?.every((byte, index) => byte === other?.[index])) return false;
  }
  return true;
}

const SLICE_BYTES = 4 << 20;
