/** `<hf-cell-panel>`: one cell in full, through the lenses that fit it. Nothing in it is cut. */
import {
  type CSSResultGroup,
  html,
  LitElement,
  nothing,
  type PropertyDeclarations,
  type PropertyValues,
  type TemplateResult,
} from "lit";
import type { Value } from "../../rows.js";
import type { Field } from "../../types.js";
import { panelStyle } from "../panel-style.js";
import { copyText } from "./copy.js";
import { typeText } from "./kind.js";
import { type Lens, lensesOf } from "./lens.js";
import { lensStyle } from "./panel-style.js";
import { countText } from "./text.js";

/** The panel. Events: `step` (`{ rows, columns }`) and `close`. */
export class CellPanel extends LitElement {
  static override readonly styles: CSSResultGroup = [panelStyle, lensStyle];
  static override readonly properties: PropertyDeclarations = {
    row: { type: Number },
    field: { attribute: false },
    value: { attribute: false },
  };

  /** The row, from 0. */
  declare row: number;
  /** The column. */
  declare field: Field;
  /** The cell's value; `undefined` while its row is being read. */
  declare value: Value | undefined;

  #lens: Lens["name"] | undefined;
  #shown = new AbortController();

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#shown.abort();
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>(".body")?.focus();
  }

  protected override updated(_: PropertyValues): void {
    void this.#show();
  }

  protected override render(): TemplateResult {
    const lenses = this.value === undefined ? [] : lensesOf(this.value, this.field);
    const chosen = this.#chosen(lenses);
    return html`
      <header>
        <h3>${this.field.name} <small>${typeText(this.field)} · row ${countText(this.row)}</small></h3>
        <button title="Previous row" aria-label="Previous row" @click=${() => this.#step(-1, 0)}>↑</button>
        <button title="Next row" aria-label="Next row" @click=${() => this.#step(1, 0)}>↓</button>
        <button title="Copy the cell" @click=${() => this.value !== undefined && copyText(this.value)}>Copy</button>
        <button title="Close (Escape)" aria-label="Close" @click=${() => this.#close()}>✕</button>
      </header>
      ${
        lenses.length > 1
          ? html`
            <div class="lenses" role="group" aria-label="Show as">
              ${lenses.map(
                ({ name }) => html`
                  <button aria-pressed=${name === chosen?.name} @click=${() => this.#choose(name)}>${name}</button>
                `,
              )}
            </div>
          `
          : nothing
      }
      <div class="body" tabindex="0" role="region" aria-label=${`Cell ${this.field.name}`} @keydown=${this.#onKey}></div>
    `;
  }

  #chosen(lenses: readonly Lens[]): Lens | undefined {
    return lenses.find(({ name }) => name === this.#lens) ?? lenses[0];
  }

  #choose(name: Lens["name"]): void {
    this.#lens = name;
    this.requestUpdate();
  }

  async #show(): Promise<void> {
    this.#shown.abort();
    const shown = new AbortController();
    this.#shown = shown;
    const body = this.renderRoot.querySelector(".body");
    const lens = this.value === undefined ? undefined : this.#chosen(lensesOf(this.value, this.field));
    if (!lens) return body?.replaceChildren("Reading …");
    const content = await lens.show(shown.signal);
    if (!shown.signal.aborted) body?.replaceChildren(content);
  }

  #step(rows: number, columns: number): void {
    this.dispatchEvent(new CustomEvent("step", { detail: { rows, columns } }));
  }

  #close(): void {
    this.dispatchEvent(new CustomEvent("close"));
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key === "Escape") this.#close();
    else if (event.key === "ArrowUp" && event.altKey) this.#step(-1, 0);
    else if (event.key === "ArrowDown" && event.altKey) this.#step(1, 0);
    else if (event.key === "ArrowLeft" && event.altKey) this.#step(0, -1);
    else if (event.key === "ArrowRight" && event.altKey) this.#step(0, 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}

if (!customElements.get("hf-cell-panel")) customElements.define("hf-cell-panel", CellPanel);
