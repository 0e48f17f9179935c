/** The rows that are selected, and what can be done with them. */
import { html, type TemplateResult } from "lit";
import type { Row } from "../rows.js";
import { copyRows, jsonText } from "./cell/copy.js";
import { countText } from "./cell/text.js";
import type { RowSelection } from "./grid/grid.js";
import type { PreviewModel } from "./model.js";

/** More rows than this are for a download. */
export const MAX_COPIED_ROWS = 10_000;

/** The line that says how many rows are selected. */
export function selectionBar(
  selection: RowSelection,
  onCopy: (as: "tsv" | "json") => void,
  onClear: () => void,
): TemplateResult {
  const count = selection.end - selection.start;
  const isTooLong = count > MAX_COPIED_ROWS;
  return html`
    <div class="filters" role="group" aria-label="Selection">
      <span role="status">
        ${countText(count)} ${count === 1 ? "row" : "rows"} selected
        ${isTooLong ? `: at most ${countText(MAX_COPIED_ROWS)} can be copied` : ""}
      </span>
      <button ?disabled=${isTooLong} @click=${() => onCopy("tsv")}>Copy for a spreadsheet</button>
      <button ?disabled=${isTooLong} @click=${() => onCopy("json")}>Copy as JSON</button>
      <button @click=${onClear}>Clear</button>
    </div>
  `;
}

/** Puts the selected rows on the clipboard. Rows that are not here are read. */
export async function copySelection(
  { start, end }: RowSelection,
  model: PreviewModel,
  as: "tsv" | "json",
): Promise<void> {
  const { rows, columns } = model;
  if (!rows) return;
  const read = rows.read(start, Math.min(end, start + MAX_COPIED_ROWS), new AbortController().signal);
  if (as === "tsv") return copyRows(columns, read);
  // Sorted rows hold what they are sorted by, also where that is hidden.
  const shown = (row: Row) => Object.fromEntries(columns.map((name) => [name, row[name] ?? null]));
  const text = read.then((found) => new Blob([jsonText(found.map(shown))], { type: "text/plain" }));
  await navigator.clipboard.write([new ClipboardItem({ "text/plain": text })]);
}
