/** Values and rows as text for the clipboard. */
import type { Row, Value } from "../../rows.js";

/** A value as it is copied: text as it is, all else as JSON, in which 64-bit integers keep their digits. */
export function valueText(value: Value): string {
  return typeof value === "string" ? value : jsonText(value);
}

/** A value or a row as JSON. Bytes are base64. */
export function jsonText(value: Value | Row | readonly Row[]): string {
  return JSON.stringify(plain(value as Value), null, 2) ?? "null";
}

/**
 * Rows as tab-separated values, with a line of names: what a spreadsheet pastes. A text with a tab, a line end or a
 * quote is quoted.
 */
export function tsvText(columns: readonly string[], rows: readonly Row[]): string {
  const lines = rows.map((row) => columns.map((column) => row[column] ?? null).map(tsvField));
  return [columns.map(quoted), ...lines].map((fields) => fields.join("\t")).join("\n");
}

/** Puts a value on the clipboard. */
export async function copyText(value: Value): Promise<void> {
  await navigator.clipboard.writeText(valueText(value));
}

/** Clipboards of browsers that take types of their own keep the values as well, for a page that pastes. */
const JSON_TYPE = "web application/json";

/** Puts rows on the clipboard: as tab-separated text, and as JSON where that is possible beside it. */
export async function copyRows(columns: readonly string[], rows: Promise<readonly Row[]>): Promise<void> {
  const blob = async (type: string, text: (rows: readonly Row[]) => string) =>
    new Blob([text(await rows)], { type });
  const items: Record<string, Promise<Blob>> = {
    "text/plain": blob("text/plain", (found) => tsvText(columns, found)),
  };
  if (ClipboardItem.supports?.(JSON_TYPE)) {
    items[JSON_TYPE] = blob("application/json", (found) => jsonText(found));
  }
  await navigator.clipboard.write([new ClipboardItem(items)]);
}

function tsvField(value: Value): string {
  if (value === null) return "";
  return quoted(typeof value === "string" ? value : JSON.stringify(plain(value)).replace(/^"(.*)"$/s, "$1"));
}

function quoted(text: string): string {
  return /[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

type Plain = null | boolean | number | string | readonly Plain[] | { readonly [name: string]: Plain };

function plain(value: Value): Plain {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return base64(value);
  if (Array.isArray(value)) return value.map((item: Value) => plain(item));
  if (typeof value !== "object" || value === null) return value as Plain;
  const entries = Object.entries(value as { readonly [name: string]: Value });
  return Object.fromEntries(entries.map(([name, item]) => [name, plain(item)]));
}

function base64(bytes: Uint8Array): string {
  let text = "";
  // In pieces: a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 0x8000)
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}
