/** Fills a cell of the grid. Whatever a dataset holds gets here as text or as the bytes of a picture, never as markup. */
import type { Value } from "../../rows.js";
import type { Feature, Field } from "../../types.js";
import type { HugeCell } from "../huge.js";
import { kindOf } from "./kind.js";
import { isShowable, mediaBytes, mediaPath, pictureOf, soundType } from "./media.js";
import { byteText, cellText, lossyText } from "./text.js";
import { visibleControls } from "./visible.js";

/** Addresses of pictures that are on screen, by the cell that shows them. */
const pictures = new WeakMap<HTMLElement, string>();

/** Shows `value` in `cell`. */
export function fillCell(cell: HTMLElement, value: Value, field: Field): void {
  const kind = kindOf(field);
  const { text, look } = describe(value, field);
  cell.className = look;
  cell.title = "";
  const bytes = kind === "image" ? mediaBytes(value) : undefined;
  const picture = bytes && pictureOf(bytes);
  if (picture && isShowable(picture)) {
    const address = URL.createObjectURL(new Blob([picture.bytes], { type: picture.type }));
    pictures.set(cell, address);
    const image = new Image();
    image.decoding = "async";
    image.alt = mediaPath(value) ?? "image";
    image.src = address;
    // What looks like a picture at its beginning need not be one.
    image.addEventListener("error", () => image.replaceWith(`${text}, damaged`));
    cell.replaceChildren(image);
    return;
  }
  cell.textContent = text;
  if (field.feature?._type === "ClassLabel" && value !== null) cell.title = String(value);
}

/** Shows how large a value is that was not kept. */
export function fillHuge(cell: HTMLElement, { numBytes, kind }: HugeCell): void {
  cell.className = "faint";
  cell.title = "Too large to be shown beside others. Opening the cell reads it.";
  cell.textContent = `${byteText(numBytes)} ${kind} – open`;
}

/** Shows that there is no such column where the cell lies. */
export function fillAbsent(cell: HTMLElement, file: string): void {
  cell.className = "faint";
  cell.title = `${file} has no such column.`;
  cell.textContent = "absent";
}

/** Gives back the picture that a cell shows. */
export function clearCell(cell: HTMLElement): void {
  const address = pictures.get(cell);
  if (address === undefined) return;
  URL.revokeObjectURL(address);
  pictures.delete(cell);
  cell.replaceChildren();
}

/** A value as one line of text, and the class that gives it its look. */
export function describe(value: Value, field: Field): { readonly text: string; readonly look: string } {
  const kind = kindOf(field);
  if (value === null) return { text: "null", look: kind === "number" ? "number faint" : "faint" };
  if (kind === "label") return { text: labelName(value, field.feature) ?? String(value), look: "" };
  if (kind === "image" || kind === "audio") {
    const bytes = mediaBytes(value);
    if (bytes) return { text: mediaText(kind, bytes), look: "faint" };
  }
  const time = timeText(value, field);
  if (time !== undefined) return { text: time, look: "" };
  if (value instanceof Uint8Array) {
    const text = kind === "text" ? `no UTF-8: ${cellText(lossyText(value))}` : cellText(value);
    return { text: visibleControls(text), look: "faint" };
  }
  // Lines are kept apart in the panel; in a row they are marked.
  const text = visibleControls(cellText(value).replaceAll(/\r\n|\r|\n/g, " ↵ "));
  return { text, look: kind === "number" ? "number" : "" };
}

/** A date or a point in time as people write it, without zeros that say nothing; `undefined` for anything else. */
function timeText(value: Value, { type }: Field): string | undefined {
  if (!/^(Date|Timestamp)/.test(type)) return undefined;
  const iso = value instanceof Date ? value.toISOString() : value;
  if (typeof iso !== "string") return undefined;
  if (type.startsWith("Date")) return iso.replace(/T00:00:00\.000Z$/, "");
  const text = iso.replace("T", " ").replace(/\.0+Z$/, "Z");
  // Without a zone it is a reading of a clock, wherever that hung.
  return type.includes('"') ? text.replace(/Z$/, " UTC") : text.replace(/Z$/, "");
}

/** The name of a class label; `undefined` where the dataset has none for it. */
export function labelName(value: Value, feature: Feature | undefined): string | undefined {
  const names: unknown = feature?.names;
  const name: unknown = Array.isArray(names) ? names[Number(value)] : undefined;
  return typeof name === "string" ? name : undefined;
}

function mediaText(kind: "image" | "audio", bytes: Uint8Array<ArrayBuffer>): string {
  const picture = pictureOf(bytes);
  if (picture?.size && !isShowable(picture)) {
    return `image of ${picture.size.width} × ${picture.size.height} pixels, ${byteText(bytes.length)}`;
  }
  const type = kind === "audio" ? soundType(bytes)?.replace("audio/", "") : undefined;
  return `${type ? `${type} ` : ""}${kind}, ${byteText(bytes.length)}`;
}
