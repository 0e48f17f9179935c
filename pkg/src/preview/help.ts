/** `<hf-help-dialog>`: the sheet of keys. */
import { type CSSResultGroup, css, html, LitElement, type TemplateResult } from "lit";
import { dialogStyle } from "./dialog-style.js";

const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ["Arrow keys, Page Up, Page Down", "move the active cell"],
  ["Home, End", "first and last column; with Ctrl, first and last row"],
  ["Enter", "opens the cell in full"],
  ["Alt + arrow keys", "the next cell, from within the open one"],
  ["Escape", "closes what is open, or clears the selection"],
  ["Shift + ↑ ↓, Shift + Space", "select rows"],
  ["Ctrl + C", "copies the selected rows, or the active cell"],
  ["/", "search"],
  ["g", "go to a row"],
  ["f", "filter, sort and statistics of the active column"],
  ["c", "choose columns"],
  ["?", "this help"],
];

/** The sheet. */
export class HelpDialog extends LitElement {
  static override readonly styles: CSSResultGroup = [
    dialogStyle,
    css`
      dl {
        display: grid;
        grid-template-columns: fit-content(45%) 1fr;
        gap: 0.3rem 1rem;
        margin: 0;
        padding: 0.8rem 1rem;
        border-block-start: 1px solid var(--hf-line);
      }
      dt {
        font-weight: 600;
      }
      dd {
        margin: 0;
      }
    `,
  ];

  protected override firstUpdated(): void {
    this.renderRoot.querySelector("dialog")?.showModal();
  }

  protected override render(): TemplateResult {
    return html`
      <dialog aria-labelledby="title" @close=${() => this.remove()}>
        <header>
          <h2 id="title">Keys</h2>
          <button aria-label="Close" @click=${this.#close}>✕</button>
        </header>
        <dl>${KEYS.map(([keys, what]) => html`<dt>${keys}</dt><dd>${what}</dd>`)}</dl>
      </dialog>
    `;
  }

  readonly #close = (): void => this.renderRoot.querySelector("dialog")?.close();
}

/** Shows the sheet above what is in `root`. */
export function showHelp(root: ParentNode): void {
  root.append(new HelpDialog());
}

if (!customElements.get("hf-help-dialog")) customElements.define("hf-help-dialog", HelpDialog);
