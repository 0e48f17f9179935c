/** `<hf-column-chooser>`: which columns are shown, and in which order. Of those that are not, nothing is read. */
import {
  type CSSResultGroup,
  css,
  html,
  LitElement,
  type PropertyDeclarations,
  type TemplateResult,
} from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Field } from "../../types.js";
import { typeText } from "../cell/kind.js";
import { countText } from "../cell/text.js";
import { dialogStyle } from "../dialog-style.js";
import { listedColumns } from "./chosen.js";

/** What there is to choose from, and who is told. */
export interface Choice {
  /** All columns. */
  readonly fields: readonly Field[];
  /** The names of those that are shown, in order. */
  readonly shown: readonly string[];
  /** Told the names of those that are to be shown. */
  readonly onChoose: (columns: readonly string[]) => void;
}

/** The dialog. Nothing changes before it is confirmed. */
export class ColumnChooser extends LitElement {
  static override readonly styles: CSSResultGroup = [
    dialogStyle,
    css`
      dialog {
        width: min(30rem, 100vw - 1.5rem);
      }
      form {
        display: flex;
        flex-direction: column;
        max-height: calc(100dvh - 1.5rem);
      }
      input[type="search"] {
        flex: 1;
        min-width: 8rem;
        padding-inline: 0.5rem;
      }
      section {
        justify-items: stretch;
      }
      ul {
        flex: 1;
        min-height: 4rem;
        margin: 0;
        padding: 0.3rem 1rem;
        border-block-start: 1px solid var(--hf-line);
        list-style: none;
        overflow: auto;
      }
      li {
        display: flex;
        gap: 0.3rem;
        align-items: center;
        padding-block: 0.1rem;
      }
      li label {
        display: flex;
        flex: 1;
        gap: 0.5rem;
        align-items: baseline;
        min-width: 0;
        padding-block: 0.15rem;
        overflow-wrap: anywhere;
      }
      li label span {
        min-width: 0;
      }
    `,
  ];
  static override readonly properties: PropertyDeclarations = { choice: { attribute: false } };

  /** What there is to choose from. */
  declare choice: Choice;

  #names: readonly string[] = [];
  #shown = new Set<string>();
  #sought = "";
  #said = "";

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has("choice")) return;
    const { fields, shown } = this.choice;
    this.#names = listedColumns(
      shown,
      fields.map(({ name }) => name),
    );
    this.#shown = new Set(shown);
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector("dialog")?.showModal();
  }

  protected override render(): TemplateResult {
    const { fields } = this.choice;
    const sought = this.#sought.toLowerCase();
    const names = this.#names.filter((name) => name.toLowerCase().includes(sought));
    const byName = new Map(fields.map((field) => [field.name, field]));
    return html`
      <dialog aria-labelledby="title" @close=${() => this.remove()}>
        <form method="dialog" @submit=${this.#onSubmit}>
          <header>
            <h2 id="title">Columns</h2>
            <button type="button" aria-label="Close" @click=${this.#close}>✕</button>
          </header>
          <section aria-label="Choice">
            <div class="line">
              <input type="search" aria-label="Find a column" placeholder="Find a column" @input=${this.#onSeek}>
              <button type="button" @click=${() => this.#showAll(names, true)}>Show all</button>
              <button type="button" @click=${() => this.#showAll(names, false)}>Hide all</button>
            </div>
            <small role="status">
              ${countText(this.#shown.size)} of ${countText(fields.length)} shown. ${this.#said}
            </small>
          </section>
          <ul>${repeat(
            names,
            (name) => name,
            (name) => this.#item(name, byName.get(name)),
          )}</ul>
          <section aria-label="Confirm">
            <div class="line">
              <button class="main" ?disabled=${this.#shown.size === 0}>Show these columns</button>
              <small>Hidden columns are not read. Alt + ↑ ↓ moves a column.</small>
            </div>
          </section>
        </form>
      </dialog>
    `;
  }

  #item(name: string, field: Field | undefined): TemplateResult {
    const at = this.#names.indexOf(name);
    const move = (by: -1 | 1, arrow: string) => html`
      <button
        type="button"
        aria-label=${`Move ${name} ${by < 0 ? "up" : "down"}`}
        ?disabled=${at + by < 0 || at + by >= this.#names.length}
        @click=${() => this.#move(name, by)}
      >${arrow}</button>
    `;
    return html`
      <li data-name=${name} @keydown=${(event: KeyboardEvent) => this.#onKey(event, name)}>
        <label>
          <input type="checkbox" .checked=${this.#shown.has(name)} @change=${() => this.#toggle(name)}>
          <span>${name} <small>${field ? typeText(field) : ""}</small></span>
        </label>
        ${move(-1, "↑")} ${move(1, "↓")}
      </li>
    `;
  }

  readonly #onSeek = (event: Event): void => {
    this.#sought = (event.target as HTMLInputElement).value;
    this.requestUpdate();
  };

  readonly #onSubmit = (): void => {
    this.choice.onChoose(this.#names.filter((name) => this.#shown.has(name)));
  };

  readonly #close = (): void => this.renderRoot.querySelector("dialog")?.close();

  #showAll(names: readonly string[], isShown: boolean): void {
    for (const name of names) this.#shown[isShown ? "add" : "delete"](name);
    this.requestUpdate();
  }

  #toggle(name: string): void {
    this.#shown[this.#shown.has(name) ? "delete" : "add"](name);
    this.requestUpdate();
  }

  #onKey(event: KeyboardEvent, name: string): void {
    const by = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : undefined;
    if (by === undefined || !event.altKey) return;
    event.preventDefault();
    this.#move(name, by);
  }

  /** Changes places with the neighbour, and keeps the focus on what was moved. */
  #move(name: string, by: -1 | 1): void {
    const from = this.#names.indexOf(name);
    const neighbour = this.#names[from + by];
    if (neighbour === undefined) return;
    const focused = this.shadowRoot?.activeElement as HTMLElement | null | undefined;
    this.#names = this.#names.with(from, neighbour).with(from + by, name);
    this.#said = `${name} is number ${countText(from + by + 1)} now.`;
    this.requestUpdate();
    void this.updateComplete.then(() => focused?.focus());
  }
}

/** Opens the dialog above what is in `root`. */
export function showChooser(root: ParentNode, choice: Choice): void {
  const chooser = new ColumnChooser();
  chooser.choice = choice;
  root.append(chooser);
}

if (!customElements.get("hf-column-chooser")) customElements.define("hf-column-chooser", ColumnChooser);
