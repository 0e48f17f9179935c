/** `<hf-dataset-uploader>`: files of the user's become a dataset of the Hub, in five steps on one page. */
import {
  type CSSResultGroup,
  html,
  LitElement,
  type nothing,
  type PropertyDeclarations,
  type PropertyValues,
  type TemplateResult,
} from "lit";
import { live } from "lit/directives/live.js";
import { droppedFiles } from "./dropped.js";
import { Guard } from "./guard.js";
import type { LocalFile, TableFile } from "./local-file.js";
import { UploaderModel } from "./model.js";
import { uploaderStyle } from "./style.js";
import { checkView } from "./views/check.js";
import { convertView } from "./views/convert.js";
import { type FilesState, filesView } from "./views/files.js";
import { sendView } from "./views/send.js";
import { targetView } from "./views/target.js";

/**
 * The element.
 *
 * Files are read in the page, and what is sent goes to the Hub alone, in one commit at the end. Attributes: `endpoint`, and
 * `preview-page`, the address of a page that shows datasets, for the link at the end. A token is a property and never an
 * attribute: attributes are for everyone to read; without one the element asks for it. It fires `uploaded` with the
 * result of the commit.
 */
export class DatasetUploader extends LitElement {
  static override readonly styles: CSSResultGroup = uploaderStyle;
  static override readonly properties: PropertyDeclarations = {
    endpoint: {},
    previewPage: { attribute: "preview-page" },
    token: { attribute: false },
  };

  /** The Hub's address; `https://huggingface.co` if absent. */
  declare endpoint: string | undefined;
  /** The address of a page that shows a dataset by `?repo=&rev=`. */
  declare previewPage: string | undefined;
  /** An access token, kept in memory and sent to the endpoint only. */
  declare token: string | undefined;

  readonly #model = new UploaderModel(() => this.#onModel());
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
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("online", this.#onOnline);
    this.#guard.set(false);
    this.#model.close();
  }

  protected override updated(changed: PropertyValues): void {
    if (!changed.has("endpoint") && !changed.has("token")) return;
    void this.#model.setAccess({ endpoint: this.endpoint ?? "", token: this.token });
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

  /** Where a token is given, unless the page gave one. */
  #signIn(): TemplateResult | typeof nothing {
    if (this.#model.identity) {
      return html`<div class="bar"><button @click=${() => this.#setToken(undefined)}>Use another token</button></div>`;
    }
    const submit = (event: SubmitEvent) => {
      event.preventDefault();
      const form = event.target as HTMLFormElement;
      const token = String(new FormData(form).get("token")).trim();
      form.reset();
      if (token !== "") this.#setToken(token);
    };
    return html`
      <form class="bar" @submit=${submit}>
        <label class="wide">Access token <input name="token" type="password" autocomplete="off" placeholder="hf_…"></label>
        <button type="submit">Use it</button>
      </form>
    `;
  }

  #setToken(token: string | undefined): void {
    this.token = token;
    // The same token again is tried again.
    if (token !== undefined) void this.#model.setAccess({ endpoint: this.endpoint ?? "", token });
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
