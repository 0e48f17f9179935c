/** Step 2: the files, and the split of each. */
import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { byteText, countText } from "../../preview/cell/text.js";
import { type GivenFile, pickedFiles } from "../dropped.js";
import type { LocalFile } from "../local-file.js";
import type { UploaderModel } from "../model.js";
import { configNameProblem, splitNameProblem } from "../names.js";
import { estimatedRows } from "../progress.js";
import { isOtherEncoding, sentenceOf } from "../sentence.js";
import { textOf } from "./target.js";

/** What this step keeps beside the model. */
export interface FilesState {
  readonly selected: ReadonlySet<LocalFile>;
  readonly isOver: boolean;
  readonly showsConfigs: boolean;
  select(file: LocalFile, isSelected: boolean): void;
  showConfigs(): void;
}

/** The place to drop files on, and the files. */
export function filesView(model: UploaderModel, state: FilesState): TemplateResult {
  const { files } = model;
  return html`
    <div class="drop ${state.isOver ? "over" : ""}">
      <span>Drop files or folders here, or</span>
      ${picker("Choose files", false, model)} ${picker("a folder", true, model)}
      <small>CSV, TSV, JSON, JSON Lines, Arrow and Parquet. Nothing is sent before you say so.</small>
    </div>
    ${files.length === 0 ? nothing : fileTable(model, state)}
  `;
}

function picker(text: string, isFolder: boolean, model: UploaderModel): TemplateResult {
  const add = (event: Event) => {
    const input = event.target as HTMLInputElement;
    void model.addFiles(pickedFiles(input.files ?? []) as GivenFile[]);
    input.value = "";
  };
  return html`
    <label class="pick">
      ${text}
      <input type="file" multiple ?webkitdirectory=${isFolder} aria-label=${isFolder ? "Choose a folder" : text} @change=${add}>
    </label>
  `;
}

function fileTable(model: UploaderModel, state: FilesState): TemplateResult {
  const { files } = model;
  const showsConfigs = state.showsConfigs || files.some(({ config }) => config !== "default");
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label="Files">
      <table>
        <thead>
          <tr>
            <td></td>
            <th scope="col">File</th>
            <th scope="col" class="kind">Kind</th>
            <th scope="col" class="number">Size</th>
            <th scope="col" class="number">Rows</th>
            ${showsConfigs ? html`<th scope="col">Config</th>` : nothing}
            <th scope="col">Split</th>
            <td></td>
          </tr>
        </thead>
        <tbody>
          ${files.map((file) => fileRow(file, showsConfigs, model, state))}
        </tbody>
      </table>
    </div>
    ${manyBar(model, state, showsConfigs)}
  `;
}

function fileRow(
  file: LocalFile,
  showsConfigs: boolean,
  model: UploaderModel,
  state: FilesState,
): TemplateResult {
  const problem = splitNameProblem(file.split) ?? configNameProblem(file.config);
  return html`
    <tr>
      <td>
        <input
          type="checkbox"
          aria-label=${`Select ${file.path}`}
          .checked=${live(state.selected.has(file))}
          @change=${(event: Event) => state.select(file, (event.target as HTMLInputElement).checked)}
        >
      </td>
      <th scope="row">${file.path}</th>
      <td class="kind">${kindText(file)}</td>
      <td class="number">${byteText(file.file.size)}</td>
      <td class="number">${rowsCell(file)}</td>
      ${showsConfigs && !file.isAsItIs ? html`<td>${nameField("Config", file, file.config, (config) => model.place([file], { config }))}</td>` : showsConfigs ? html`<td></td>` : nothing}
      <td>
        ${file.isAsItIs ? html`<span class="faint">as it is</span>` : nameField("Split", file, file.split, (split) => model.place([file], { split }))}
      </td>
      <td><button aria-label=${`Remove ${file.path}`} @click=${() => model.removeFile(file)}>✕</button></td>
    </tr>
    ${
      file.error === undefined || file.isAsItIs
        ? nothing
        : html`
          <tr class="wrong">
            <td></td>
            <td colspan="7">
              ${sentenceOf(file.error)}
              ${isOtherEncoding(file.error) ? html`<button @click=${() => void model.readAs(file, "windows-1252")}>Read it as Windows-1252</button>` : nothing}
              <button @click=${() => model.setAsItIs(file, true)}>Upload it as it is</button>
            </td>
          </tr>
        `
    }
    ${problem ? html`<tr class="wrong"><td></td><td colspan="7">${problem}</td></tr>` : nothing}
  `;
}

/** A name with those that are common. */
function nameField(
  label: string,
  file: LocalFile,
  value: string,
  set: (name: string) => void,
): TemplateResult {
  return html`
    <input
      class="name"
      size="10"
      list=${label === "Split" ? "splits" : "configs"}
      aria-label=${`${label} of ${file.path}`}
      autocomplete="off"
      .value=${value}
      @change=${(event: Event) => set(textOf(event).trim())}
    >
  `;
}

function kindText({ kind, inspection }: LocalFile): string {
  if (!inspection) return kind === "parquet" ? "Parquet" : kind === "arrow" ? "Arrow" : "";
  const { format, dialect } = inspection.layout;
  if (format === "csv") return dialect?.delimiter === 9 ? "TSV" : "CSV";
  return format === "json" ? "JSON" : "JSON Lines";
}

function rowsCell(file: LocalFile): TemplateResult | string {
  if (file.numRows !== undefined) return countText(file.numRows);
  if (file.error !== undefined || file.isAsItIs) return "–";
  const rows = estimatedRows(file.rowsRead, file.bytesRead, file.file.size);
  const label = `Reading ${file.path}`;
  // What is no text is read by its footer, or as a whole.
  const bar =
    file.kind === "text"
      ? html`<progress max=${file.file.size} value=${file.bytesRead} aria-label=${label}></progress>`
      : html`<progress aria-label=${label}></progress>`;
  return html`${rows === undefined ? "" : `about ${countText(rows)}`} ${bar}`;
}

/** What is done to several files at once. */
function manyBar(
  model: UploaderModel,
  { selected, select, showConfigs }: FilesState,
  showsConfigs: boolean,
): TemplateResult {
  const files = model.files.filter((file) => selected.has(file));
  const all = files.length === model.files.length;
  const set = (what: "split" | "config") => (event: Event) =>
    model.place(files, { [what]: textOf(event).trim() });
  return html`
    <div class="bar">
      <button @click=${() => model.files.forEach((file) => void select(file, !all))}>${all ? "Select none" : "Select all"}</button>
      ${
        files.length === 0
          ? nothing
          : html`
            <label>Split of ${files.length} selected <input list="splits" size="10" @change=${set("split")}></label>
            ${showsConfigs ? html`<label>Config <input list="configs" size="10" @change=${set("config")}></label>` : nothing}
            <button @click=${() => files.forEach((file) => void model.removeFile(file))}>Remove selected</button>
          `
      }
      ${showsConfigs ? nothing : html`<button @click=${showConfigs}>Several configs …</button>`}
    </div>
    <datalist id="splits"><option>train</option><option>validation</option><option>test</option></datalist>
    <datalist id="configs">${[...new Set(model.files.map(({ config }) => config))].map((name) => html`<option>${name}</option>`)}</datalist>
  `;
}
