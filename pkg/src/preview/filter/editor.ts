/** `<hf-filter-editor>`: a form for one condition on one column. */
import {
  type CSSResultGroup,
  css,
  html,
  LitElement,
  type nothing,
  type PropertyDeclarations,
  type TemplateResult,
} from "lit";
import type { Field } from "../../types.js";
import { kindOf } from "../cell/kind.js";
import { type Chip, type ChipOp, numValues, OP_WORDS, opsOf } from "./chip.js";

/** The longest list of class labels that is shown as boxes to tick. */
const MAX_BOXES = 200;

/** The form. Events: `add` (a {@link Chip}) and `close`. */
export class FilterEditor extends LitElement {
  static override readonly styles: CSSResultGroup = css`
    form {
      display: flex;
      flex-wrap: wrap;
      gap: 0.4rem;
      align-items: center;
      padding: 0.5rem 0.6rem;
      border-block-end: 1px solid var(--hf-line);
      background: var(--hf-page);
    }
    input,
    select,
    button {
      padding: 0.2rem 0.5rem;
      border: 1px solid var(--hf-line);
      border-radius: 6px;
      background: var(--hf-page);
      color: inherit;
      font: inherit;
    }
    fieldset {
      display: flex;
      flex-wrap: wrap;
      gap: 0.2rem 0.7rem;
      max-height: 8rem;
      margin: 0;
      padding: 0.2rem 0.5rem;
      border: 1px solid var(--hf-line);
      border-radius: 6px;
      overflow: auto;
    }
    :focus-visible {
      outline: 2px solid var(--hf-accent);
    }
  `;
  static override readonly properties: PropertyDeclarations = { field: { attribute: false } };

  /** The column. */
  declare field: Field;
  #op: ChipOp | undefined;

  protected override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>("select")?.focus();
  }

  protected override render(): TemplateResult {
    const ops = opsOf(this.field);
    const op = this.#op && ops.includes(this.#op) ? this.#op : (ops[0] ?? "isNotNull");
    return html`
      <form aria-label=${`Filter ${this.field.name}`} @submit=${this.#onSubmit} @keydown=${this.#onKey}>
        <select name="op" aria-label="Condition" @change=${this.#onOp}>
          ${ops.map((name) => html`<option value=${name} ?selected=${name === op}>${OP_WORDS[name]}</option>`)}
        </select>
        ${this.#values(op)}
        <button type="submit">Filter</button>
        <button type="button" @click=${() => this.dispatchEvent(new CustomEvent("close"))}>Cancel</button>
      </form>
    `;
  }

  #values(op: ChipOp): TemplateResult | typeof nothing | TemplateResult[] {
    const names: unknown = this.field.feature?.names;
    if (
      kindOf(this.field) === "label" &&
      Array.isArray(names) &&
      names.length <= MAX_BOXES &&
      numValues(op) === 1
    ) {
      return html`
        <fieldset>
          <legend>Labels</legend>
          ${names.map((name) => html`<label><input type="checkbox" name="value" value=${String(name)}> ${name}</label>`)}
        </fieldset>
      `;
    }
    if (this.field.type === "Boolean" && op === "eq") {
      return html`
        <select name="value" aria-label="Value">
          <option>true</option>
          <option>false</option>
        </select>
      `;
    }
    const hint = op === "isIn" ? "separated by commas" : "";
    return Array.from(
      { length: numValues(op) },
      (_, index) => html`
        <input
          name="value"
          required
          autocomplete="off"
          placeholder=${hint}
          aria-label=${numValues(op) === 1 ? "Value" : ["From", "To"][index]}
        >
      `,
    );
  }

  readonly #onOp = (event: Event): void => {
    this.#op = (event.target as HTMLSelectElement).value as ChipOp;
    this.requestUpdate();
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.dispatchEvent(new CustomEvent("close"));
  };

  readonly #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement);
    const typed = data.getAll("value").map(String);
    const chosen = data.get("op") as ChipOp;
    const values =
      chosen === "isIn" && typed.length === 1 ? (typed[0] ?? "").split(",").map((v) => v.trim()) : typed;
    // Several labels that are not: each of them is a condition of its own.
    const chips: Chip[] =
      chosen === "ne"
        ? values.map((value) => ({ column: this.field.name, op: chosen, values: [value] }))
        : [];
    if (chosen !== "ne") chips.push({ column: this.field.name, op: chosen, values });
    if (numValues(chosen) > 0 && values.length === 0) return;
    this.dispatchEvent(new CustomEvent("add", { detail: chips }));
  };
}
