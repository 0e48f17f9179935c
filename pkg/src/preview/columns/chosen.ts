/** Which columns are shown, and in which order. Pure. */
import { namesFromText, namesToText } from "../name-list.js";

/** The columns that `list` names, as far as they exist; all of them where that is none. */
export function chosenColumns(list: string | undefined, all: readonly string[]): readonly string[] {
  const known = new Set(all);
  const named = [...new Set(namesFromText(list))].filter((name) => known.has(name));
  return named.length > 0 ? named : all;
}

/** The list that names these columns; nothing when they are all of them in their own order. */
export function chosenList(columns: readonly string[], all: readonly string[]): string | undefined {
  const isAll = columns.length === all.length && columns.every((name, index) => name === all[index]);
  return isAll || columns.length === 0 ? undefined : namesToText(columns);
}

/** All columns as a person looks through them: in their own order where the shown ones keep that, else these first. */
export function listedColumns(shown: readonly string[], all: readonly string[]): readonly string[] {
  const inOrder = all.filter((name) => shown.includes(name));
  if (inOrder.every((name, index) => name === shown[index])) return all;
  return [...shown, ...all.filter((name) => !shown.includes(name))];
}
