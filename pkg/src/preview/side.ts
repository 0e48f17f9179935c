/** What stands beside the rows: the active cell in full, or its column. The code of each comes when it is first wanted. */
import { html, nothing, type TemplateResult } from "lit";
import type { Field } from "../types.js";
import type { Chip } from "./filter/chip.js";
import type { CellPosition } from "./grid/keys.js";
import type { PreviewModel } from "./model.js";

/** What can stand there. */
export type Side = "cell" | "column";

/** What it can do. */
export interface SideActions {
  readonly onStep: (by: { readonly rows: number; readonly columns: number }) => void;
  readonly onAdd: (chips: readonly Chip[]) => void;
  readonly onSort: (sort: string | undefined) => void;
  readonly onClose: () => void;
}

const CODE: { readonly [side in Side]: () => Promise<unknown> } = {
  cell: () => import("./cell/panel.js"),
  column: () => import("./columns/panel.js"),
};

/** Fetches the code. */
export function loadSide(side: Side): void {
  void CODE[side]();
}

/** The panel. */
export function sidePanel(
  side: Side | undefined,
  model: PreviewModel,
  fields: readonly Field[],
  { row, column }: CellPosition,
  { onStep, onAdd, onSort, onClose }: SideActions,
): TemplateResult | typeof nothing {
  const field = fields[column];
  const { statistics, numRows, sort } = model;
  if (!field || !side) return nothing;
  if (side === "cell") {
    return html`
      <hf-cell-panel
        .row=${row}
        .field=${field}
        .value=${model.value(row, field.name)}
        @step=${(event: CustomEvent) => onStep(event.detail)}
        @close=${onClose}
      ></hf-cell-panel>
    `;
  }
  if (!statistics) return nothing;
  return html`
    <hf-column-panel
      .field=${field}
      .fields=${fields}
      .statistics=${statistics}
      .numRows=${numRows}
      .sort=${sort}
      @add=${(event: CustomEvent) => onAdd(event.detail)}
      @sort=${(event: CustomEvent) => onSort(event.detail)}
      @close=${onClose}
    ></hf-column-panel>
  `;
}
