/**
 * Rows as lines of CSV (RFC 4180) and of JSON Lines. Pure.
 *
 * No digit is lost: 64-bit integers are written in full, decimals as they stand. What the formats have no words for is
 * text: bytes are base64, and in CSV lists and structs are JSON. JSON has no NaN and no infinities; they become null.
 */
import type { Row, Value } from "../../rows.js";
import type { Field } from "../../types.js";

/** How one kind of file is written. */
export interface TextFormat {
  /** What comes before the first row. */
  head(fields: readonly Field[]): string;
  /** A row, with the end of its line. */
  line(row: Row, fields: readonly Field[]): string;
}

/** Comma-separated values with a head. A null is nothing, an empty text `""`. */
export const csv: TextFormat = {
  head: (fields) => `${fields.map(({ name }) => quoted(name)).join(",")}\r\n`,
  line: (row, fields) => {
    const values = fields.map((field) => csvValue(row[field.name] ?? null, field));
    // A line without any character would be no row to most readers.
    return `${values.length === 1 && values[0] === "" ? '""' : values.join(",")}\r\n`;
  },
};

/** An object a line. */
export const jsonl: TextFormat = {
  head: () => "",
  line: (row, fields) => {
    const entries = fields.map((field) => {
      const value = row[field.name] ?? null;
      return `${JSON.stringify(field.name)}:${value instanceof Date ? JSON.stringify(dateText(value, field)) : json(value)}`;
    });
    return `{${entries.join(",")}}\n`;
  },
};

function csvValue(value: Value, field: Field): string {
  if (value === null) return "";
  if (value instanceof Date) return dateText(value, field);
  if (typeof value === "number") return number(value);
  if (typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (value instanceof Uint8Array) return quoted(base64(value));
  return quoted(typeof value === "string" ? value : json(value));
}

/** RFC 4180, 2.6 and 2.7; and an empty text in quotes, as it is no null. */
function quoted(text: string): string {
  return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function number(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? "-0" : String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "inf" : "-inf";
}

/** A day has no time of day. */
function dateText(value: Date, { type }: Field): string {
  const text = value.toISOString();
  return type.startsWith("Date") ? text.replace(/T.*/, "") : text;
}

function json(value: Value): string {
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number" && Number.isFinite(value)) return number(value);
  if (value instanceof Uint8Array) return JSON.stringify(base64(value));
  if (Array.isArray(value)) return `[${value.map((item: Value) => json(item)).join(",")}]`;
  if (typeof value !== "object" || value === null || value instanceof Date) return JSON.stringify(value);
  const entries = Object.entries(value as { readonly [name: string]: Value });
  return `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${json(item)}`).join(",")}}`;
}

function base64(bytes: Uint8Array): string {
  let text = "";
  // In pieces: a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 0x8000)
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}
