/** `<hf-files-dialog>`: what each file of a split holds that others do not, and which cannot be read. */
import {
  type CSSResultGroup,
  css,
  html,
  LitElement,
  type PropertyDeclarations,
  type TemplateResult,
} from "lit";
import { isHubframeError } from "../errors.js";
import type { SurveyedFile } from "../survey.js";
import type { Field } from "../types.js";
import { typeText } from "./cell/kind.js";
import { countText } from "./cell/text.js";
import { dialogStyle } from "./dialog-style.js";
import type { FileColumns } from "./file-columns.js";
import type { PreviewModel } from "./model.js";

/** Longer lists say no more to anybody. */
const MAX_LISTED = 500;

/** What the dialog asks and tells. */
export type FilesModel = Pick<
  PreviewModel,
  "files" | "open" | "busy" | "error" | "looked" | "lookAtAllFiles" | "cancel"
>;

/** The dialog. */
export class FilesDialog extends LitElement {
  static override readonly styles: CSSResultGroup = [
    dialogStyle,
    css`
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      .files > li {
        padding: 0.5rem 1rem;
        border-block-start: 1px solid var(--hf-line);
        overflow-wrap: anywhere;
      }
      .wrong {
        color: var(--hf-wrong);
      }
    `,
  ];
  static override readonly properties: PropertyDeclarations = { model: { attribute: false } };

  /** Whose files these are. */
  declare model: FilesModel;

  protected override firstUpdated(): void {
    this.renderRoot.querySelector("dialog")?.showModal();
  }

  protected override render(): TemplateResult {
    const { files } = this.model;
    return html`
      <dialog aria-labelledby="title" @close=${() => this.remove()}>
        <header>
          <h2 id="title">Files of this split</h2>
          <button aria-label="Close" @click=${this.#close}>✕</button>
        </header>
        ${files ? fileList(files) : this.#offer()}
      </dialog>
    `;
  }

  /** What comparing many files costs, and how far it is. */
  #offer(): TemplateResult {
    const { open, busy, looked, error } = this.model;
    const numFiles = open?.frame.numPartitions ?? 0;
    const { filesDone = 0 } = looked ?? {};
    const done = `${countText(filesDone)} of ${countText(numFiles)} files`;
    return html`
      <section>
        <p>
          The columns that are shown are those of the first of ${countText(numFiles)} files. To compare the others with
          it, the end of each is read: up to ${countText(numFiles)} requests.
        </p>
        ${
          busy === undefined
            ? html`<button class="main" @click=${() => void this.model.lookAtAllFiles()}>Compare all files</button>`
            : html`
              <progress aria-label="Files compared" max=${numFiles} .value=${filesDone}></progress>
              <div class="line">
                <span role="status">${done}</span>
                <button @click=${() => this.model.cancel()}>Stop</button>
              </div>
            `
        }
        ${error === undefined ? "" : html`<p class="wrong" role="alert">${errorText(error)}</p>`}
      </section>
    `;
  }

  readonly #close = (): void => this.renderRoot.querySelector("dialog")?.close();
}

/** Opens the dialog above what is in `root`. */
export function showFiles(root: ParentNode, model: FilesModel): void {
  const dialog = new FilesDialog();
  dialog.model = model;
  root.append(dialog);
}

/** First what cannot be read, then what is not as in the first file. */
function fileList({ files, unread }: FileColumns): TemplateResult {
  const [first, ...others] = files;
  const compared = others.map((file) => ({ file, lines: first ? differences(file, first) : [] }));
  const items = [
    ...unread.map((file) => ({ file, lines: [html`<span class="wrong">${problemText(file)}</span>`] })),
    ...(first ? [{ file: first, lines: ["The others are compared with this one."] }] : []),
    ...compared.filter(({ lines }) => lines.length > 0),
    ...compared
      .filter(({ lines }) => lines.length === 0)
      .map(({ file }) => ({ file, lines: ["The same columns."] })),
  ];
  const more = items.length - MAX_LISTED;
  return html`
    <ul class="files">
      ${items.slice(0, MAX_LISTED).map(({ file, lines }) => fileItem(file, lines))}
      ${more > 0 ? html`<li>${countText(more)} more files.</li>` : ""}
    </ul>
  `;
}

function fileItem({ path, rowGroups }: SurveyedFile, lines: readonly unknown[]): TemplateResult {
  const numRows = rowGroups.reduce((sum, group) => sum + group.numRows, 0);
  const groups = `${countText(rowGroups.length)} row ${rowGroups.length === 1 ? "group" : "groups"}`;
  return html`
    <li>
      <strong>${path}</strong>
      ${rowGroups.length > 0 ? html`<small>${countText(numRows)} ${numRows === 1 ? "row" : "rows"} in ${groups}</small>` : ""}
      <ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>
    </li>
  `;
}

/** What of a file is not as in the first one, each in words; nothing where all is. */
function differences(file: SurveyedFile, first: SurveyedFile): string[] {
  const named = ({ fields }: SurveyedFile) => new Map(fields.map((field) => [field.name, field]));
  const [own, others] = [named(file), named(first)];
  const described = (field: Field) => `${field.name} (${typeText(field)})`;
  const lacking = first.fields.filter(({ name }) => !own.has(name)).map(described);
  const besides = file.fields.filter(({ name }) => !others.has(name)).map(described);
  const changed = file.fields.flatMap((field) => {
    const other = others.get(field.name);
    if (!other || other.type === field.type) return [];
    const unread = file.misfits.includes(field.name) ? ", and cannot be read so" : "";
    return `${field.name} is ${typeText(field)}, not ${typeText(other)}${unread}.`;
  });
  return [
    ...(lacking.length > 0 ? [`Has no ${lacking.join(", ")}.`] : []),
    ...(besides.length > 0 ? [`Has ${besides.join(", ")} besides.`] : []),
    ...changed,
  ];
}

function errorText(error: unknown): string {
  return isHubframeError(error) ? error.message : String(error);
}

function problemText({ problem }: SurveyedFile): string {
  const { offset, codec } = problem?.context ?? {};
  const facts = [codec && `codec ${codec}`, offset && `at byte ${countText(Number(offset))}`].filter(Boolean);
  const cause = problem?.cause === undefined ? "" : ` ${String(problem.cause)}`;
  return `${problem?.message ?? ""}${cause}${facts.length > 0 ? ` (${facts.join(", ")})` : ""}`;
}

if (!customElements.get("hf-files-dialog")) customElements.define("hf-files-dialog", FilesDialog);
