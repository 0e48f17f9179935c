/** Which files of a split have which of its columns, where they do not all have the same. */
import type { Frame } from "../frame.js";
import { type SurveyedFile, type SurveyOptions, survey } from "../survey.js";
import { byteText, countText } from "./cell/text.js";

/** Row groups from here on are too large for the Hub's own viewer: 300 MB before compression. */
const LARGE_ROW_GROUP = 300e6;

/** Looks at all files of a frame, and gives the frame with the columns of all that can be read. `unread` are known not to be. */
export async function lookAtFiles(
  frame: Frame,
  unread: readonly SurveyedFile[],
  options: SurveyOptions,
): Promise<{ readonly frame: Frame; readonly files: FileColumns }> {
  const found = await survey(frame, options);
  return { frame: found.frame, files: new FileColumns([...unread, ...found.files]) };
}

/** What can be said of files that were looked at, one by one. */
export class FileColumns {
  /** The files whose rows are shown. */
  readonly files: readonly SurveyedFile[];
  /** Those that cannot be read. */
  readonly unread: readonly SurveyedFile[];
  readonly #names: readonly ReadonlySet<string>[];
  /** For each file, the row behind its last. */
  readonly #ends: readonly number[];

  constructor(files: readonly SurveyedFile[]) {
    this.files = files.filter(({ problem }) => !problem);
    this.unread = files.filter(({ problem }) => problem);
    this.#names = this.files.map(({ fields }) => new Set(fields.map(({ name }) => name)));
    let end = 0;
    this.#ends = this.files.map(({ rowGroups }) => {
      for (const { numRows } of rowGroups) end += numRows;
      return end;
    });
  }

  /** Files whose columns are others than those of the first one, by name or by what they can be read as. */
  get numOthers(): number {
    const [first = new Set()] = this.#names;
    const isOther = (names: ReadonlySet<string>, index: number) =>
      names.size !== first.size ||
      [...names].some((name) => !first.has(name)) ||
      Boolean(this.files[index]?.misfits.length);
    return this.#names.filter(isOther).length;
  }

  /** The columns that some file has as a type which cannot be read as that of the others. */
  get misfits(): ReadonlySet<string> {
    return new Set(this.files.flatMap(({ misfits }) => misfits));
  }

  /** The rows at which files begin, but for the first. */
  get borders(): readonly number[] {
    return this.#ends.slice(0, -1);
  }

  /** How many files have a column. */
  count(column: string): number {
    return this.#names.filter((names) => names.has(column)).length;
  }

  /** The path of the file that a row of the split lies in, if that has no such column. */
  fileWithout(column: string, row: number): string | undefined {
    const index = this.#ends.findIndex((end) => row < end);
    return this.#names[index]?.has(column) === false ? this.files[index]?.path : undefined;
  }

  /** What somebody who looks at the rows should know, in sentences. */
  get notices(): string[] {
    const { files, unread, numOthers, largeRowGroup } = this;
    const all = countText(files.length + unread.length);
    const sentences = [];
    if (unread.length > 0) {
      const are = unread.length === 1 ? "is" : "are";
      sentences.push(`${countText(unread.length)} of ${all} files cannot be read and ${are} left out.`);
    }
    if (numOthers > 0) {
      const have = numOthers === 1 ? "has" : "have";
      sentences.push(`${countText(numOthers)} of ${all} files ${have} other columns than the first one.`);
    }
    if (largeRowGroup) {
      const { path, of, numBytes } = largeRowGroup;
      const which = of === 1 ? "is one row group" : "has a row group";
      sentences.push(`${path} ${which} of ${byteText(numBytes)}: of it only what is looked at is read.`);
    }
    return sentences;
  }

  /** The file with the largest row group of those that are too large elsewhere, and its bytes before compression. */
  get largeRowGroup(): { readonly path: string; readonly numBytes: number; readonly of: number } | undefined {
    const sizes = this.files.map(({ path, rowGroups }) => ({
      path,
      of: rowGroups.length,
      numBytes: rowGroups.reduce((most, { totalByteSize }) => Math.max(most, totalByteSize), 0),
    }));
    const [largest] = sizes.sort((a, b) => b.numBytes - a.numBytes);
    return largest && largest.numBytes > LARGE_ROW_GROUP ? largest : undefined;
  }
}
