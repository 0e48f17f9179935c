/** Which columns files have, where they differ, and what becomes of that. Pure. */

import type { ColumnTypes } from "../inspection.js";
import { typeText } from "../preview/cell/kind.js";
import type { Feature, Field } from "../types.js";

/** A file as far as its columns go. */
export interface FileColumns {
  readonly id: number;
  readonly fields: readonly Field[];
}

/** What a person said of a column, by the name that files have for it. */
export interface Mend {
  /** What it is to be: a type as `datasets` names it, or a feature. */
  readonly type?: string | Feature;
  /** What it is to be called. */
  readonly name?: string;
  readonly drop?: true;
}

/** Mends by column. */
export type Mends = Readonly<Record<string, Mend>>;

/** A column of the table to be. */
export interface Column {
  /** What files call it. */
  readonly source: string;
  /** What it will be called. */
  readonly name: string;
  /** Its type in each file, in words; `undefined` where the file lacks it. */
  readonly cells: readonly (string | undefined)[];
  readonly mend: Mend;
  /**
   * `same`; `missing`: null in some files; `text`: differs, and is kept as text unless a type is set; `conflict`: differs, and
   * something must be said; `dropped`.
   */
  readonly state: "same" | "missing" | "text" | "conflict" | "dropped";
  /** What it will be, in a word. */
  readonly result: string;
}

/** The columns of files together, in the order of their first appearance. */
export function columnsOf(files: readonly FileColumns[], mends: Mends): Column[] {
  const sources = [...new Set(files.flatMap(({ fields }) => fields.map(({ name }) => name)))];
  return sources.map((source) => {
    const found = files.map(({ fields }) => fields.find(({ name }) => name === source));
    const mend = mends[source] ?? {};
    const present = found.filter((field) => field !== undefined);
    const { state, result } = outcome(present, mend, present.length < files.length);
    return {
      source,
      name: mend.name ?? source,
      cells: found.map((field) => field && typeText(field)),
      mend,
      state,
      result,
    };
  });
}

/** The types that make these columns one table: those that were set, and text where they differ too much. */
export function typesOf(columns: readonly Column[]): ColumnTypes {
  const types = columns.flatMap(({ name, mend, state }) => {
    if (state === "dropped") return [];
    if (mend.type !== undefined) return [[name, mend.type] as const];
    return state === "text" ? [[name, "string"] as const] : [];
  });
  return Object.fromEntries(types);
}

/** Two columns that would have one name in one file, if there are any. */
export function sameName(files: readonly FileColumns[], mends: Mends): string | undefined {
  for (const { fields } of files) {
    const names = fields
      .filter(({ name }) => !mends[name]?.drop)
      .map(({ name }) => mends[name]?.name ?? name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) return twice;
  }
  return undefined;
}

/**
 * Files that hold one table each way: those of which at least half of the columns are common go together. In the order of their
 * first files.
 */
export function tablesIn(files: readonly FileColumns[]): FileColumns[][] {
  const tables: FileColumns[][] = [];
  for (const file of files) {
    const like = tables.find((table) => table.some((other) => likeness(file, other) >= 0.5));
    if (like) like.push(file);
    else tables.push([file]);
  }
  return tables;
}

function likeness(a: FileColumns, b: FileColumns): number {
  const names = new Set(a.fields.map(({ name }) => name));
  const common = b.fields.filter(({ name }) => names.has(name)).length;
  const all = names.size + b.fields.length - common;
  return all === 0 ? 1 : common / all;
}

function outcome(
  fields: readonly Field[],
  { type, drop }: Mend,
  isMissing: boolean,
): Pick<Column, "state" | "result"> {
  if (drop) return { state: "dropped", result: "left out" };
  if (type !== undefined) return { state: isMissing ? "missing" : "same", result: wordOf(type) };
  const [first] = fields;
  const words = new Set(fields.map(typeText));
  const rest = isMissing ? "missing" : "same";
  if (!first || words.size === 1) return { state: rest, result: first ? typeText(first) : "" };
  const kinds = new Set(fields.map(kindOf));
  kinds.delete("null");
  if (kinds.size <= 1 && !kinds.has("other")) {
    return {
      state: rest,
      result: kinds.has("float")
        ? "float64"
        : typeText(fields.find((field) => kindOf(field) !== "null") ?? first),
    };
  }
  if (kinds.size === 2 && kinds.has("int") && kinds.has("float")) return { state: rest, result: "float64" };
  return kinds.has("other") ? { state: "conflict", result: "?" } : { state: "text", result: "string" };
}

/** What values of a type go together with. */
function kindOf({ type }: Field): string {
  if (/^U?Int/.test(type)) return "int";
  if (/^Float/.test(type)) return "float";
  if (/^(Large)?Utf8/.test(type)) return "text";
  if (/^(Boolean|Date|Time|Decimal|Null)/.test(type)) return type.replace(/[\d(].*$/s, "").toLowerCase();
  return "other";
}

/** A type that was set, in a word. */
export function wordOf(type: string | Feature): string {
  if (typeof type === "string") return type;
  return Array.isArray(type.names)
    ? `class label, ${type.names.length} names`
    : String(type._type ?? "struct");
}
