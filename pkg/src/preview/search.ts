/** Which columns are searched, and how a list names them. Pure. */
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
