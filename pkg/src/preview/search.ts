/** Search for a text in columns, as a condition on rows. Pure. */
import { col, type Expr } from "../expr.js";
import type { Field } from "../types.js";
import { kindOf } from "./cell/kind.js";
import { namesFromText, namesToText } from "./name-list.js";

/** The columns that can be searched. */
export function searchable(fields: readonly Field[]): readonly string[] {
  return fields.filter((field) => kindOf(field) === "text").map(({ name }) => name);
}

/** The columns that `list` names, separated by commas, as far as they can be searched; all of those if it names none. */
export function searchedColumns(list: string | undefined, fields: readonly Field[]): readonly string[] {
  const all = searchable(fields);
  const named = namesFromText(list);
  const chosen = all.filter((name) => named.includes(name));
  return chosen.length > 0 ? chosen : all;
}

/** The list that names these columns; nothing when they are all of them. */
export function columnList(columns: readonly string[], fields: readonly Field[]): string | undefined {
  const isAll = columns.length === 0 || columns.length === searchable(fields).length;
  return isAll ? undefined : namesToText(columns);
}

/** Rows of which one of the columns holds the text, in whatever case; `undefined` without text or columns. */
export function searchExpr(text: string | undefined, columns: readonly string[]): Expr | undefined {
  if (!text) return undefined;
  const pattern = anyCase(text);
  const [first, ...others] = columns.map((name) => col([name]).matches(pattern));
  return others.length > 0 ? first?.or(...others) : first;
}

/** A regular expression for the text itself. The core's `(?i)` knows ASCII only; other letters become a class of both cases. */
export function anyCase(text: string): string {
  const chars = Array.from(text, (char) => {
    const both = [char.toLowerCase(), char.toUpperCase()].filter((other) => [...other].length === 1);
    const isLetter = char > "\u007f" && both[0] !== both[1] && both.length === 2;
    return isLetter ? `[${both.join("")}]` : char.replace(/[\\^$.*+?()[\]{}|#&~\- ]/, "\\$&");
  });
  return `(?i)${chars.join("")}`;
}
