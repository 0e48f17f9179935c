/** Text as it is, with every line and nothing hidden. */
import { countText } from "../text.js";
import { visibleControls } from "../visible.js";
import { appendPieces } from "./more.js";

/** UTF-16 code units that are laid out at once: a few tenths of a second at most. */
const PIECE = 100_000;

/** Shows all of `text`, below a note about it if there is one. */
export function textLens(text: string, note = ""): HTMLElement {
  const box = document.createElement("div");
  box.className = "text";
  if (note !== "") box.append(Object.assign(document.createElement("small"), { textContent: note }));
  appendPieces(box, {
    count: Math.max(1, Math.ceil(text.length / PIECE)),
    piece: (index) => {
      const pre = document.createElement("pre");
      pre.textContent = visibleControls(text.slice(index * PIECE, (index + 1) * PIECE));
      return pre;
    },
    label: (index) => `Show more: ${countText(text.length - index * PIECE)} characters are left`,
  });
  return box;
}
