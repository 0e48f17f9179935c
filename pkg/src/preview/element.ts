/** `<hf-dataset-preview>`: a dataset of the Hub, as a table that can be looked through. */
import {
  type CSSResultGroup,
  html,
  LitElement,
  nothing,
  type PropertyDeclarations,
  type PropertyValues,
  type TemplateResult,
} from "lit";
import type { Field } from "../types.js";
import { AccessControl } from "./access.js";
import { CellPanel } from "./cell/panel.js";
import { gridCells, NO_CELLS } from "./cells.js";
import { filterBar } from "./filter/bar.js";
import { type Chip, chipsToText } from "./filter/chip.js";
import { FilterEditor } from "./filter/editor.js";
import { Grid, type GridCells } from "./grid/grid.js";
import type { CellPosition } from "./grid/keys.js";
import { headerBar } from "./header.js";
import { PreviewModel } from "./model.js";
import { problemView } from "./problem.js";
import { statusBar } from "./status.js";
import { previewStyle } from "./style.js";
import type { ViewState } from "./view-state.js";

/** What `view-change` tells: the state that a link to this view must hold. */
export type ViewChange = CustomEvent<ViewState>;

/**
 * The element.
 *
 * It reads by byte ranges, in workers, from the Hub alone. Attributes: `repo`, `revision`, `config`, `split`, `row`,
 * `column`, `filter`, `endpoint`, `client-id`. A token is a property and never an attribute: attributes are for everyone to
 * read; without it, who is signed in on the page (`hubframe/auth`) asks. It fires `view-change` when what it shows
 * changes, so that a page can keep it in its address.
 */
export class DatasetPreview extends LitElement {
  static override readonly styles: CSSResultGroup = previewStyle;
  static override readonly properties: PropertyDeclarations = {
    repo: {},
    revision: {},
    config: {},
    split: {},
    row: { type: Number },
    column: {},
    filter: {},
    endpoint: {},
    clientId: { attribute: "client-id" },
    token: { attribute: false },
  };

  /** `username/my_dataset`. */
  declare repo: string;
  /** A branch, tag or commit. */
  declare revision: string | undefined;
  /** The config; the default one if absent. */
  declare config: string | undefined;
  /** The split; the first one if absent. */
  declare split: string | undefined;
  /** The active row, from 0. */
  declare row: number | undefined;
  /** The name of the active column. */
  declare column: string | undefined;
  /** Conditions that rows must meet: `[["delay","ge","100"]]`. */
  declare filter: string | undefined;
  /** The Hub's address; `https://huggingface.co` if absent. */
  declare endpoint: string | undefined;
  /** The id of the OAuth app that people sign in with to see private data; that of the Space if absent. */
  declare clientId: string | undefined;
  /** An access token, kept in memory and sent to the endpoint only. */
  declare token: string | undefined;

  readonly #model = new PreviewModel(() => this.#onModel());
  /** What the grid shows, and of what it was made. */
  #drawn: { readonly cells?: GridCells; readonly of: Partial<Pick<PreviewModel, "rows" | "open">> } = {
    of: {},
  };
  readonly #access = new AccessControl(
    this,
    () => this,
    () => this.#show(),
  );
  #panel: CellPosition | undefined;
  /** The column that a filter is being written for. */
  #filtering: number | undefined;
  /** The rows in which the active cell was brought on screen. */
  #revealedIn: PreviewModel["rows"];

  constructor() {
    super();
    this.repo = "";
  }

  /** What is shown, with the revision pinned to its commit: what a link should hold. */
  get permalink(): ViewState {
    const sha = this.#model.dataset?.sha;
    return { ...this.#state(), ...(sha !== undefined && { revision: sha }) };
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#model.close();
  }

  protected override updated(changed: PropertyValues): void {
    const names = ["repo", "revision", "config", "split", "filter", "endpoint", "token"];
    if (names.some((name) => changed.has(name))) this.#show();
    const { rows } = this.#model;
    const isMoved = changed.has("row") || changed.has("column") || rows !== this.#revealedIn;
    if (!rows || !isMoved) return;
    this.#revealedIn = rows;
    void this.#grid?.updateComplete.then(() => this.#grid?.reveal(this.#active()));
  }

  protected override render(): TemplateResult {
    const { open, rows, meter, busy } = this.#model;
    const error = this.#model.error ?? rows?.problem;
    const doing = busy ?? (rows?.isReading ? "Reading rows" : undefined);
    return html`
      ${headerBar(this.repo, this.#model, { onChoose: (change) => this.#choose(change), onGo: this.#goToRow })}
      ${this.#filterBar()}
      ${error === undefined ? nothing : this.#problem(error)}
      <div class="main">
        <hf-dataset-grid
          .cells=${open ? this.#gridCells(open.frame.schema.fields) : NO_CELLS}
          .numRows=${rows?.numRows ?? 0}
          .active=${this.#active()}
          .label=${open ? `Rows of ${this.repo}, ${open.config}, ${open.split}` : "Rows"}
          @look=${(event: CustomEvent) => this.#model.rows?.look(event.detail.start, event.detail.end)}
          @move=${(event: CustomEvent) => this.#activate(event.detail)}
          @open=${(event: CustomEvent) => this.#openPanel(event.detail)}
          @head=${(event: CustomEvent) => this.#editFilter(event.detail)}
        ></hf-dataset-grid>
        ${this.#cellPanel()}
      </div>
      ${statusBar({ meter, doing, onStop: () => this.#model.cancel() })}
    `;
  }

  #problem(error: unknown): TemplateResult {
    const { repo, revision, clientId } = this;
    const { endpoint, user } = this.#access;
    return problemView(error, {
      ...{ endpoint, user, repo, revision, clientId, isOffline: !navigator.onLine },
      retry: () => void this.#model.retry(),
      showDefault: () => this.#choose({ repo }),
    });
  }

  #cellPanel(): TemplateResult | typeof nothing {
    const { open } = this.#model;
    const at = this.#panel;
    const field = at && open?.frame.schema.fields[at.column];
    if (!at || !field) return nothing;
    return html`
      <hf-cell-panel
        .row=${at.row}
        .field=${field}
        .value=${this.#model.row(at.row)?.[field.name]}
        @step=${(event: CustomEvent) => this.#step(event.detail)}
        @close=${() => this.#closePanel()}
      ></hf-cell-panel>
    `;
  }

  /** The same object as long as the rows come from the same place: the grid draws anew for another. */
  #gridCells(fields: readonly Field[]): GridCells {
    const { rows, open } = this.#model;
    const { cells, of } = this.#drawn;
    if (cells && of.rows === rows && of.open === open) return cells;
    const columns = of.open === open ? cells?.columns : undefined;
    const drawn = gridCells(rows, fields, columns);
    this.#drawn = { cells: drawn, of: { rows, open } };
    return drawn;
  }

  #filterBar(): TemplateResult {
    const { open, chips, cost, rows, busy } = this.#model;
    const field = open?.frame.schema.fields[this.#filtering ?? -1];
    const editor = html`
      <hf-filter-editor
        .field=${field}
        @add=${(event: CustomEvent) => this.#addChips(event.detail)}
        @close=${() => this.#editFilter(undefined)}
      ></hf-filter-editor>
    `;
    const line = {
      chips,
      rows,
      cost,
      isBusy: busy !== undefined,
      onChips: (chips: readonly Chip[]) => this.#setChips(chips),
      onFind: () => this.#model.search(),
    };
    return html`${field ? editor : nothing} ${filterBar(line)}`;
  }

  #active(): CellPosition {
    const column = this.#model.open?.frame.columns.indexOf(this.column ?? "") ?? -1;
    return { row: this.row ?? 0, column: Math.max(0, column) };
  }

  #activate({ row, column }: CellPosition): void {
    this.row = row;
    this.column = this.#model.open?.frame.columns[column];
    if (this.#panel) this.#panel = { row, column };
    this.#tell();
  }

  #openPanel(position: CellPosition): void {
    this.#panel = position;
    this.requestUpdate();
  }

  #closePanel(): void {
    this.#panel = undefined;
    this.requestUpdate();
    this.#grid?.focusGrid();
  }

  #step({ rows, columns }: { rows: number; columns: number }): void {
    const { open } = this.#model;
    const numRows = this.#model.rows?.numRows ?? 0;
    const { row, column } = this.#panel ?? this.#active();
    const next = {
      row: Math.max(0, Math.min(row + rows, numRows - 1)),
      column: Math.max(0, Math.min(column + columns, (open?.frame.columns.length ?? 1) - 1)),
    };
    this.#activate(next);
  }

  #editFilter(column: number | undefined): void {
    this.#filtering = column;
    this.requestUpdate();
    if (column === undefined) this.#grid?.focusGrid();
  }

  #addChips(chips: readonly Chip[]): void {
    this.#editFilter(undefined);
    this.#setChips([...this.#model.chips, ...chips]);
  }

  #setChips(chips: readonly Chip[]): void {
    this.filter = chips.length > 0 ? chipsToText(chips) : undefined;
    this.row = undefined;
    this.#panel = undefined;
    this.#tell();
  }

  #choose(change: Partial<ViewState>): void {
    this.#panel = undefined;
    this.row = undefined;
    if (change.config !== undefined) {
      this.config = change.config;
      this.split = undefined;
    }
    if (change.split !== undefined) this.split = change.split;
    if (change.repo !== undefined) this.revision = this.config = this.split = undefined;
    this.#tell();
  }

  readonly #goToRow = (event: SubmitEvent): void => {
    event.preventDefault();
    const text = String(new FormData(event.target as HTMLFormElement).get("row")).replaceAll(",", "");
    const numRows = this.#model.rows?.numRows ?? 0;
    if (text === "" || numRows === 0) return;
    const position = { ...this.#active(), row: Math.min(Number(text), numRows - 1) };
    this.#activate(position);
    this.#grid?.focusGrid();
  };

  #show(): void {
    void this.#model.show(this.#state(), this.#access.access);
  }

  #onModel(): void {
    this.requestUpdate();
    this.#grid?.refresh();
  }

  get #grid(): Grid | null {
    return this.renderRoot?.querySelector?.<Grid>("hf-dataset-grid") ?? null;
  }

  #state(): ViewState {
    const { repo, revision, config, split, row, column, filter } = this;
    return {
      repo,
      ...(revision && { revision }),
      ...(config && { config }),
      ...(split && { split }),
      ...(row !== undefined && Number.isSafeInteger(row) && { row }),
      ...(column && { column }),
      ...(filter && { filter }),
    };
  }

  #tell(): void {
    this.dispatchEvent(new CustomEvent("view-change", { detail: this.#state() }));
  }
}

for (const [name, element] of [
  ["hf-dataset-grid", Grid],
  ["hf-cell-panel", CellPanel],
  ["hf-filter-editor", FilterEditor],
  ["hf-dataset-preview", DatasetPreview],
] as const) {
  if (!customElements.get(name)) customElements.define(name, element);
}
