/** What can be done with a view: another revision of it, a link to it, and taking it elsewhere. */
import { html, nothing, type TemplateResult } from "lit";
import type { Refs } from "../../refs.js";

/** What the tools need to know, and do. */
export interface Tools {
  /** The revision as it was asked for; empty for the default one. */
  readonly revision: string;
  /** Whether there are revisions to choose from. */
  readonly hasRevisions: boolean;
  /** Once they are known. */
  readonly refs: Refs | undefined;
  /** Whether rows are here, which can be linked to and taken elsewhere. */
  readonly isOpen: boolean;
  /** Whether others can open the same. */
  readonly isShared: boolean;
  /** Whether the link was just copied. */
  readonly isCopied: boolean;
  readonly onRefs: () => void;
  readonly onRevision: (revision: string) => void;
  readonly onLink: () => void;
  readonly onColumns: () => void;
  readonly onExport: () => void;
}

/** The tools. */
export function toolBar(tools: Tools): TemplateResult {
  const { isOpen, isShared, isCopied, hasRevisions, onLink, onColumns, onExport } = tools;
  return html`
    <div class="tools">
      ${hasRevisions ? revisionChoice(tools) : nothing}
      ${isOpen ? html`<button aria-haspopup="dialog" @click=${onColumns}>Columns…</button>` : nothing}
      ${
        isOpen && isShared
          ? html`<button title="A link to this view at this commit" @click=${onLink}>${isCopied ? "Copied" : "Copy link"}</button>`
          : nothing
      }
      ${isOpen ? html`<button aria-haspopup="dialog" @click=${onExport}>Use or download…</button>` : nothing}
    </div>
  `;
}

/** A text, since any commit will do; with the branches and tags as suggestions once somebody asks. */
function revisionChoice({ revision, refs, onRefs, onRevision }: Tools): TemplateResult {
  const named = [...(refs?.branches ?? []), ...(refs?.tags ?? [])].map(({ name }) => name);
  const names = [...named, ...(refs?.converts ?? []).map(({ fullName }) => fullName)];
  const choose = (event: Event) => onRevision((event.target as HTMLInputElement).value.trim());
  return html`
    <label>
      Revision
      <input
        name="revision"
        list="revisions"
        size="10"
        placeholder="main"
        autocomplete="off"
        spellcheck="false"
        .value=${revision}
        @focus=${onRefs}
        @change=${choose}
      >
    </label>
    <datalist id="revisions">${names.map((name) => html`<option value=${name}></option>`)}</datalist>
  `;
}
