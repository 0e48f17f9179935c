/** What each file of a frame holds by itself, and the frame of all that can be read of them. */
import { type ErrorData, failure, HubframeError } from "./errors.js";
import { Frame, viewOf } from "./frame.js";
import type { ReadOptions } from "./frame-options.js";
import type { FrameSource } from "./protocol.js";
import type { Field } from "./types.js";
import { wholeView } from "./view.js";

/** What the files of a frame hold. */
export interface Survey {
  /** Each file, in row order. */
  readonly files: readonly SurveyedFile[];
  /** All rows of the files that can be read, with the columns of all of them: null where a file has no such column. */
  readonly frame: Frame;
}

/** A file of a {@link Survey}. */
export interface SurveyedFile {
  readonly path: string;
  /** Its columns; none of a file that cannot be read. */
  readonly fields: readonly Field[];
  /** The names of those whose type in this file cannot be read as the frame's: reading such a one rejects. */
  readonly misfits: readonly string[];
  readonly rowGroups: readonly RowGroupInfo[];
  /** Why it cannot be read, if it cannot: of code `corrupt` or `unsupported`. */
  readonly problem?: HubframeError;
}

/** A row group of a Parquet file. */
export interface RowGroupInfo {
  readonly numRows: number;
  /** Its pages before they were compressed, in bytes: `total_byte_size` of the format. */
  readonly totalByteSize: number;
}

/** @internal A {@link Survey} as plain data. */
export interface SurveyAnswer {
  readonly files: readonly (Pick<SurveyedFile, "path" | "misfits" | "rowGroups"> & {
    readonly columns: readonly Field[];
    readonly problem?: ErrorData;
  })[];
  readonly source: FrameSource;
}

/**
 * What each data file of a frame holds by itself: its columns, its row groups, or why it cannot be read; and the frame of
 * all rows of those that can be. A frame has the columns of its first file: what others have besides is not seen without
 * this. Columns that were chosen, filters and slices do not matter.
 *
 * Cost: one request for each file whose footer is not known yet. Rejects when no file can be read, and with code
 * `unsupported` for a frame that is made of others.
 *
 * @example
 * ```ts
 * const { files, frame: all } = await survey(df);
 * const damaged = files.filter(({ problem }) => problem);
 * ```
 */
export async function survey(frame: Frame, { signal }: ReadOptions = {}): Promise<Survey> {
  const { source, root, files } = viewOf(frame);
  if (source !== root) {
    throw failure("unsupported", "survey", "Survey the frames that this one is made of: those have files.");
  }
  const [answer, found] = await root.survey(files, signal);
  return {
    files: answer.files.map(surveyedFile),
    frame: new Frame(wholeView(found, answer.source)),
  };
}

/** A file as it crossed from a worker. */
function surveyedFile({ columns: fields, problem, ...file }: SurveyAnswer["files"][number]): SurveyedFile {
  return { ...file, fields, ...(problem && { problem: new HubframeError(problem, problem.cause) }) };
}
