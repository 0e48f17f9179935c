/** `<hf-files-dialog>`: what each file of a split holds that others do not, and which cannot be read. */
import {
  type CSSResultGroup,
  css,
  html,
  LitElement,
  type PropertyDeclarations,
  type TemplateResult,
} from "lit";
import type { SurveyedFile } from "../survey.js";
import type { Field } from "../types.js";
import { typeText } from "./cell/kind.js";
import { countText } from "./cell/text.js";
import { dialogStyle } from "./dialog-style.js";
import type { FileColumns } from "./file-columns.js";

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
  static override readonly properties: PropertyDeclarations = { files: { attribute: false } };

  /** The files. */
  declare files: FileColumns;

  protected override firstUpdated(): void {
    this.renderRoot.querySelector("dialog")?.showModal();
  }

  protected override render(): TemplateResult {
    const { files, unread } = this.files;
    const [first] = files;
    return html`
      <dialog aria-labelledby="title" @close=${() => this.remove()}>
        <header>
          <h2 id="title">Files of this split</h2>
          <button aria-label="Close" @click=${this.#close}>✕</button>
        </header>
        <ul class="files">
          ${unread.map((file) => fileItem(file, [html`<span class="wrong">${problemText(file)}</span>`]))}
          ${files.map((file) => fileItem(file, first ? differences(file, first) : []))}
        </ul>
      </dialog>
    `;
  }

  readonly #close = (): void => this.renderRoot.querySelector("dialog")?.close();
}

/** Opens the dialog above what is in `root`. */
export function showFiles(root: ParentNode, files: FileColumns): void {
  const dialog = new FilesDialog();
  dialog.files = files;
  root.append(dialog);
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

/** What of a file is not as in the first one, each in words. */
function differences(file: SurveyedFile, first: SurveyedFile): string[] {
  if (file === first) return ["The others are compared with this one."];
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
  const lines = [
    ...(lacking.length > 0 ? [`Has no ${lacking.join(", ")}.`] : []),
    ...(besides.length > 0 ? [`Has ${besides.join(", ")} besides.`] : []),
    ...changed,
  ];
  return lines.length > 0 ? lines : ["The same columns."];
}

function problemText({ problem }: SurveyedFile): string {
  const { offset, codec } = problem?.context ?? {};
  const facts = [codec && `codec ${codec}`, offset && `at byte ${countText(Number(offset))}`].filter(Boolean);
  const cause = problem?.cause === undefined ? "" : ` ${String(problem.cause)}`;
  return `${problem?.message ?? ""}${cause}${facts.length > 0 ? ` (${facts.join(", ")})` : ""}`;
}

if (!customElements.get("hf-files-dialog")) customElements.define("hf-files-dialog", FilesDialog);
