/** The line above the rows: which dataset, config and split, and where to go in it. */
import { html, nothing, type TemplateResult } from "lit";
import { byteText, countText } from "./cell/text.js";
import type { PreviewModel } from "./model.js";
import { noticeOf } from "./notice.js";
import type { ViewState } from "./view-state.js";
import { shownConfigs } from "./whole-files.js";

/** What the line can do. */
export interface HeaderActions {
  readonly onChoose: (change: Pick<ViewState, "config" | "split">) => void;
  readonly onGo: (event: SubmitEvent) => void;
  /** Shows what each file holds. */
  readonly onFiles: () => void;
}

/** The line. */
export function headerBar(
  model: PreviewModel,
  { onChoose, onGo, onFiles }: HeaderActions,
  tools: unknown,
): TemplateResult {
  const { dataset, open, numRows, isDeclared, columns, files } = model;
  const configs = shownConfigs(dataset);
  const notice = noticeOf(model);
  const isMixed = model.hasUnseenFiles || (files !== undefined && files.numOthers + files.unread.length > 0);
  const splits = configs.find(({ name }) => name === open?.config)?.splits ?? [];
  const bytes = splits.find(({ name }) => name === open?.split)?.numBytes;
  const facts = [
    numRows === undefined ? "" : `${countText(numRows)} rows${isDeclared ? " by its card" : ""}`,
    open ? columnsText(columns.length, open.frame.columns.length) : "",
    bytes === undefined ? "" : byteText(bytes),
    open && model.sha ? `commit ${model.sha.slice(0, 7)}` : "",
  ];
  const configNames = configs.map(({ name }) => name);
  const splitNames = splits.map(({ name }) => name);
  return html`
    <header>
      <div class="title">
        <h2>${model.title || "No dataset"}</h2>
        <small>${facts.filter(Boolean).join(" · ")}</small>
      </div>
      ${choice("Config", configNames, open?.config, (config) => onChoose({ config }))}
      ${choice("Split", splitNames, open?.split, (split) => onChoose({ split }))}
      ${open ? goTo(onGo) : nothing}
      ${tools}
      ${
        notice === ""
          ? nothing
          : html`
            <div class="notices">
              <small role="note">${notice}</small>
              ${isMixed ? html`<button aria-haspopup="dialog" @click=${onFiles}>Compare files…</button>` : nothing}
            </div>
          `
      }
    </header>
  `;
}

function columnsText(shown: number, all: number): string {
  return `${shown === all ? "" : `${countText(shown)} of `}${countText(all)} ${all === 1 ? "column" : "columns"}`;
}

/** Where to go. */
function goTo(onGo: HeaderActions["onGo"]): TemplateResult {
  return html`
    <form class="go" @submit=${onGo}>
      <label>Row <input name="row" inputmode="numeric" pattern="[0-9,]*" size="9" autocomplete="off"></label>
      <button type="submit">Go</button>
    </form>
  `;
}

/** A drop-down; nothing where there is nothing to choose. */
function choice(
  label: string,
  names: readonly string[],
  chosen: string | undefined,
  onChoose: (name: string) => void,
): TemplateResult | typeof nothing {
  if (names.length < 2) return nothing;
  const choose = (event: Event) => {
    const select = event.target as HTMLSelectElement;
    const { value } = select;
    // It shows what is open, and that is not the other one yet.
    select.value = chosen ?? "";
    onChoose(value);
  };
  return html`
    <label>
      ${label}
      <select @change=${choose}>
        ${names.map((name) => html`<option value=${name} .selected=${name === chosen}>${name}</option>`)}
      </select>
    </label>
  `;
}
