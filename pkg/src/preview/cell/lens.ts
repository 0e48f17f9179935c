/** Which ways there are to look at a cell, and the one to begin with. */
import type { Value } from "../../rows.js";
import type { Field } from "../../types.js";
import { labelName } from "./fill.js";
import { kindOf, typeText } from "./kind.js";
import { chatLens, messagesOf } from "./lenses/chat.js";
import { hexLens } from "./lenses/hex.js";
import { jsonLens, parsedJson } from "./lenses/json.js";
import { imageLens, soundLens } from "./lenses/media.js";
import { textLens } from "./lenses/text.js";
import { mediaBytes, pictureOf, soundType } from "./media.js";
import { lossyText } from "./text.js";

/** A way to look at a value. */
export interface Lens {
  readonly name: "Text" | "Markdown" | "JSON" | "Chat" | "Image" | "Audio" | "Hex";
  /** Makes what is shown. What it holds outside the document is given back when `signal` aborts. */
  show(signal: AbortSignal): HTMLElement | Promise<HTMLElement>;
}

/** The lenses that fit a value, the best one first. */
export function lensesOf(value: Value, field: Field): readonly Lens[] {
  if (value === null) return [lens("Text", () => textLens("null"))];
  if (value instanceof Uint8Array && kindOf(field) === "text") {
    return [lens("Text", () => textLens(lossyText(value), BROKEN)), lens("Hex", () => hexLens(value))];
  }
  return [...mediaLenses(value, field), ...textLenses(value, field), ...nestedLenses(value)];
}

const BROKEN = "These bytes are no UTF-8. What cannot be read of them is shown as \u{FFFD}.";

function mediaLenses(value: Value, field: Field): Lens[] {
  const bytes = mediaBytes(value);
  if (!bytes) return [];
  const lenses: Lens[] = [];
  const picture = pictureOf(bytes);
  if (picture) lenses.push(lens("Image", (signal) => imageLens(picture, signal)));
  const type = soundType(bytes);
  if (type && (kindOf(field) === "audio" || !picture)) {
    lenses.push(lens("Audio", (signal) => soundLens(bytes, type, signal)));
  }
  lenses.push(lens("Hex", () => hexLens(bytes)));
  if (!picture && !type) lenses.push(lens("Text", () => textLens(lossyText(bytes))));
  return lenses;
}

function textLenses(value: Value, field: Field): Lens[] {
  if (typeof value === "string") {
    const parsed = parsedJson(value);
    const lenses = [
      lens("Text", () => textLens(value)),
      lens("Markdown", async () => (await import("./lenses/markdown.js")).markdownLens(value)),
    ];
    return parsed === undefined ? lenses : [...lenses, ...nestedLenses(parsed)];
  }
  if (typeof value === "object") return value instanceof Date ? [plain(value.toISOString())] : [];
  const name = labelName(value, field.feature);
  return [plain(name === undefined ? String(value) : `${name} (${value}, ${typeText(field)})`)];
}

function nestedLenses(value: Value): Lens[] {
  const isNested = typeof value === "object" && value !== null;
  if (!isNested || value instanceof Date || value instanceof Uint8Array) return [];
  const messages = messagesOf(value);
  const chat = messages ? [lens("Chat", () => chatLens(messages))] : [];
  return [...chat, lens("JSON", () => jsonLens(value))];
}

function plain(text: string): Lens {
  return lens("Text", () => textLens(text));
}

function lens(name: Lens["name"], show: Lens["show"]): Lens {
  return { name, show };
}
