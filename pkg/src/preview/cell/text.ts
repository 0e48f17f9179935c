/** Values as short text. What comes from a file is bounded here, before it gets near the document. */
import type { Value } from "../../rows.js";

/** The longest text of a cell, in UTF-16 code units. */
export const MAX_CELL_LENGTH = 300;

/** A value in one line or a few, cut after {@link MAX_CELL_LENGTH}. */
export function cellText(value: Value): string {
  if (typeof value === "string") return cut(value);
  const text = new BoundedText(MAX_CELL_LENGTH);
  write(value, text);
  return text.toString();
}

/** Bytes as text, with U+FFFD in place of what is no UTF-8. */
export function lossyText(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/** A number of bytes: `999 B`, `1.2 kB`, `13 MB`. */
export function byteText(numBytes: number): string {
  let value = numBytes;
  let unit = "B";
  for (const larger of ["kB", "MB", "GB", "TB"]) {
    if (value < 1000) break;
    value /= 1000;
    unit = larger;
  }
  return `${value < 10 && unit !== "B" ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

/** A whole number with separators, as `en` writes it: the page's language. */
export function countText(count: number): string {
  return count.toLocaleString("en");
}

/** Text that takes no more once it is full. */
class BoundedText {
  #left: number;
  #text = "";

  constructor(length: number) {
    this.#left = length;
  }

  get full(): boolean {
    return this.#left <= 0;
  }

  add(text: string): void {
    if (this.full) return;
    this.#text += text.slice(0, this.#left);
    this.#left -= text.length;
  }

  toString(): string {
    return this.#left < 0 ? `${this.#text}…` : this.#text;
  }
}

function write(value: Value, text: BoundedText): void {
  if (
    value === null ||
    typeof value === "boolean" ||
    typeof value === "number" ||
    typeof value === "bigint"
  ) {
    text.add(String(value));
  } else if (typeof value === "string") text.add(JSON.stringify(cut(value)));
  else if (value instanceof Date) text.add(value.toISOString());
  else if (value instanceof Uint8Array) text.add(`binary, ${byteText(value.length)}`);
  else if (Array.isArray(value)) writeAll("[", value, (item: Value) => write(item, text), "]", text);
  else {
    const entries = Object.entries(value as { readonly [name: string]: Value });
    const writeEntry = ([name, item]: [string, Value]) => {
      text.add(`${cut(name)}: `);
      write(item, text);
    };
    writeAll("{ ", entries, writeEntry, " }", text);
  }
}

function writeAll<T>(
  open: string,
  items: readonly T[],
  writeItem: (item: T) => void,
  close: string,
  text: BoundedText,
): void {
  text.add(open);
  for (const [index, item] of items.entries()) {
    if (text.full) return;
    if (index > 0) text.add(", ");
    writeItem(item);
  }
  text.add(close);
}

function cut(text: string): string {
  return text.length > MAX_CELL_LENGTH ? `${text.slice(0, MAX_CELL_LENGTH)}…` : text;
}
