/** What is found by comparing files: the same file twice, rows that train and test share; and label names of a column. */
import type { Feature } from "../types.js";
import type { Notice } from "./limits.js";
import { sameContent, type TableFile } from "./local-file.js";

/** The rows of a split that are compared with those of others. */
const MAX_ROWS = 20_000;

/** The most label names that a column may have. */
const MAX_LABELS = 1000;

/** Looks through files, and tells when something is found. */
export class Checks {
  /** What was found of the files as they are placed now. */
  notices: readonly Notice[] = [];
  isLooking = false;
  readonly #onChange: () => void;
  #work = new AbortController();

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Begins anew with these files. */
  look(files: readonly TableFile[]): void {
    this.#work.abort();
    const work = new AbortController();
    this.#work = work;
    this.notices = [];
    this.isLooking = true;
    this.#look(files, work.signal)
      .catch((error) => {
        if (!work.signal.aborted)
          this.notices = [{ severity: "warning", message: `The comparison of files failed: ${error}` }];
      })
      .finally(() => {
        if (this.#work !== work) return;
        this.isLooking = false;
        this.#onChange();
      });
  }

  /** The class label of all values of a column; `undefined` when there are too many. */
  async labels(files: readonly TableFile[], column: string): Promise<Feature | undefined> {
    const names = new Set<string>();
    for (const { frame } of files) {
      for await (const batch of frame.select(column).batches()) {
        for (const value of batch.getChild(column) ?? []) {
          if (value !== null) names.add(String(value));
          if (names.size > MAX_LABELS) return undefined;
        }
      }
    }
    const isNumber = files.every(({ frame }) => /^U?Int/.test(typeOf(frame.schema.fields, column)));
    const labels = isNumber ? numbered(names) : [...names].sort();
    return labels && { _type: "ClassLabel", names: labels };
  }

  async #look(files: readonly TableFile[], signal: AbortSignal): Promise<void> {
    const notices: Notice[] = [];
    for (const [index, file] of files.entries()) {
      const twin = await find(files.slice(0, index), (other) => sameContent(other.file, file.file, signal));
      if (!twin) continue;
      notices.push({
        severity: "warning",
        message: `${file.path} and ${twin.path} hold the same bytes: its rows come twice.`,
      });
    }
    for (const config of new Set(files.map(({ config }) => config))) {
      notices.push(
        ...(await shared(
          files.filter((file) => file.config === config),
          signal,
        )),
      );
    }
    if (!signal.aborted) this.notices = notices;
  }
}

/** Rows that two splits have in common. */
async function shared(files: readonly TableFile[], signal: AbortSignal): Promise<Notice[]> {
  const splits = [...new Set(files.map(({ split }) => split))];
  if (splits.length < 2) return [];
  const rows = new Map<string, Set<string>>();
  for (const split of splits)
    rows.set(
      split,
      await rowsOf(
        files.filter((file) => file.split === split),
        signal,
      ),
    );
  return splits.flatMap((split, index) =>
    splits.slice(0, index).flatMap((before): Notice[] => {
      const [own, other] = [rows.get(split) ?? new Set(), rows.get(before) ?? new Set()];
      const count = [...own].filter((row) => other.has(row)).length;
      if (count === 0) return [];
      const basis = `of the first ${MAX_ROWS.toLocaleString("en")} rows of each`;
      return [
        {
          severity: "warning",
          message: `${count.toLocaleString("en")} different rows are in both ${before} and ${split} (${basis}): a model that learns from one knows the other.`,
        },
      ];
    }),
  );
}

/** The first rows, each as text; columns in the order of their names, since files may have them in any. */
async function rowsOf(files: readonly TableFile[], signal: AbortSignal): Promise<Set<string>> {
  const found = new Set<string>();
  let numRows = 0;
  for (const { frame } of files) {
    if (numRows >= MAX_ROWS) break;
    const columns = [...frame.columns].sort();
    for (const row of await frame
      .select(...columns)
      .limit(MAX_ROWS - numRows)
      .toRows({ signal })) {
      numRows += 1;
      found.add(JSON.stringify(row, (_, value) => (typeof value === "bigint" ? `${value}` : value)));
    }
  }
  return found;
}

async function find<T>(all: readonly T[], test: (one: T) => Promise<boolean>): Promise<T | undefined> {
  for (const one of all) if (await test(one)) return one;
  return undefined;
}

function typeOf(fields: readonly { readonly name: string; readonly type: string }[], column: string): string {
  return fields.find(({ name }) => name === column)?.type ?? "";
}

/** Names for labels that are numbers already: 0 up to the largest. */
function numbered(names: ReadonlySet<string>): string[] | undefined {
  const numbers = [...names].map(Number);
  const largest = Math.max(...numbers);
  if (numbers.some((number) => number < 0) || largest >= MAX_LABELS) return undefined;
  return Array.from({ length: largest + 1 }, (_, label) => String(label));
}
