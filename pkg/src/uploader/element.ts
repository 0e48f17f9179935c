/** `<hf-dataset-uploader>`: files of the user's become a dataset of the Hub, in five steps on one page. */
import {
  type CSSResultGroup,
  html,
  LitElement,
  nothing,
  type PropertyDeclarations,
  type PropertyValues,
  type TemplateResult,
} from "lit";
import { live } from "lit/directives/live.js";
import { tokens } from "../tokens.js";
import "../auth/element.js";
import { AccessControl } from "../preview/access.js";
import { droppedFiles } from "./dropped.js";
import { Guard } from "./guard.js";
import type { LocalFile, TableFile } from "./local-file.js";
import { UploaderModel } from "./model.js";
import { uploaderStyle } from "./style.js";
import { checkView } from "./views/check.js";
import { convertView } from "./views/convert.js";
import { type FilesState, filesView } from "./views/files.js";
import { resumeView } from "./views/resume.js";
import { sendView } from "./views/send.js";
import { targetView } from "./views/target.js";

/**
 * The element.
 *
 * Files are read in the page, and what is sent goes to the Hub alone, in one commit at the end. Attributes: `endpoint`, and
 * `preview-page`, the address of a page that shows datasets, for the link at the end. A token is a property and never an
 * attribute: attributes are for everyone to read; without one, who is signed in on the page asks (`hubframe/auth`). It fires `uploaded` with the
 * result of the commit.
 */
export class DatasetUploader extends LitElement {
  static override readonly styles: CSSResultGroup = [tokens, uploaderStyle];
  static override readonly properties: PropertyDeclarations = {
    endpoint: {},
    previewPage: { attribute: "preview-page" },
    clientId: { attribute: "client-id" },
    token: { attribute: false },
  };

  /** The Hub's address; `https://huggingface.co` if absent. */
  declare endpoint: string | undefined;
  /** The address of a page that shows a dataset by `?repo=&rev=`. */
  declare previewPage: string | undefined;
  /** The id of the OAuth app that people sign in with; that of the Space if absent. */
  declare clientId: string | undefined;
  /** An access token, kept in memory and sent to the endpoint only. */
  declare token: string | undefined;

  readonly #model = new UploaderModel(() => this.#onModel());
  readonly #access = new AccessControl(
    this,
    () => this,
    () => this.#onAccess(),
  );
  readonly #guard = new Guard();
  #selected: ReadonlySet<LocalFile> = new Set();
  #isOver = false;
  #showsConfigs = false;
  #shown: LocalFile | undefined;
  #hasGrid = false;
  #told: unknown;

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("online", this.#onOnline);
    void this.#model.lookBack();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("online", this.#onOnline);
    this.#guard.set(false);
    this.#model.close();
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("endpoint") || changed.has("token")) this.#onAccess();
  }

  protected override render(): TemplateResult {
    const model = this.#model;
    const isBusy = model.job?.isActive ?? false;
    return html`
      <div
        class="steps"
        @dragover=${this.#onDrag}
        @dragleave=${() => this.#setOver(false)}
        @drop=${this.#onDrop}
      >
        ${resumeView(model)}
        ${step(1, "Who and where", targetView(model, this.#signIn()), isBusy && model.identity !== undefined)}
        ${step(2, "Files", filesView(model, this.#filesState()), isBusy)}
        ${step(
          3,
          "Check",
          checkView(model, (files) => this.#rows(files)),
          isBusy,
        )}
        ${step(4, "Convert", convertView(model), isBusy)}
        ${step(5, "Review and send", sendView(model, this.previewPage), false)}
      </div>
    `;
  }

  /** Where people sign in, unless the page gave a token. */
  #signIn(): TemplateResult | typeof nothing {
    if (this.token !== undefined) return nothing;
    return html`
      <hf-sign-in
        endpoint=${this.#access.endpoint}
        client-id=${this.clientId ?? nothing}
        scopes="openid profile contribute-repos"
      ></hf-sign-in>
    `;
  }

  #filesState(): FilesState {
    return {
      selected: this.#selected,
      isOver: this.#isOver,
      showsConfigs: this.#showsConfigs,
      select: (file, isSelected) => {
        const selected = new Set(this.#selected);
        if (isSelected) selected.add(file);
        else selected.delete(file);
        this.#selected = selected;
        this.requestUpdate();
      },
      showConfigs: () => {
        this.#showsConfigs = true;
        this.requestUpdate();
      },
    };
  }

  /** The first rows of a file, once the grid is here. */
  #rows(files: readonly TableFile[]): TemplateResult {
    if (!this.#hasGrid) {
      void import("./rows-view.js").then(() => {
        if (this.#hasGrid) return;
        this.#hasGrid = true;
        this.requestUpdate();
      });
      return html``;
    }
    const shown = files.find((file) => file === this.#shown) ?? files[0];
    const choose = (event: Event) => {
      this.#shown = files[(event.target as HTMLSelectElement).selectedIndex];
      this.requestUpdate();
    };
    return html`
      <h3>
        <label>
          First rows of
          <select @change=${choose}>
            ${files.map((file) => html`<option .selected=${live(file === shown)}>${file.path}</option>`)}
          </select>
        </label>
      </h3>
      <hf-upload-rows .file=${shown}></hf-upload-rows>
    `;
  }

  readonly #onDrag = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.#setOver(true);
  };

  readonly #onDrop = (event: DragEvent): void => {
    event.preventDefault();
    this.#setOver(false);
    if (!event.dataTransfer || this.#model.job?.isActive) return;
    void droppedFiles(event.dataTransfer).then((files) => this.#model.addFiles(files));
  };

  /** What failed for want of a network goes on when it is back. */
  readonly #onOnline = (): void => {
    const { job } = this.#model;
    if (job?.state === "failed" && job.isRetryable) job.retry();
  };

  #setOver(isOver: boolean): void {
    if (isOver === this.#isOver) return;
    this.#isOver = isOver;
    this.requestUpdate();
  }

  #onAccess(): void {
    void this.#model.setAccess(this.#access.access);
  }

  #onModel(): void {
    const { job } = this.#model;
    this.#guard.set(job?.isActive ?? false);
    this.requestUpdate();
    if (job?.result === undefined || job.result === this.#told) return;
    this.#told = job.result;
    this.dispatchEvent(new CustomEvent("uploaded", { detail: job.result }));
  }
}

/** A step; one that may not be changed now is inert. */
function step(number: number, title: string, content: TemplateResult, isInert: boolean): TemplateResult {
  return html`
    <section aria-labelledby=${`step-${number}`}>
      <h2 id=${`step-${number}`}><span class="step-number">${number}</span> ${title}</h2>
      <div class="content" ?inert=${isInert}>${content}</div>
    </section>
  `;
}

if (!customElements.get("hf-dataset-uploader")) customElements.define("hf-dataset-uploader", DatasetUploader);
