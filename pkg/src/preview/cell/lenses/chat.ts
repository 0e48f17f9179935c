/** Conversations: lists of messages, as the Hub's datasets spell them. */
import type { Value } from "../../../rows.js";
import { countText } from "../text.js";
import { appendPieces } from "./more.js";
import { textLens } from "./text.js";

/** A message of a conversation. */
export interface Message {
  readonly role: string;
  readonly content: Value;
}

/** Messages that are shown at once. */
const PIECE = 50;

/** The names under which datasets keep who spoke, and what was said: OpenAI's and ShareGPT's. */
const SPELLINGS = [
  ["role", "content"],
  ["from", "value"],
] as const;

/** The messages of a value, if it is a conversation. */
export function messagesOf(value: Value): readonly Message[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const messages = value.map((item: Value) => messageOf(item));
  return messages.every((message) => message !== undefined) ? messages : undefined;
}

/** Shows a conversation. */
export function chatLens(messages: readonly Message[]): HTMLElement {
  const list = document.createElement("div");
  list.className = "chat";
  appendPieces(list, {
    count: Math.ceil(messages.length / PIECE),
    piece: (index) => {
      const piece = document.createDocumentFragment();
      for (const message of messages.slice(index * PIECE, (index + 1) * PIECE)) piece.append(bubble(message));
      return piece;
    },
    label: (index) => `Show more: ${countText(messages.length - index * PIECE)} messages are left`,
  });
  return list;
}

function messageOf(item: Value): Message | undefined {
  if (typeof item !== "object" || item === null || Array.isArray(item)) return undefined;
  const struct = item as { readonly [name: string]: Value };
  for (const [who, what] of SPELLINGS) {
    const role = struct[who];
    if (typeof role === "string" && what in struct) return { role, content: struct[what] ?? null };
  }
  return undefined;
}

function bubble({ role, content }: Message): HTMLElement {
  const box = document.createElement("section");
  box.dataset.role = role;
  const head = document.createElement("h4");
  head.textContent = role;
  const text = typeof content === "string" ? content : JSON.stringify(content, bigText, 2);
  box.append(head, textLens(text ?? ""));
  return box;
}

function bigText(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
