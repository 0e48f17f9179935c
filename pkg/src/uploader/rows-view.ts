/** `<hf-upload-rows>`: the first rows of a local file, in the grid and the cell panel of the preview. */
import {
  type CSSResultGroup,
  css,
  html,
  LitElement,
  nothing,
  type PropertyDeclarations,
  type PropertyValues,
  type TemplateResult,
} from "lit";
import { clearCell, fillCell } from "../preview/cell/fill.js";
import { typeText, widthOf } from "../preview/cell/kind.js";
import { CellPanel } from "../preview/cell/panel.js";
import { Grid, type GridCells } from "../preview/grid/grid.js";
import type { CellPosition } from "../preview/grid/keys.js";
import type { Row } from "../rows.js";
import type { TableFile } from "./local-file.js";
import { sentenceOf } from "./sentence.js";

/** How many rows are shown. */
const NUM_ROWS = 100;

/** The rows. */
export class UploadRows extends LitElement {
  static override readonly styles: CSSResultGroup = css`
    :host {
      display: flex;
      border: 1px solid var(--hf-line);
      border-radius: 6px;
      overflow: hidden;
    }
    hf-dataset-grid {
      flex: 1;
      min-width: 0;
      max-height: 20rem;
    }
    hf-cell-panel {
      width: min(45%, 30rem);
      height: 20rem;
    }
    p {
      margin: 1rem;
      color: var(--hf-wrong);
    }
    @media (max-width: 640px) {
      :host {
        flex-direction: column;
      }
      hf-cell-panel {
        width: auto;
        height: 14rem;
      }
    }
  `;
  static override readonly properties: PropertyDeclarations = { file: { attribute: false } };

  /** The file. */
  declare file: TableFile;

  #rows: readonly Row[] = [];
  #error: unknown;
  #active: CellPosition = { row: 0, column: 0 };
  #panel = false;
  #cells: GridCells | undefined;
  #reading = new AbortController();

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#reading.abort();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("file")) void this.#read();
  }

  protected override render(): TemplateResult {
    if (this.#error !== undefined) return html`<p role="alert">${sentenceOf(this.#error)}</p>`;
    const field = this.file.frame.schema.fields[this.#active.column];
    return html`
      <hf-dataset-grid
        fits
        .cells=${this.#cells}
        .numRows=${this.#rows.length}
        .active=${this.#active}
        .label=${`First rows of ${this.file.path}`}
        @move=${(event: CustomEvent<CellPosition>) => this.#activate(event.detail)}
        @open=${(event: CustomEvent<CellPosition>) => this.#activate(event.detail, true)}
      ></hf-dataset-grid>
      ${
        this.#panel && field
          ? html`
            <hf-cell-panel
              .row=${this.#active.row}
              .field=${field}
              .value=${this.#rows[this.#active.row]?.[field.name]}
              @step=${(event: CustomEvent<{ rows: number; columns: number }>) => this.#step(event.detail)}
              @close=${() => this.#close()}
            ></hf-cell-panel>
          `
          : nothing
      }
    `;
  }

  async #read(): Promise<void> {
    this.#reading.abort();
    this.#reading = new AbortController();
    const { signal } = this.#reading;
    const { frame } = this.file;
    const { fields } = frame.schema;
    this.#rows = [];
    this.#error = undefined;
    this.#panel = false;
    this.#active = { row: 0, column: 0 };
    this.#cells = {
      columns: fields.map((field) => ({ name: field.name, detail: typeText(field), width: widthOf(field) })),
      fill: (cell, { row, column }) => {
        const field = fields[column];
        const value = field && this.#rows[row]?.[field.name];
        if (value !== undefined && field) fillCell(cell, value, field);
        return value !== undefined;
      },
      clear: clearCell,
    };
    try {
      const rows = await frame.head(NUM_ROWS, { signal });
      if (signal.aborted) return;
      this.#rows = rows;
    } catch (error) {
      if (signal.aborted) return;
      this.#error = error;
    }
    this.requestUpdate();
  }

  #activate(position: CellPosition, opens = this.#panel): void {
    this.#active = position;
    this.#panel = opens;
    this.requestUpdate();
  }

  #step({ rows, columns }: { readonly rows: number; readonly columns: number }): void {
    const { row, column } = this.#active;
    const numColumns = this.file.frame.columns.length;
    this.#activate({
      row: Math.max(0, Math.min(row + rows, this.#rows.length - 1)),
      column: Math.max(0, Math.min(column + columns, numColumns - 1)),
    });
  }

  #close(): void {
    this.#activate(this.#active, false);
    this.renderRoot.querySelector<Grid>("hf-dataset-grid")?.focusGrid();
  }
}

for (const [name, element] of [
  ["hf-dataset-grid", Grid],
  ["hf-cell-panel", CellPanel],
  ["hf-upload-rows", UploadRows],
] as const) {
  if (!customElements.get(name)) customElements.define(name, element);
}
