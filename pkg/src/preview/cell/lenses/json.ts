/** Structs, lists and JSON text as a tree that opens branch by branch. */
import type { Value } from "../../../rows.js";
import { byteText, countText } from "../text.js";
import { visibleControls } from "../visible.js";
import { appendPieces } from "./more.js";

/** Branches that are shown at once. */
const PIECE = 100;

/** The longest text of a leaf. The text lens shows all of it. */
const MAX_LEAF = 2000;

/** Shows a value as a tree. */
export function jsonLens(value: Value): HTMLElement {
  const tree = document.createElement("div");
  tree.className = "json";
  tree.append(branch(undefined, value, true));
  return tree;
}

/** The value of JSON text, if it is that of an object or a list. */
export function parsedJson(text: string): Value | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}

function branch(name: string | undefined, value: Value, isOpen = false): HTMLElement {
  const entries = entriesOf(value);
  const summary = entries ? shape(value, entries.length) : leafText(value);
  if (!entries || entries.length === 0) return line(name, summary);
  const details = document.createElement("details");
  const head = document.createElement("summary");
  head.append(line(name, summary));
  details.append(head);
  // Made when it is opened: a tree of a million leaves costs what is looked at.
  const fill = () => {
    if (!details.open || details.childElementCount > 1) return;
    const list = document.createElement("div");
    details.append(list);
    appendPieces(list, {
      count: Math.ceil(entries.length / PIECE),
      piece: (index) => {
        const piece = document.createElement("div");
        const some = entries.slice(index * PIECE, (index + 1) * PIECE);
        piece.append(...some.map(([key, item]) => branch(key, item)));
        return piece;
      },
      label: (index) => `Show more: ${countText(entries.length - index * PIECE)} are left`,
    });
  };
  details.addEventListener("toggle", fill);
  details.open = isOpen;
  return details;
}

function line(name: string | undefined, text: string): HTMLElement {
  const box = document.createElement("span");
  if (name !== undefined) {
    const key = document.createElement("b");
    key.textContent = `${visibleControls(name)}: `;
    box.append(key);
  }
  box.append(text);
  return box;
}

function entriesOf(value: Value): readonly (readonly [string, Value])[] | undefined {
  if (Array.isArray(value)) return value.map((item: Value, index) => [String(index), item]);
  const isStruct = typeof value === "object" && value !== null;
  if (!isStruct || value instanceof Date || value instanceof Uint8Array) return undefined;
  return Object.entries(value as { readonly [name: string]: Value });
}

function shape(value: Value, count: number): string {
  return Array.isArray(value) ? `list of ${countText(count)}` : `{ ${countText(count)} }`;
}

function leafText(value: Value): string {
  if (typeof value === "string") {
    const cut = value.length > MAX_LEAF ? `${value.slice(0, MAX_LEAF)}…` : value;
    return visibleControls(JSON.stringify(cut));
  }
  if (value instanceof Uint8Array) return `binary, ${byteText(value.length)}`;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return "[]";
  return typeof value === "object" && value !== null ? "{}" : String(value);
}
