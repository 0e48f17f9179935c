/** Bytes, sixteen a line, with the characters they may be. */
import { byteText } from "../text.js";
import { appendPieces } from "./more.js";

const LINE = 16;
const PIECE = 4096;

/** Shows all bytes. */
export function hexLens(bytes: Uint8Array): HTMLElement {
  const box = document.createElement("div");
  box.className = "hex";
  appendPieces(box, {
    count: Math.max(1, Math.ceil(bytes.length / PIECE)),
    piece: (index) => {
      const pre = document.createElement("pre");
      pre.textContent = hexText(bytes.subarray(index * PIECE, (index + 1) * PIECE), index * PIECE);
      return pre;
    },
    label: (index) => `Show more: ${byteText(bytes.length - index * PIECE)} are left`,
  });
  return box;
}

/** Lines of an address, sixteen bytes, and their ASCII. */
export function hexText(bytes: Uint8Array, start = 0): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += LINE) {
    const line = [...bytes.subarray(at, at + LINE)];
    const digits = line.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const ascii = line
      .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "."))
      .join("");
    lines.push(`${(start + at).toString(16).padStart(8, "0")}  ${digits.padEnd(LINE * 3)} ${ascii}`);
  }
  return lines.join("\n");
}
