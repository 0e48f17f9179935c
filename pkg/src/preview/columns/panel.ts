/** `<hf-column-panel>`: what there is to know of a column and to do with it: filter, sort, statistics. */
import {
  type CSSResultGroup,
  html,
  LitElement,
  nothing,
  type PropertyDeclarations,
  type PropertyValues,
  type TemplateResult,
} from "lit";
import type { Nullable, Numerical } from "../../aggregate.js";
import type { Field } from "../../types.js";
import { typeText } from "../cell/kind.js";
import { byteText, cellText, countText } from "../cell/text.js";
import type { Chip } from "../filter/chip.js";
import { FilterEditor } from "../filter/editor.js";
import { panelStyle } from "../panel-style.js";
import { isSortable, type Sort, sortToText } from "../sorted.js";
import { type Bar, barsOf } from "./bars.js";
import { columnStyle } from "./panel-style.js";
import { type Basis, type Described, FIRST_ROWS, type Statistics } from "./statistics.js";
import { summaryText } from "./summary.js";

/** The panel. Events: `add` (chips), `sort` (as an address tells it, or `undefined`), `close`. */
export class ColumnPanel extends LitElement {
  static override readonly styles: CSSResultGroup = [panelStyle, columnStyle];
  static override readonly properties: PropertyDeclarations = {
    field: { attribute: false },
    fields: { attribute: false },
    statistics: { attribute: false },
    numRows: { attribute: false },
    sort: { attribute: false },
  };

  /** The column. */
  declare field: Field;
  /** All columns. */
  declare fields: readonly Field[];
  /** What is known of it. */
  declare statistics: Statistics;
  /** All rows of the split, if that is known. */
  declare numRows: number | undefined;
  /** The order of the rows. */
  declare sort: Sort | undefined;

  protected override updated(changed: PropertyValues): void {
    if (!changed.has("field") && !changed.has("statistics")) return;
    void this.statistics.estimate([this.field.name]).then(() => this.statistics.estimate(this.#names()));
  }

  #names(): readonly string[] {
    return this.fields.map(({ name }) => name);
  }

  protected override render(): TemplateResult {
    const { field, statistics } = this;
    const described = statistics.described(field.name);
    return html`
      <header>
        <h3>${field.name} <small>${typeText(field)}</small></h3>
        <button title="Close (Escape)" aria-label="Close" @click=${() => this.#close()}>✕</button>
      </header>
      <div class="body" @keydown=${this.#onKey}>
        <hf-filter-editor .field=${field} @add=${(event: CustomEvent) => this.#add(event.detail)} @close=${() => this.#close()}></hf-filter-editor>
        ${isSortable(field) ? this.#order() : nothing}
        <section aria-label="Statistics">
          <h4>Statistics</h4>
          ${this.#footerLine()}
          <div class="actions">
            ${this.#button([field.name], "first", `First ${countText(FIRST_ROWS)} rows`)}
            ${this.#button([field.name], "all", "All rows")}
            ${this.#button(this.#names(), "first", `All columns, first ${countText(FIRST_ROWS)} rows`)}
          </div>
          ${statistics.problem === undefined ? nothing : html`<p role="alert">${messageOf(statistics.problem)}</p>`}
          ${described ? this.#described(described) : nothing}
        </section>
      </div>
    `;
  }

  #order(): TemplateResult {
    const { field, sort } = this;
    const button = (isDescending: boolean) => {
      const isChosen = sort?.column === field.name && sort.isDescending === isDescending;
      const next = isChosen ? undefined : sortToText({ column: field.name, isDescending });
      const onClick = () => this.dispatchEvent(new CustomEvent("sort", { detail: next }));
      return html`
        <button aria-pressed=${isChosen} @click=${onClick}>Sort ${isDescending ? "descending ↓" : "ascending ↑"}</button>
      `;
    };
    return html`<div class="actions order" role="group" aria-label="Order">${button(false)} ${button(true)}</div>`;
  }

  /** What costs nothing. */
  #footerLine(): TemplateResult {
    const { field, numRows } = this;
    const summary = this.statistics.summary(field.name);
    const text = summaryText(field, summary);
    const nulls = summary?.nullCount === 0 ? "no nulls" : "";
    const said = [text, nulls].filter(Boolean).join(" · ");
    if (!said) return html`<p>The footers say nothing of this column.</p>`;
    const basis = numRows === undefined ? "all rows" : `all ${countText(numRows)} rows`;
    return html`<p>${said} <small>of ${basis}, from the footers</small></p>`;
  }

  #button(columns: readonly string[], basis: Basis, label: string): TemplateResult {
    const { statistics } = this;
    const cost = statistics.cost(columns, basis);
    const said =
      cost === undefined ? "" : ` – reads ${cost === 0 ? "nothing more" : `up to ${byteText(cost)}`}`;
    return html`
      <button ?disabled=${statistics.doing !== undefined} @click=${() => void statistics.describe(columns, basis)}>
        ${label}${said}
      </button>
    `;
  }

  #described({ of, statistics, top, numRows }: Described): TemplateResult {
    if (!statistics) return html`<p>There are no statistics for columns of this type.</p>`;
    const { column_type, column_statistics } = statistics;
    const isLength = column_type === "string_text" || column_type === "list";
    const numbers = "mean" in column_statistics ? column_statistics : undefined;
    return html`
      <p class="basis">Basis: ${of}</p>
      ${numbers ? numberList(numbers, isLength) : nothing}
      <p>${nullText(column_statistics, numRows)}</p>
      ${this.#chart(isLength ? "Lengths" : "Values", barsOf(this.field, statistics))}
      ${top ? this.#chart(`Most frequent of ${countText(top.numDistinct)}`, this.#topBars(top)) : nothing}
    `;
  }

  #topBars({ values }: NonNullable<Described["top"]>): Bar[] {
    return values.map(({ value, count }) => ({
      label: cellText(value),
      count,
      ...(typeof value === "string" && {
        chips: [{ column: this.field.name, op: "eq" as const, values: [value] }],
      }),
    }));
  }

  #chart(title: string, bars: readonly Bar[]): TemplateResult | typeof nothing {
    if (bars.length === 0) return nothing;
    const most = Math.max(1, ...bars.map(({ count }) => count));
    const bar = ({ label, count, chips }: Bar) => {
      const content = html`
        <span>${label}</span>
        <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
          <rect width=${(count / most) * 100} height="10"></rect>
        </svg>
        <span class="count">${countText(count)}</span>
      `;
      return chips
        ? html`<li><button title="Filter by this" @click=${() => this.#add(chips)}>${content}</button></li>`
        : html`<li><div>${content}</div></li>`;
    };
    return html`<h5>${title}</h5><ul class="chart" aria-label=${title}>${bars.map(bar)}</ul>`;
  }

  #add(chips: readonly Chip[]): void {
    this.dispatchEvent(new CustomEvent("add", { detail: chips }));
  }

  #close(): void {
    this.dispatchEvent(new CustomEvent("close"));
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.#close();
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function numberList(numbers: Numerical | Numerical<string>, isLength: boolean): TemplateResult {
  const names = ["min", "max", "mean", "median", "std"] as const;
  const value = (name: (typeof names)[number]) => {
    const found = numbers[name];
    return typeof found === "number" ? found.toLocaleString("en", { maximumFractionDigits: 5 }) : found;
  };
  return html`
    <dl>
      ${names.map((name) => html`<div><dt>${isLength ? `${name} length` : name}</dt><dd>${value(name) ?? "–"}</dd></div>`)}
    </dl>
  `;
}

function nullText({ nan_count, nan_proportion }: Nullable, numRows: number): string {
  if (nan_count === 0) return "No nulls";
  const percent = (nan_proportion * 100).toLocaleString("en", { maximumSignificantDigits: 3 });
  return `${countText(nan_count)} of ${countText(numRows)} null or NaN (${percent} %)`;
}

for (const [name, element] of [
  ["hf-filter-editor", FilterEditor],
  ["hf-column-panel", ColumnPanel],
] as const) {
  if (!customElements.get(name)) customElements.define(name, element);
}
