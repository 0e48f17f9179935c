/** Step 3: the columns of all files, what is odd about them, and the first rows. */
import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { byteText, countText } from "../../preview/cell/text.js";
import { type Column, tablesIn, wordOf } from "../columns.js";
import type { Notice } from "../limits.js";
import { isTable, type TableFile } from "../local-file.js";
import type { UploaderModel } from "../model.js";
import type { ConfigFiles } from "../tables.js";
import { textOf } from "./target.js";

/** Types that a column can be set to. */
const TYPES = ["string", "int64", "int32", "float64", "float32", "bool", "date32", "timestamp[us]"];

/** The matrix of columns and files, the findings, and the rows of one file. */
export function checkView(
  model: UploaderModel,
  rows: (files: readonly TableFile[]) => TemplateResult,
): TemplateResult {
  const files = model.files.filter(isTable);
  if (files.length === 0) return html`<p class="faint">The columns of your files come here.</p>`;
  return html`
    ${tablesHint(model, files)} ${findings(model, files)}
    ${model.configs.map((config) => matrix(model, config))} ${rows(files)}
  `;
}

/** Where files hold different tables, the way to keep them apart. */
function tablesHint(model: UploaderModel, files: readonly TableFile[]): TemplateResult | typeof nothing {
  const mixed = model.configs.find(
    ({ files }) => tablesIn(files.map(({ id, frame }) => ({ id, fields: frame.schema.fields }))).length > 1,
  );
  if (!mixed) return nothing;
  const tables = tablesIn(files.map(({ id, frame }) => ({ id, fields: frame.schema.fields })));
  return html`
    <div class="hint" role="status">
      <p>These files hold ${tables.length} different tables: most of their columns are not the same. As one table, each row would
        be null in the columns of the others.</p>
      <button class="main" ?disabled=${model.isReading} @click=${() => model.separateTables()}>Make a config of each table</button>
    </div>
  `;
}

function findings(model: UploaderModel, files: readonly TableFile[]): TemplateResult {
  const notices: Notice[] = [...model.limits, ...model.checks.notices];
  const found = files.flatMap(({ path, inspection }) =>
    (inspection?.findings ?? []).map(({ severity, line, column, count, message }) => ({
      severity,
      message: `${path}${line === undefined ? "" : `, line ${countText(line)}`}${column ? `, column ${column}` : ""}: ${message}${count > 1 ? ` (${countText(count)} times)` : ""}`,
    })),
  );
  const all = [...notices, ...found].sort((a, b) => weight(a) - weight(b));
  if (all.length === 0) {
    return html`<p class="faint">${model.checks.isLooking ? "Comparing files …" : "Nothing is odd within any of these files."}</p>`;
  }
  const serious = all.filter(({ severity }) => severity !== "info").length;
  return html`
    <details class="findings" ?open=${serious > 0 || all.length < 6}>
      <summary>${countText(all.length)} ${all.length === 1 ? "finding" : "findings"}${serious > 0 ? `, ${countText(serious)} to look at` : ""}</summary>
      <ul>
        ${all.slice(0, MAX_SHOWN).map(({ severity, message }) => html`<li class=${severity}><b>${WORDS[severity]}</b> ${message}</li>`)}
        ${all.length > MAX_SHOWN ? html`<li>… and ${countText(all.length - MAX_SHOWN)} more.</li>` : nothing}
      </ul>
    </details>
  `;
}

const MAX_SHOWN = 200;

const WORDS = { error: "Wrong:", warning: "Look:", info: "Note:" } as const;

function weight({ severity }: Notice): number {
  return ["error", "warning", "info"].indexOf(severity);
}

function matrix(model: UploaderModel, config: ConfigFiles): TemplateResult {
  const { files, columns } = config;
  const differ = columns.filter(
    ({ state }) => state === "missing" || state === "text" || state === "conflict",
  );
  return html`
    <h3>${model.configs.length > 1 ? `Config ${config.config}: ` : ""}${countText(columns.length)} columns,
      ${differ.length === 0 ? (files.length > 1 ? "the same in all files" : "of one file") : `${countText(differ.length)} not the same in all files`}</h3>
    <div class="scroll matrix" tabindex="0" role="region" aria-label=${`Columns of ${config.config}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">Becomes</th>
            <th scope="col">Change</th>
            ${files.map(({ path, split, file }) => html`<th scope="col" title=${`${path}, ${byteText(file.size)}`}>${path}<br><small>${split}</small></th>`)}
          </tr>
        </thead>
        <tbody>${columns.map((column) => columnRow(model, config, column))}</tbody>
      </table>
    </div>
  `;
}

function columnRow(model: UploaderModel, { config, files }: ConfigFiles, column: Column): TemplateResult {
  const { source, name, cells, mend, state, result } = column;
  const set = (change: object) => model.mend(config, source, { ...mend, ...change });
  return html`
    <tr class=${state}>
      <th scope="row">
        <input
          class="name"
          aria-label=${`Name of ${source}`}
          ?disabled=${state === "dropped"}
          placeholder=${source}
          .value=${name}
          @change=${(event: Event) => set({ name: textOf(event) || source })}
        >
      </th>
      <td>${result}${stateText(column, files)}</td>
      <td>${typeField(model, config, column)}</td>
      ${cells.map((cell) => html`<td class=${cell === undefined ? "absent" : cell === result ? "" : "other"}>${cell ?? "absent"}</td>`)}
    </tr>
  `;
}

function stateText({ state, mend, cells }: Column, files: readonly TableFile[]): string {
  if (state === "text") return ", since its files differ";
  if (state === "conflict") return "set a type, or drop it";
  if (state !== "missing") return "";
  const absent = files.filter((_, index) => cells[index] === undefined).length;
  return `${mend.type === undefined ? "" : ""}, null in ${countText(absent)} of ${countText(files.length)} files`;
}

/** What may become of a column. */
function typeField(model: UploaderModel, config: string, column: Column): TemplateResult {
  const { source, mend, state } = column;
  const chosen = mend.drop
    ? "drop"
    : mend.type === undefined
      ? ""
      : typeof mend.type === "string"
        ? mend.type
        : "labels";
  const choose = (event: Event) => {
    const value = textOf(event);
    const { name } = mend;
    const kept = name === undefined ? {} : { name };
    if (value === "labels") return void model.labelColumn(config, column);
    if (value === "apart") return void model.separateTables();
    if (value === "drop") return model.mend(config, source, { ...kept, drop: true });
    model.mend(
      config,
      source,
      value === "" && name === undefined ? undefined : { ...kept, ...(value !== "" && { type: value }) },
    );
  };
  const option = (value: string, text: string) =>
    html`<option value=${value} .selected=${live(value === chosen)}>${text}</option>`;
  return html`
    <select aria-label=${`Change ${source}`} @change=${choose}>
      ${option("", state === "missing" ? "Fill with nulls" : "As it is")}
      ${option("drop", "Leave it out")}
      ${TYPES.map((type) => option(type, type === "string" ? "Keep as text" : `As ${type}`))}
      ${option("labels", typeof mend.type === "object" ? `As ${wordOf(mend.type)}` : "As class labels")}
    </select>
  `;
}
