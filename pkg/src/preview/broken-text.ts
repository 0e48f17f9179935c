/** Rows of which some text is no UTF-8: what is text becomes it, the rest stays the bytes that it is. */
import { asBinary } from "../binary.js";
import type { Frame } from "../frame.js";
import type { RowOptions } from "../frame-options.js";
import type { Row, Value } from "../rows.js";
import { kindOf } from "./cell/kind.js";

/** Reads rows of a frame without a filter; `undefined` where no column of its own is text. */
export async function brokenRows(frame: Frame, options: RowOptions): Promise<readonly Row[] | undefined> {
  const names = frame.schema.fields.filter((field) => kindOf(field) === "text").map(({ name }) => name);
  if (names.length === 0) return undefined;
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const decoded = (value: Value): Value => {
    if (!(value instanceof Uint8Array)) return value;
    try {
      return decoder.decode(value);
    } catch {
      return value;
    }
  };
  const rows = await asBinary(frame, ...names).toRows(options);
  return rows.map((row) => ({
    ...row,
    ...Object.fromEntries(names.map((name) => [name, decoded(row[name] ?? null)])),
  }));
}
