/**
 * `<hf-dataset-grid>`: rows and columns of any number, of which only those on screen are in the document.
 *
 * It knows nothing of where rows come from: it asks {@link Grid.cells} for what is here, and says by `look` which rows
 * it would like. The scroll container is its one tab stop; the active cell is told by `aria-activedescendant`, so the
 * stop stays where it is however far the active cell is scrolled away (APG, "Grid pattern").
 */
import {
  type CSSResultGroup,
  html,
  LitElement,
  type PropertyDeclarations,
  type PropertyValues,
  type TemplateResult,
} from "lit";
import {
  type Extent,
  type Place,
  placeOf,
  type RowSpan,
  resized,
  rowsInSight,
  scrolled,
  topRow,
  windowRows,
} from "./anchor.js";
import { gridStyle, HEAD_HEIGHT, NUMBER_WIDTH, ROW_HEIGHT, SUMMARY_HEIGHT } from "./grid-style.js";
import { type CellPosition, isCopy, isMove, move } from "./keys.js";
import {
  columnsInSight,
  type PlacedColumn,
  placeColumns,
  type Sight,
  scrollLeftFor,
} from "./place-columns.js";

/** A column of the grid. */
export interface GridColumn {
  readonly name: string;
  /** What stands under the name: a type in a word or two. */
  readonly detail: string;
  /** The width it has at first, in CSS pixels. */
  readonly width: number;
}

/** What the grid shows. */
export interface GridCells {
  readonly columns: readonly GridColumn[];
  /** Fills an element with a cell; `false` when the row is not here yet. Called again whenever it may have come. */
  fill(cell: HTMLElement, position: CellPosition): boolean;
  /** Takes back what `fill` holds for an element, such as the address of an image. */
  clear(cell: HTMLElement): void;
  /** Fills the place for a summary in a column's head; without it heads have none. */
  fillHead?(place: HTMLElement, column: number): void;
  /** The column that the rows are sorted by. */
  readonly sort?: { readonly column: number; readonly isDescending: boolean };
}

/** Rows that are selected. */
export type RowSelection = RowSpan;

/** Scrolling rests when nothing was scrolled for this long, in milliseconds. */
const REST_MS = 150;

/**
 * The grid. Events: `look` (`{ start, end }`), `move` and `open` (a {@link CellPosition}), `head` (a column's index),
 * `select` (a {@link RowSelection} or `undefined`), `copy`. It is as high as its place; with the attribute `fits`, as high as
 * its rows, up to its `max-height`.
 */
export class Grid extends LitElement {
  static override readonly styles: CSSResultGroup = gridStyle;
  static override readonly properties: PropertyDeclarations = {
    cells: { attribute: false },
    numRows: { attribute: false },
    active: { attribute: false },
    selection: { attribute: false },
    label: {},
  };

  /** What to show. */
  declare cells: GridCells;
  /** How many rows there are; it may grow. */
  declare numRows: number;
  /** The active cell. */
  declare active: CellPosition;
  /** The rows that are selected. */
  declare selection: RowSelection | undefined;
  /** Its name for a screen reader. */
  declare label: string;

  readonly #rowElements = new Map<number, HTMLElement>();
  #place: Place = { first: 0, scrollTop: 0 };
  #columns: readonly PlacedColumn[] = [];
  #looked = "";
  readonly #resizes = new ResizeObserver(() => this.#draw());
  #resting: ReturnType<typeof setTimeout> | undefined;
  /** The row that a selection began at. */
  #anchor = 0;

  constructor() {
    super();
    this.cells = { columns: [], fill: () => true, clear: () => {} };
    this.numRows = 0;
    this.active = { row: 0, column: 0 };
    this.label = "Rows";
  }

  /** Fills the cells on screen whose rows were not here: some may have come. */
  refresh(): void {
    this.#draw();
  }

  /** Fills the summaries of columns again. */
  refreshHeads(): void {
    for (const head of this.renderRoot.querySelectorAll<HTMLElement>(".summary")) {
      this.cells.fillHead?.(head, Number(head.dataset.column));
    }
  }

  /** Gives the grid the focus. */
  focusGrid(): void {
    this.#scroller.focus();
  }

  /** Brings a cell on screen, by the shortest way. */
  reveal({ row, column }: CellPosition): void {
    const extent = this.#extent();
    const top = topRow(extent, this.#place);
    const fits = Math.max(1, Math.floor(extent.viewHeight / ROW_HEIGHT));
    if (row < top) this.#goTo(row);
    else if (row >= top + fits) this.#goTo(row - fits + 1);
    const placed = this.#columns[column];
    if (placed) this.#scroller.scrollLeft = scrollLeftFor(placed, this.#sight());
  }

  protected override render(): TemplateResult {
    return html`
      <div class="scroller" role="grid" tabindex="0" @keydown=${this.#onKey} @click=${this.#onClick} @scroll=${this.#onScroll}>
        <div class="head" role="rowgroup"><div role="row" aria-rowindex="1"></div></div>
        <div class="body" role="rowgroup"></div>
      </div>
    `;
  }

  protected override firstUpdated(): void {
    this.#resizes.observe(this.#scroller);
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("cells")) this.#reset(changed.get("cells") as GridCells | undefined);
    else if (changed.has("numRows")) this.#resize();
    const scroller = this.#scroller;
    scroller.ariaLabel = this.label;
    scroller.ariaRowCount = String(this.numRows + 1);
    scroller.ariaColCount = String(this.cells.columns.length + 1);
    this.#draw();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#resizes.observe(this.#scroller);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resizes.disconnect();
    clearTimeout(this.#resting);
    this.#clearRows(this.cells);
  }

  #reset(before: GridCells | undefined): void {
    if (before) this.#clearRows(before);
    this.#looked = "";
    const widths = this.cells.columns.map(({ width }) => width);
    this.#columns = placeColumns(widths, NUMBER_WIDTH);
    this.#resize();
    this.#goTo(0);
  }

  /** Makes what scrolls as large as what it shows. */
  #resize(): void {
    const last = this.#columns.at(-1);
    const body = this.#element(".body");
    body.style.height = `${windowRows(this.#extent()) * ROW_HEIGHT}px`;
    body.style.width = `${last ? last.start + last.width : NUMBER_WIDTH}px`;
    const head = this.#element(".head");
    head.style.width = body.style.width;
    head.style.height = `${this.#headHeight}px`;
    this.#place = resized(this.#extent(), this.#place.first, this.#scroller.scrollTop);
  }

  readonly #onScroll = (): void => {
    this.#follow();
    this.#draw();
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#settle(), REST_MS);
  };

  /** Takes over where the browser has scrolled to. */
  #follow(): void {
    this.#place = scrolled(this.#extent(), this.#place, this.#scroller.scrollTop);
  }

  /** Puts the thumb where it tells the truth, without moving what is seen. */
  #settle(): void {
    // It may have been moved since the last event.
    this.#follow();
    const extent = this.#extent();
    const place = placeOf(extent, topRow(extent, this.#place));
    if (place.first === this.#place.first) return;
    this.#place = place;
    this.#scroller.scrollTop = place.scrollTop;
    this.#draw();
  }

  #goTo(row: number): void {
    const extent = this.#extent();
    const inWindow = { ...this.#place, scrollTop: (row - this.#place.first) * ROW_HEIGHT };
    const bottom = windowRows(extent) * ROW_HEIGHT - extent.viewHeight;
    const near = inWindow.scrollTop >= 0 && inWindow.scrollTop <= bottom;
    this.#place = near ? inWindow : placeOf(extent, row);
    this.#scroller.scrollTop = this.#place.scrollTop;
    this.#draw();
  }

  #extent(): Extent {
    const viewHeight = Math.max(0, this.#scroller.clientHeight - this.#headHeight);
    return { numRows: this.numRows, rowHeight: ROW_HEIGHT, viewHeight };
  }

  get #headHeight(): number {
    return HEAD_HEIGHT + (this.cells.fillHead ? SUMMARY_HEIGHT : 0);
  }

  #sight(): Sight {
    const { scrollLeft, clientWidth } = this.#scroller;
    return { scrollLeft, viewWidth: clientWidth, margin: NUMBER_WIDTH };
  }

  #draw(): void {
    if (!this.hasUpdated) return;
    const rows = rowsInSight(this.#extent(), this.#place);
    const columns = columnsInSight(this.#columns, this.#sight());
    this.#drawHead(columns);
    this.#drawRows(rows, columns);
    this.#tellActive();
    this.#tellLook(rows);
  }

  #drawHead(columns: readonly PlacedColumn[]): void {
    const row = this.#element(".head [role=row]");
    const { sort } = this.cells;
    const order = sort ? `${sort.column} ${sort.isDescending}` : "";
    const key = `${this.cells.columns.length} ${order} ${columns.map(({ start }) => start).join()}`;
    if (row.dataset.columns === key && row.dataset.of === columnNames(this.cells, columns)) return;
    row.dataset.columns = key;
    row.dataset.of = columnNames(this.cells, columns);
    row.replaceChildren(headCell("column", "Row", 1), ...columns.map((item) => this.#columnHead(item)));
  }

  #columnHead({ index, start, width }: PlacedColumn): HTMLElement {
    const { name = "", detail = "" } = this.cells.columns[index] ?? {};
    const head = headCell("column", name, index + 2);
    const small = document.createElement("small");
    small.textContent = detail;
    head.append(small);
    if (this.cells.fillHead) {
      const summary = document.createElement("div");
      summary.className = "summary";
      summary.dataset.column = String(index);
      this.cells.fillHead(summary, index);
      head.append(summary);
    }
    const { sort } = this.cells;
    if (sort?.column === index) head.ariaSort = sort.isDescending ? "descending" : "ascending";
    head.title = `${name}: ${detail}`;
    place(head, start, width);
    return head;
  }

  #drawRows({ start, end }: RowSpan, columns: readonly PlacedColumn[]): void {
    const spare: HTMLElement[] = [];
    for (const [row, element] of this.#rowElements) {
      if (row >= start && row < end) continue;
      this.#rowElements.delete(row);
      spare.push(element);
    }
    const selected = this.selection ?? { start: 0, end: 0 };
    for (let row = start; row < end; row++) {
      const element = this.#rowElements.get(row) ?? this.#takeRow(row, spare.pop());
      element.style.transform = `translateY(${(row - this.#place.first) * ROW_HEIGHT}px)`;
      this.#drawCells(element, row, columns);
      element.ariaSelected = row >= selected.start && row < selected.end ? "true" : null;
    }
    for (const element of spare) this.#discard(element, this.cells);
  }

  #takeRow(row: number, spare: HTMLElement | undefined): HTMLElement {
    const element = spare ?? document.createElement("div");
    if (!spare) {
      element.role = "row";
      element.append(headCell("row", "", 1));
      this.#element(".body").append(element);
    }
    element.ariaRowIndex = String(row + 2);
    element.ariaSelected = null;
    element.removeAttribute("data-filled");
    const [head] = element.children;
    if (head) head.textContent = row.toLocaleString("en");
    this.#rowElements.set(row, element);
    return element;
  }

  /** Cells are filled once; again after {@link refresh} and when other columns come into view. */
  #drawCells(element: HTMLElement, row: number, columns: readonly PlacedColumn[]): void {
    const key = columns.map(({ index, start }) => `${index}:${start}`).join();
    if (element.dataset.filled === key) return;
    while (element.children.length > columns.length + 1) this.#removeCell(element.lastElementChild);
    let isComplete = true;
    for (const [at, { index, start, width }] of columns.entries()) {
      const cell = (element.children[at + 1] as HTMLElement | undefined) ?? element.appendChild(newCell());
      cell.ariaColIndex = String(index + 2);
      cell.dataset.column = String(index);
      place(cell, start, width);
      this.cells.clear(cell);
      const isHere = this.cells.fill(cell, { row, column: index });
      cell.classList.toggle("absent", !isHere);
      isComplete &&= isHere;
    }
    if (isComplete) element.dataset.filled = key;
  }

  #removeCell(cell: Element | null): void {
    if (!cell) return;
    this.cells.clear(cell as HTMLElement);
    cell.remove();
  }

  #discard(element: HTMLElement, cells: GridCells): void {
    for (const cell of [...element.children].slice(1)) cells.clear(cell as HTMLElement);
    element.remove();
  }

  #clearRows(cells: GridCells): void {
    for (const element of this.#rowElements.values()) this.#discard(element, cells);
    this.#rowElements.clear();
  }

  /** The active cell has an id while it is in the document, and the scroller names it. */
  #tellActive(): void {
    const scroller = this.#scroller;
    this.renderRoot.querySelector("#active")?.removeAttribute("id");
    const row = this.#rowElements.get(this.active.row);
    const cell = row?.querySelector(`[data-column="${this.active.column}"]`);
    if (cell) cell.id = "active";
    if (cell) scroller.setAttribute("aria-activedescendant", "active");
    else scroller.removeAttribute("aria-activedescendant");
  }

  #tellLook(look: RowSpan): void {
    const key = `${look.start} ${look.end}`;
    if (look.start === look.end || key === this.#looked) return;
    this.#looked = key;
    this.dispatchEvent(new CustomEvent("look", { detail: look }));
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key === "Enter") {
      event.preventDefault();
      this.dispatchEvent(new CustomEvent("open", { detail: this.active }));
      return;
    }
    if (isCopy(event) && getSelection()?.isCollapsed !== false) {
      event.preventDefault();
      this.dispatchEvent(new CustomEvent("copy"));
      return;
    }
    if (event.key === "Escape" && this.selection) this.#select(undefined);
    if (event.key === " " && event.shiftKey) {
      event.preventDefault();
      this.#anchor = this.active.row;
      this.#select(this.active.row);
    }
    if (!isMove(event)) return;
    event.preventDefault();
    const { numRows } = this;
    const { columns } = this.cells;
    const pageRows = Math.max(1, Math.floor(this.#extent().viewHeight / ROW_HEIGHT) - 1);
    if (event.shiftKey && !this.selection) this.#anchor = this.active.row;
    this.#activate(move(this.active, event, { numRows, numColumns: columns.length, pageRows }));
    if (event.shiftKey) this.#select(this.active.row);
  };

  /** Selects the rows from where the selection began to this one; none without it. */
  #select(row: number | undefined): void {
    const [low, high] =
      row === undefined ? [0, 0] : [Math.min(row, this.#anchor), Math.max(row, this.#anchor)];
    this.selection = row === undefined ? undefined : { start: low, end: high + 1 };
    this.dispatchEvent(new CustomEvent("select", { detail: this.selection }));
  }

  readonly #onClick = (event: MouseEvent): void => {
    const target = event.target as Element;
    const head = target.closest<HTMLElement>(".head [role=columnheader]");
    if (head?.ariaColIndex && head.ariaColIndex !== "1") {
      this.dispatchEvent(new CustomEvent("head", { detail: Number(head.ariaColIndex) - 2 }));
      return;
    }
    const numbered = target.closest<HTMLElement>(".body [role=rowheader]");
    if (numbered || event.shiftKey) {
      const row = Number(target.closest<HTMLElement>("[role=row]")?.ariaRowIndex) - 2;
      if (!event.shiftKey) this.#anchor = row;
      else if (!this.selection) this.#anchor = this.active.row;
      this.#activate({ row, column: this.active.column });
      this.#select(row);
      return;
    }
    const cell = target.closest<HTMLElement>("[role=gridcell]");
    const row = cell?.closest<HTMLElement>("[role=row]")?.ariaRowIndex;
    if (!cell || !row) return;
    this.#activate({ row: Number(row) - 2, column: Number(cell.dataset.column) });
    this.dispatchEvent(new CustomEvent("open", { detail: this.active }));
  };

  #activate(position: CellPosition): void {
    this.active = position;
    this.reveal(position);
    this.dispatchEvent(new CustomEvent("move", { detail: position }));
  }

  get #scroller(): HTMLElement {
    return this.#element(".scroller");
  }

  #element(selector: string): HTMLElement {
    return this.renderRoot.querySelector<HTMLElement>(selector) ?? this;
  }
}

function columnNames({ columns }: GridCells, items: readonly PlacedColumn[]): string {
  return items.map(({ index }) => columns[index]?.name ?? "").join("\n");
}

function headCell(of: "row" | "column", text: string, index: number): HTMLElement {
  const cell = document.createElement("div");
  cell.role = of === "row" ? "rowheader" : "columnheader";
  cell.ariaColIndex = String(index);
  const name = document.createElement("span");
  name.textContent = text;
  cell.append(name);
  return cell;
}

function newCell(): HTMLElement {
  const cell = document.createElement("div");
  cell.role = "gridcell";
  return cell;
}

function place(cell: HTMLElement, start: number, width: number): void {
  cell.style.left = `${start}px`;
  cell.style.width = `${width}px`;
}
