/** Text columns as the bytes that they are in the files. */
import { type DataType, Type } from "@uwdata/flechette";
import { unknownColumn } from "./columns.js";
import { failure } from "./errors.js";
import { Frame, viewOf } from "./frame.js";
import { asBytes } from "./projection.js";
import type { Row, Value } from "./rows.js";

/**
 * The same rows, the text in some columns as the bytes that it is in the files: that of the columns themselves, of the items of
 * lists and of the fields of structs. Without names, in all columns. Text that is no UTF-8 is damaged, and reading it rejects
 * with code `corrupt`; so it can be looked at nevertheless, and what of it is text be had by {@link decodeText}.
 *
 * A filter that the frame has takes these columns as text all the same; later ones cannot name them.
 *
 * Throws code `invalid` for a column that is not there, or has no text in it.
 *
 * @example
 * ```ts
 * const rows = (await asBinary(df).head(1)).map(decodeText(df));
 * ```
 */
export function asBinary(frame: Frame, ...names: string[]): Frame {
  const view = viewOf(frame);
  const { columns, source } = view;
  const types = new Map(source.fields.map(({ name, type }) => [name, type]));
  const hasText = (column: (typeof columns)[number]) => {
    const type = types.get(column.source) ?? "";
    return asBytes(type) !== type;
  };
  for (const name of names) {
    const column = columns.find((column) => column.name === name);
    if (!column) throw unknownColumn("asBinary", name, frame.columns);
    if (hasText(column)) continue;
    const message = `The column "${name}" is ${types.get(column.source)}; only text can be taken as bytes.`;
    throw failure("invalid", "asBinary", message);
  }
  const isWanted = (column: (typeof columns)[number]) =>
    names.length > 0 ? names.includes(column.name) : hasText(column);
  return new Frame({
    ...view,
    columns: columns.map((column) => (isWanted(column) ? { ...column, bytes: true } : column)),
  });
}

/**
 * Makes text again of what is text in a frame: for rows of {@link asBinary}, what is UTF-8 becomes a string, and what is not
 * stays the bytes that it is.
 */
export function decodeText(frame: Frame): (row: Row) => Row {
  const { columns, source } = viewOf(frame);
  const types = new Map(source.arrowFields.map(({ name, type }) => [name, type]));
  const decoders = columns.flatMap(({ name, source }) => {
    const type = types.get(source);
    const decode = type && decoder(type);
    return decode ? [[name, decode] as const] : [];
  });
  return (row) => ({
    ...row,
    ...Object.fromEntries(decoders.map(([name, decode]) => [name, decode(row[name] ?? null)])),
  });
}

type Decode = (value: Value) => Value;

/** What makes text of the values of a type; `undefined` where there is none in them. */
function decoder(type: DataType): Decode | undefined {
  switch (type.typeId) {
    case Type.Utf8:
    case Type.LargeUtf8:
    case Type.Utf8View:
      return decoded;
    case Type.List:
    case Type.LargeList:
    case Type.FixedSizeList: {
      const item = decoder(type.children[0].type);
      return item && ((value) => (Array.isArray(value) ? value.map(item) : value));
    }
    case Type.Map: {
      const { type: entry } = type.children[0];
      const parts = entry.typeId === Type.Struct ? entry.children : [];
      const [key = same, value = same] = parts.map(({ type }) => decoder(type));
      const pair = (entry: Value) => (Array.isArray(entry) ? [key(entry[0]), value(entry[1])] : entry);
      return (entries) => (Array.isArray(entries) ? entries.map(pair) : entries);
    }
    case Type.Struct: {
      const fields = new Map(type.children.map(({ name, type }) => [name, decoder(type) ?? same]));
      return (value) => {
        if (typeof value !== "object" || value === null) return value;
        const entries = Object.entries(value).map(([name, field]) => [
          name,
          (fields.get(name) ?? same)(field),
        ]);
        return Object.fromEntries(entries);
      };
    }
    default:
      return undefined;
  }
}

const same: Decode = (value) => value;

const UTF_8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decoded(value: Value): Value {
  if (!(value instanceof Uint8Array)) return value;
  try {
    return UTF_8.decode(value);
  } catch {
    return value;
  }
}
