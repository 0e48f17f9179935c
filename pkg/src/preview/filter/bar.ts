/** The line of filter chips: what is asked of the rows, what finding them reads, and how many were found. */
import { html, nothing, type TemplateResult } from "lit";
import type { Explanation } from "../../explanation.js";
import { byteText, countText } from "../cell/text.js";
import type { RowSource } from "../rows.js";
import { type Chip, chipText } from "./chip.js";

/** What the line shows, and what it can do. */
export interface FilterLine {
  readonly chips: readonly Chip[];
  /** The rows that pass, once they are looked for. */
  readonly rows: RowSource | undefined;
  /** What looking for them costs. */
  readonly cost: Explanation | undefined;
  readonly isBusy: boolean;
  readonly onChips: (chips: readonly Chip[]) => void;
  readonly onFind: () => void;
}

/** The line; nothing without chips. */
export function filterBar(line: FilterLine): TemplateResult | typeof nothing {
  const { chips, rows, cost, isBusy, onChips, onFind } = line;
  if (chips.length === 0) return nothing;
  const chipItem = (chip: Chip, index: number) => html`
    <span class="chip">
      ${chipText(chip)}
      <button aria-label=${`Remove ${chipText(chip)}`} @click=${() => onChips(chips.toSpliced(index, 1))}>✕</button>
    </span>
  `;
  return html`
    <div class="filters" role="group" aria-label="Filter">
      ${chips.map(chipItem)}
      <button @click=${() => onChips([])}>Reset</button>
      <small role="status">${matchText(rows)} ${cost ? costText(cost) : ""}</small>
      ${
        cost && !rows && !isBusy
          ? html`<button @click=${onFind}>Find rows: reads up to ${byteText(cost.atMost.bytes)}</button>`
          : nothing
      }
    </div>
  `;
}

/** How many rows were found, and whether there may be more. */
function matchText(rows: RowSource | undefined): string {
  if (!rows) return "";
  const count = `${countText(rows.numRows)} ${rows.numRows === 1 ? "match" : "matches"}`;
  return rows.isComplete ? count : `at least ${count} so far`;
}

/** What the statistics spare. */
function costText({ kept: { rowGroups, files } }: Explanation): string {
  const share =
    rowGroups.of > 0 ? `${countText(rowGroups.kept)} of ${countText(rowGroups.of)} row groups` : "";
  return `· reads ${share || `${countText(files.kept)} of ${countText(files.of)} files`}`;
}
