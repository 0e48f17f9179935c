/** Values as text for the clipboard. */
import type { Row, Value } from "../../rows.js";

/** A value as it is copied: text as it is, all else as JSON, in which 64-bit integers keep their digits. */
export function valueText(value: Value): string {
  return typeof value === "string" ? value : jsonText(value);
}

/** A value or a row as JSON. Bytes are base64. */
export function jsonText(value: Value | Row): string {
  return JSON.stringify(plain(value as Value), null, 2) ?? "null";
}

/** Puts a value on the clipboard. */
export async function copyText(value: Value): Promise<void> {
  await navigator.clipboard.writeText(valueText(value));
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
