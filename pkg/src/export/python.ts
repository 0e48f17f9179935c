/** Python source text, safe for whatever names and values it holds. */

/** A string. What JSON escapes, and how, Python reads alike. */
export function text(value: string): string {
  return JSON.stringify(value);
}

/** A list, on one line for each item when there are several. */
export function list(items: readonly string[], indent = ""): string {
  if (items.length < 2) return `[${items.join()}]`;
  return `[\n${items.map((item) => `${indent}    ${item},\n`).join("")}${indent}]`;
}

/** A dictionary, on one line for each entry. */
export function dictionary(entries: readonly (readonly [key: string, value: string])[], indent = ""): string {
  return `{\n${entries.map(([key, value]) => `${indent}    ${text(key)}: ${value},\n`).join("")}${indent}}`;
}

/** A finite float, or one of those without a number. */
export function float(value: number): string {
  return Number.isFinite(value) ? String(value) : `float("${Number.isNaN(value) ? "nan" : value}")`;
}
