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
import { tokens } from "../tokens.js";
import type { Field } from "../types.js";
import { AccessControl } from "./access.js";
import { copyText } from "./cell/copy.js";
import { chosenList } from "./columns/chosen.js";
import { FileDrop, filePicker } from "./drop.js";
import type { FilterLine } from "./filter/bar.js";
import type { Chip } from "./filter/chip.js";
import type { Grid, GridCells, RowSelection } from "./grid/grid.js";
import type { CellPosition } from "./grid/keys.js";
import { type HeaderActions, headerBar } from "./header.js";
import { LateParts } from "./late.js";
import { PreviewModel } from "./model.js";
import { OnlineWatch } from "./online.js";
import { problemView } from "./problem.js";
import { searchBox } from "./search-box.js";
import { loadSide, type Side, type SideActions, sidePanel } from "./side.js";
import { statusBar } from "./status.js";
import { previewStyle } from "./style.js";
import { toolBar } from "./tools/bar.js";
import { ROW_KEYS, STATE_KEYS, toQuery, type ViewState } from "./view-state.js";

type TablePart = typeof import("./table.js");

/** What `view-change` tells: the state that a link to this view must hold. */
export type ViewChange = CustomEvent<ViewState>;

/**
 * The element.
 *
 * It reads by byte ranges, in workers, from the Hub alone; or files of the user, dropped on it or given as `files`.
 * Attributes: `repo` or `path`, `revision`, `config`, `split`, `row`,
 * `column`, `columns`, `filter`, `endpoint`, `client-id`. A token is a property and never an attribute: attributes are for everyone to
 * read; without it, who is signed in on the page (`hubframe/auth`) asks. It fires `view-change` when what it shows
 * changes, so that a page can keep it in its address.
 */
export class DatasetPreview extends LitElement {
  static override readonly styles: CSSResultGroup = [tokens, previewStyle];
  static override readonly properties: PropertyDeclarations = {
    repo: {},
    path: {},
    files: { attribute: false },
    revision: {},
    config: {},
    split: {},
    row: { type: Number },
    column: {},
    columns: {},
    filter: {},
    search: {},
    searchIn: { attribute: "search-in" },
    sort: {},
    endpoint: {},
    clientId: { attribute: "client-id" },
    token: { attribute: false },
  };

  /** `username/my_dataset`. */
  declare repo: string;
  /** In place of a repo: `hf://datasets/username/my_dataset/data/*.parquet`, a path, directory or glob of Parquet files. */
  declare path: string | undefined;
  /** In place of both: files of the user, as a drop or a picker gives them. */
  declare files: readonly File[] | undefined;
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
  /** The columns that are shown, in this order, separated by commas; all columns if absent. */
  declare columns: string | undefined;
  /** Conditions that rows must meet: `[["delay","ge","100"]]`. */
  declare filter: string | undefined;
  /** A text that rows must hold, in whatever case. */
  declare search: string | undefined;
  /** The columns that are searched, separated by commas; all text columns if absent. */
  declare searchIn: string | undefined;
  /** The column that rows are sorted by: `delay`, or `-delay` from the largest value down. */
  declare sort: string | undefined;
  /** The Hub's address; `https://huggingface.co` if absent. */
  declare endpoint: string | undefined;
  /** The id of the OAuth app that people sign in with to see private data; that of the Space if absent. */
  declare clientId: string | undefined;
  /** An access token, kept in memory and sent to the endpoint only. */
  declare token: string | undefined;

  readonly #model = new PreviewModel(() => this.#onModel());
  /** What the grid shows, and of what it was made. */
  #drawn: { readonly cells?: GridCells; readonly of: Partial<Pick<PreviewModel, "rows" | "shown">> } = {
    of: {},
  };
  readonly #access = new AccessControl(
    this,
    () => this,
    () => this.#show(),
  );
  readonly #parts = new LateParts(
    () => this.requestUpdate(),
    () => this.#grid?.refreshHeads(),
  );
  /** What stands beside the rows. */
  #side: Side | undefined;
  #selection: RowSelection | undefined;
  /** The statistics that the heads show. */
  #headsOf: number | undefined;
  /** Whether the link was copied just now. */
  #isCopied = false;
  /** The rows in which the active cell was brought on screen. */
  #revealedIn: PreviewModel["rows"];

  constructor() {
    super();
    this.repo = "";
    this.addEventListener("keydown", this.#onKey);
    new FileDrop(this, this.#openFiles);
    new OnlineWatch(this, () => void this.#model.goOn());
  }

  /** The link to a view that is copied: by default, this page's address with the state in its query. */
  linkTo(state: ViewState): string {
    const address = new URL(location.href);
    address.search = toQuery(state, address.search);
    return address.href;
  }

  /** What is shown, with the revision pinned to its commit: what a link should hold. */
  get permalink(): ViewState {
    const { sha } = this.#model;
    return { ...this.#state(), ...(sha !== undefined && { revision: sha }) };
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#model.close();
  }

  protected override updated(changed: PropertyValues): void {
    const names = [...ROW_KEYS, "files", "endpoint", "token"];
    if (names.some((name) => changed.has(name))) this.#show();
    const { rows, statistics } = this.#model;
    this.#grid?.refresh();
    if (statistics?.version !== this.#headsOf) this.#grid?.refreshHeads();
    this.#headsOf = statistics?.version;
    const isMoved = changed.has("row") || changed.has("column") || rows !== this.#revealedIn;
    const grid = this.#grid;
    if (!rows || !isMoved || !grid) return;
    this.#revealedIn = rows;
    void grid.updateComplete.then(() => grid.reveal(this.#active()));
  }

  protected override render(): TemplateResult {
    const { open, rows, meter, busy, statistics, shown, title } = this.#model;
    const error = this.#model.error ?? rows?.problem;
    const doing = busy ?? statistics?.doing ?? (rows?.isReading ? "Reading rows" : undefined);
    const fields = shown?.schema.fields ?? [];
    const isEmpty = title === "" || (!open && error !== undefined);
    return html`
      ${headerBar(this.#model, this.#headerActions, this.#tools())}
      ${searchBox(this, open?.frame.schema.fields ?? [], ({ search, searchIn }) => this.#ask({ search, searchIn }))}
      ${this.#filterBar()}
      ${this.#selectionBar()}
      ${error === undefined ? nothing : this.#problem(error)}
      <div class="main">
        ${isEmpty ? nothing : this.#parts.table.draw((table) => this.#table(table, fields))}
        ${isEmpty && (title === "" || this.files) ? filePicker(this.#openFiles) : nothing}
        ${sidePanel(this.#side, this.#model, fields, this.#active(), this.#sideActions)}
      </div>
      ${statusBar({ meter, doing, onStop: () => this.#model.cancel() })}
    `;
  }

  #table(table: TablePart, fields: readonly Field[]): TemplateResult {
    const { open, rows } = this.#model;
    return html`
      <hf-dataset-grid
        .cells=${open ? this.#gridCells(table, fields) : table.NO_CELLS}
        .numRows=${rows?.numRows ?? 0}
        .active=${this.#active()}
        .selection=${this.#selection}
        .label=${open ? ["Rows of", this.#model.title, open.config, open.split].join(" ").trim() : "Rows"}
        @look=${(event: CustomEvent) => this.#model.rows?.look(event.detail.start, event.detail.end)}
        @move=${(event: CustomEvent) => this.#activate(event.detail)}
        @open=${() => this.#open("cell")}
        @head=${(event: CustomEvent) => this.#openColumn(event.detail)}
        @select=${(event: CustomEvent) => this.#select(event.detail)}
        @copy=${() => void this.#copy("tsv")}
      ></hf-dataset-grid>
    `;
  }

  readonly #headerActions: HeaderActions = {
    onChoose: (change) => this.#choose(change),
    onGo: (event) => this.#goToRow(event),
    onFiles: async () => {
      const { showFiles } = await import("./files-dialog.js");
      showFiles(this.renderRoot, this.#model);
    },
  };

  #tools(): TemplateResult {
    const { refs, open, sha, title } = this.#model;
    return toolBar({
      ...{ refs, isOpen: open !== undefined, isShared: sha !== undefined, isCopied: this.#isCopied },
      hasRevisions: title !== "" && !this.files,
      revision: this.revision ?? "",
      onRefs: () => void this.#model.learnRefs(),
      onRevision: (revision) => this.#choose({ revision }),
      onLink: () => void this.#copyLink(),
      onColumns: () => void this.#chooseColumns(),
      onExport: () => void this.#export(),
    });
  }

  readonly #openFiles = (files: readonly File[]): void => {
    for (const key of STATE_KEYS) Object.assign(this, { [key]: undefined });
    Object.assign(this, { repo: "", files });
    this.#choose({});
  };

  async #copyLink(): Promise<void> {
    await navigator.clipboard.writeText(this.linkTo(this.permalink));
    this.#isCopied = true;
    this.requestUpdate();
    setTimeout(() => {
      this.#isCopied = false;
      this.requestUpdate();
    }, 2000);
  }

  async #chooseColumns(): Promise<void> {
    const { open, columns } = this.#model;
    const { showChooser } = await import("./columns/chooser.js");
    if (!open) return;
    const all = open.frame.columns;
    showChooser(this.renderRoot, {
      fields: open.frame.schema.fields,
      shown: columns,
      onChoose: (chosen) => {
        this.columns = chosenList(chosen, all);
        if (!chosen.includes(this.column ?? "")) this.#closeSide();
        this.#tell();
      },
    });
  }

  /** Shows those of all columns that pass. */
  #showColumns(passes: (name: string) => boolean): void {
    const all = this.#model.open?.frame.columns ?? [];
    this.columns = chosenList(all.filter(passes), all);
    this.#tell();
  }

  /** The dialog is fetched when it is first wanted. */
  async #export(): Promise<void> {
    const { frame, wanted, sort, rows, title, meter } = this.#model;
    const { showExport } = await import("./tools/export-dialog.js");
    const numRows = rows?.isComplete ? rows.numRows : undefined;
    const ordered = sort && wanted && { sort, wanted, numRows };
    if (frame) showExport(this.renderRoot, { frame, title, meter, ...(ordered && { ordered }) });
  }

  #problem(error: unknown): TemplateResult {
    const { repo, revision, clientId } = this;
    const { endpoint, user } = this.#access;
    const { silentHost } = this.#model.meter;
    return problemView(error, {
      ...{ endpoint, user, repo, revision, clientId, silentHost, isOffline: !navigator.onLine },
      retry: () => void this.#model.retry(),
      readWhole: () => void this.#model.readWhole(),
      showDefault: () => this.#choose({ repo }),
      showOthers: () => this.#showColumns((name) => !this.#model.files?.misfits.has(name)),
    });
  }

  /** The same object as long as the rows come from the same place: the grid draws anew for another. */
  #gridCells({ gridCells, gridColumns }: TablePart, fields: readonly Field[]): GridCells {
    const { rows, shown, sort } = this.#model;
    const { cells, of } = this.#drawn;
    if (cells && of.rows === rows && of.shown === shown) return cells;
    const drawn = gridCells(rows, fields, {
      columns: (of.shown === shown ? cells?.columns : undefined) ?? gridColumns(fields, this.#model.files),
      fileWithout: (column, row) => this.#model.fileWithout(column, row),
      ...(sort && {
        sort: {
          column: fields.findIndex(({ name }) => name === sort.column),
          isDescending: sort.isDescending,
        },
      }),
      fillHead: (place, column) => {
        const field = fields[column];
        const { statistics } = this.#model;
        if (field && statistics) this.#parts.summaries.now?.fillSummary(place, field, statistics);
      },
    });
    this.#drawn = { cells: drawn, of: { rows, shown } };
    return drawn;
  }

  #filterBar(): TemplateResult | typeof nothing {
    const { chips, plan, rows, busy, sort } = this.#model;
    if (chips.length === 0 && !this.search && !sort) return nothing;
    const line: FilterLine = {
      chips,
      rows,
      plan,
      sort,
      search: this.search,
      isBusy: busy !== undefined,
      onChips: (chips) => void this.#setChips(chips),
      onSearch: () => this.#ask({ search: undefined, searchIn: undefined }),
      onSort: () => this.#ask({ sort: undefined }),
      onReset: () =>
        this.#ask({ filter: undefined, search: undefined, searchIn: undefined, sort: undefined }),
      onFind: () => this.#model.find(),
    };
    return this.#parts.filters.draw((part) => part.filterBar(line));
  }

  #selectionBar(): TemplateResult | typeof nothing {
    const selection = this.#selection;
    if (!selection) return nothing;
    const [onCopy, onClear] = [(as: "tsv" | "json") => void this.#copy(as), () => this.#select(undefined)];
    return this.#parts.selections.draw((part) => part.selectionBar(selection, onCopy, onClear));
  }

  #active(): CellPosition {
    const column = this.#model.columns.indexOf(this.column ?? "");
    return { row: this.row ?? 0, column: Math.max(0, column) };
  }

  #activate({ row, column }: CellPosition): void {
    this.row = row;
    this.column = this.#model.columns[column];
    this.#tell();
  }

  readonly #sideActions: SideActions = {
    onStep: (by) => this.#step(by),
    onAdd: (chips) => void this.#setChips([...this.#model.chips, ...chips]),
    onSort: (sort) => this.#ask({ sort }),
    onClose: () => this.#closeSide(),
  };

  /** Opens what stands beside the rows. */
  #open(side: Side): void {
    loadSide(side);
    this.#side = side;
    this.requestUpdate();
  }

  #openColumn(column: number): void {
    this.#activate({ row: this.#active().row, column });
    this.#open("column");
  }

  #closeSide(): void {
    this.#side = undefined;
    this.requestUpdate();
    this.#grid?.focusGrid();
  }

  #step({ rows, columns }: { rows: number; columns: number }): void {
    const { columns: names } = this.#model;
    const numRows = this.#model.rows?.numRows ?? 0;
    const { row, column } = this.#active();
    const next = {
      row: Math.max(0, Math.min(row + rows, numRows - 1)),
      column: Math.max(0, Math.min(column + columns, names.length - 1)),
    };
    this.#activate(next);
  }

  async #setChips(chips: readonly Chip[]): Promise<void> {
    const { chipsToText } = await import("./filter/chip.js");
    this.#ask({ filter: chips.length > 0 ? chipsToText(chips) : undefined });
  }

  /** Asks for other rows, or for another order. */
  #ask(change: { readonly [name in "filter" | "search" | "searchIn" | "sort"]?: string | undefined }): void {
    Object.assign(this, change);
    this.row = undefined;
    this.#selection = undefined;
    if (this.#side === "cell") this.#side = undefined;
    this.#tell();
  }

  #select(selection: RowSelection | undefined): void {
    this.#selection = selection;
    this.requestUpdate();
  }

  async #copy(as: "tsv" | "json"): Promise<void> {
    const { row, column } = this.#active();
    const value = this.#model.value(row, this.#model.columns[column] ?? "");
    const selection = this.#selection;
    if (selection) await (await import("./selection.js")).copySelection(selection, this.#model, as);
    else if (value !== undefined) await copyText(value);
  }

  #choose(change: Partial<ViewState>): void {
    this.#side = undefined;
    this.#selection = undefined;
    this.row = undefined;
    if (change.config !== undefined) {
      this.config = change.config;
      this.split = this.columns = undefined;
    }
    if (change.split !== undefined) this.split = change.split;
    if (change.repo !== undefined) this.revision = this.config = this.split = this.columns = undefined;
    if (change.revision !== undefined) this.revision = change.revision || undefined;
    this.#tell();
  }

  #goToRow(event: SubmitEvent): void {
    event.preventDefault();
    const text = String(new FormData(event.target as HTMLFormElement).get("row")).replaceAll(",", "");
    const numRows = this.#model.rows?.numRows ?? 0;
    if (text === "" || numRows === 0) return;
    const position = { ...this.#active(), row: Math.min(Number(text), numRows - 1) };
    this.#activate(position);
    this.#grid?.focusGrid();
  }

  #show(): void {
    void this.#model.show(this.#state(), this.#access.access, this.files);
  }

  #onModel(): void {
    this.requestUpdate();
    for (const part of this.renderRoot?.querySelectorAll<LitElement>("hf-column-panel, hf-files-dialog") ??
      [])
      part.requestUpdate?.();
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const [target] = event.composedPath();
    const isTyping = target instanceof HTMLElement && target.matches("input, select, textarea");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = this.#shortcuts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };

  readonly #shortcuts: { readonly [key: string]: () => void } = {
    "/": () => this.#focus("[name=search]"),
    g: () => this.#focus("[name=row]"),
    f: () => this.#open("column"),
    c: () => void this.#chooseColumns(),
    "?": () => void import("./help.js").then(({ showHelp }) => showHelp(this.renderRoot)),
  };

  #focus(selector: string): void {
    this.renderRoot.querySelector<HTMLInputElement>(selector)?.focus();
  }

  get #grid(): Grid | null {
    return this.renderRoot?.querySelector?.<Grid>("hf-dataset-grid") ?? null;
  }

  #state(): ViewState {
    const { repo, row } = this;
    const texts = [...ROW_KEYS, "column" as const].flatMap((name) =>
      this[name] ? [[name, this[name]]] : [],
    );
    return {
      ...Object.fromEntries(texts),
      repo: this.path ? "" : repo,
      ...(row !== undefined && Number.isSafeInteger(row) && { row }),
    };
  }

  #tell(): void {
    this.dispatchEvent(new CustomEvent("view-change", { detail: this.#state() }));
  }
}

if (!customElements.get("hf-dataset-preview")) customElements.define("hf-dataset-preview", DatasetPreview);
