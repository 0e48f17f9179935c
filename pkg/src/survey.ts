/** What each file of a frame holds by itself, and the frame of all that can be read of them. */
import { type ErrorData, failure, HubframeError, isHubframeError } from "./errors.js";
import { Frame, viewOf } from "./frame.js";
import type { ReadOptions } from "./frame-options.js";
import type { ReadProgress } from "./progress.js";
import type { DataFile, FrameSource } from "./protocol.js";
import type { Source } from "./source.js";
import type { Field } from "./types.js";
import { wholeView } from "./view.js";

/** Files that are looked at before anybody is told how far it is. */
const FILES_AT_ONCE = 64;

/** Options of {@link survey}. */
export interface SurveyOptions extends ReadOptions {
  /** Told now and then how many files have been looked at. */
  readonly onProgress?: (progress: SurveyProgress) => void;
}

/** How far a survey has come. */
export type SurveyProgress = Pick<ReadProgress, "filesDone" | "numFiles">;

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
 * Cost: one request for each file whose footer is not known yet; with `onProgress` a second one for those that cannot be
 * read. Rejects when no file can be read, and with code `unsupported` for a frame that is made of others.
 *
 * @example
 * ```ts
 * const { files, frame: all } = await survey(df);
 * const damaged = files.filter(({ problem }) => problem);
 * ```
 */
export async function survey(frame: Frame, { signal, onProgress }: SurveyOptions = {}): Promise<Survey> {
  const { source, root, files } = viewOf(frame);
  if (source !== root) {
    throw failure("unsupported", "survey", "Survey the frames that this one is made of: those have files.");
  }
  for (let filesDone = 0; onProgress && filesDone < files.length; ) {
    const some = files.slice(filesDone, filesDone + FILES_AT_ONCE);
    await learnFooters(root, some, signal);
    filesDone += some.length;
    onProgress({ filesDone, numFiles: files.length });
  }
  const [answer, found] = await root.survey(files, signal);
  return {
    files: answer.files.map(surveyedFile),
    frame: new Frame(wholeView(found, answer.source)),
  };
}

/** Looks at some files for their footers alone, which are known from then on. That none can be read is told of all of them. */
async function learnFooters(root: Source, files: readonly DataFile[], signal?: AbortSignal): Promise<void> {
  try {
    await root.survey(files, signal);
  } catch (error) {
    if (!isHubframeError(error, "corrupt") && !isHubframeError(error, "unsupported")) throw error;
  }
}

/** A file as it crossed from a worker. */
function surveyedFile({ columns: fields, problem, ...file }: SurveyAnswer["files"][number]): SurveyedFile {
  return { ...file, fields, ...(problem && { problem: new HubframeError(problem, problem.cause) }) };
}
