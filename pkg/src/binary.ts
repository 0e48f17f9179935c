/** Text columns as the bytes that they are in the files. */
import { unknownColumn } from "./columns.js";
import { failure } from "./errors.js";
import { Frame, viewOf } from "./frame.js";
import { BYTES } from "./projection.js";

/**
 * The same rows, some text columns as the bytes that they are in the files. Text that is no UTF-8 is damaged, and reading it
 * rejects with code `corrupt`; so it can be looked at nevertheless. Nothing can be filtered by such columns.
 *
 * Throws code `invalid` for a column that is not there or is no text, and for a frame that is filtered.
 *
 * @example
 * ```ts
 * const [row] = await asBinary(df, "text").head(1);
 * new TextDecoder().decode(row.text);
 * ```
 */
export function asBinary(frame: Frame, ...names: string[]): Frame {
  const view = viewOf(frame);
  const { columns, source, filter } = view;
  const invalid = (message: string) => failure("invalid", "asBinary", message);
  if (filter) throw invalid("These rows are filtered. Take columns as bytes first, and filter then.");
  const types = new Map(source.fields.map(({ name, type }) => [name, type]));
  for (const name of names) {
    const column = columns.find((column) => column.name === name);
    if (!column) throw unknownColumn("asBinary", name, frame.columns);
    const type = types.get(column.source) ?? "";
    if (!BYTES[type]) throw invalid(`The column "${name}" is ${type}; only text can be taken as bytes.`);
  }
  const asBytes = columns.map((column) =>
    names.includes(column.name) ? { ...column, bytes: true } : column,
  );
  return new Frame({ ...view, columns: asBytes });
}
