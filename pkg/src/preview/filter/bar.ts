/** The line of filter chips: what is asked of the rows, what finding them reads, and how many were found. */
import { html, nothing, type TemplateResult } from "lit";
import type { Explanation } from "../../explanation.js";
import type { ReadProgress } from "../../progress.js";
import { byteText, countText } from "../cell/text.js";
import type { Plan } from "../model.js";
import type { RowSource } from "../rows.js";
import type { Sort } from "../sorted.js";
import { type Chip, chipText } from "./chip.js";

/** What the line shows, and what it can do. */
export interface FilterLine {
  readonly chips: readonly Chip[];
  readonly search: string | undefined;
  readonly sort: Sort | undefined;
  /** The rows that pass, once they are looked for. */
  readonly rows: RowSource | undefined;
  /** What looking for them costs. */
  readonly plan: Plan | undefined;
  readonly isBusy: boolean;
  readonly onChips: (chips: readonly Chip[]) => void;
  readonly onSearch: (text: undefined) => void;
  readonly onSort: (sort: undefined) => void;
  readonly onReset: () => void;
  readonly onFind: () => void;
}

/** The line. */
export function filterBar(line: FilterLine): TemplateResult {
  const { chips, search, sort, rows, plan, isBusy } = line;
  const chipItem = (text: string, onRemove: () => void) => html`
    <span class="chip">${text} <button aria-label=${`Remove ${text}`} @click=${onRemove}>✕</button></span>
  `;
  const cost = plan && byteText(plan.numBytes);
  return html`
    <div class="filters" role="group" aria-label="Filter">
      ${search ? chipItem(`“${search}”`, () => line.onSearch(undefined)) : nothing}
      ${chips.map((chip, index) => chipItem(chipText(chip), () => line.onChips(chips.toSpliced(index, 1))))}
      ${sort ? chipItem(`${sort.column} ${sort.isDescending ? "↓" : "↑"}`, () => line.onSort(undefined)) : nothing}
      <button @click=${line.onReset}>Reset</button>
      <small role="status">${[foundText(line), plan && costText(plan.explanation)].filter(Boolean).join(" · ")}</small>
      ${
        plan && !rows && !isBusy
          ? html`<button class="find" @click=${line.onFind}>${sort ? "Sort" : "Find rows"}: reads up to ${cost}</button>`
          : nothing
      }
    </div>
  `;
}

/** How many rows were found, whether there may be more, and how far the read is. */
function foundText({ rows, chips, search }: FilterLine): string {
  if (!rows) return "";
  const [one, many] = chips.length > 0 || search ? ["match", "matches"] : ["row", "rows"];
  const count = `${countText(rows.numRows)} ${rows.numRows === 1 ? one : many}`;
  if (rows.isComplete) return count;
  return `at least ${count} so far${rows.isReading ? progressText(rows.progress) : ""}`;
}

function progressText(progress: ReadProgress | undefined): string {
  if (!progress || progress.numFiles < 2) return "";
  return `, ${countText(progress.filesDone)} of ${countText(progress.numFiles)} files done`;
}

/** What the statistics spare. */
function costText({ kept: { rowGroups, files } }: Explanation): string {
  const share =
    rowGroups.of > 0 ? `${countText(rowGroups.kept)} of ${countText(rowGroups.of)} row groups` : "";
  return `reads ${share || `${countText(files.kept)} of ${countText(files.of)} files`}`;
}
