/** `<hf-export-dialog>`: the rows that are shown, as a program for other tools or as a file. */
import {
  type CSSResultGroup,
  html,
  LitElement,
  nothing,
  type PropertyDeclarations,
  type TemplateResult,
} from "lit";
import { isHubframeError } from "../../errors.js";
import type { Frame } from "../../frame.js";
import { byteText, countText } from "../cell/text.js";
import { dialogStyle } from "../dialog-style.js";
import type { Meter } from "../meter.js";
import { download, estimateText, FORMATS, type Format, type Ordered, orderText } from "./download.js";
import { openSink } from "./sink.js";
import { SNIPPETS, type Snippet, snippet } from "./snippets.js";

/** What is taken elsewhere. */
export interface Exported {
  readonly frame: Frame;
  /** What the rows are called. */
  readonly title: string;
  readonly meter: Meter;
  /** The order of the rows. */
  readonly ordered?: Ordered;
}

/** The dialog. It ends what it began when it is closed. */
export class ExportDialog extends LitElement {
  static override readonly styles: CSSResultGroup = dialogStyle;
  static override readonly properties: PropertyDeclarations = { exported: { attribute: false } };

  /** The rows. */
  declare exported: Exported | undefined;

  #tool = "datasets";
  #snippet: Snippet = {};
  #format: Format = "parquet";
  #estimate = "";
  #order = { isKept: false, text: "" };
  #message = "";
  #isCopied = false;
  #work: AbortController | undefined;
  readonly #estimating = new AbortController();

  protected override firstUpdated(): void {
    this.renderRoot.querySelector("dialog")?.showModal();
    void this.#choose(this.#tool);
    void this.#learnCost();
    void this.#learnOrder();
  }

  protected override render(): TemplateResult {
    return html`
      <dialog aria-labelledby="title" @close=${this.#onClose}>
        <header>
          <h2 id="title">Use or download these rows</h2>
          <button aria-label="Close" @click=${this.#close}>✕</button>
        </header>
        ${this.#use()} ${this.#download()}
      </dialog>
    `;
  }

  #use(): TemplateResult | typeof nothing {
    if (!this.exported) return nothing;
    const { code, problem } = this.#snippet;
    return html`
      <section aria-label="Use">
        <div class="line" role="group" aria-label="Tool">
          ${SNIPPETS.map(
            ({ name }) => html`
              <button aria-pressed=${name === this.#tool} @click=${() => void this.#choose(name)}>
                ${name}
              </button>
            `,
          )}
        </div>
        ${problem === undefined ? html`<pre tabindex="0" role="region" aria-label="Program">${code}</pre>` : html`<p>${problem}</p>`}
        ${
          code === undefined
            ? nothing
            : html`<button @click=${() => void this.#copy(code)}>${this.#isCopied ? "Copied" : "Copy program"}</button>`
        }
      </section>
    `;
  }

  #download(): TemplateResult {
    const choose = (event: Event) => {
      this.#format = (event.target as HTMLSelectElement).value as Format;
      void this.#learnOrder();
    };
    const formats = Object.entries(FORMATS).map(
      ([format, name]) => html`<option value=${format}>${name}</option>`,
    );
    return html`
      <section aria-label="Download">
        <div class="line">
          <label>Format <select ?disabled=${this.#work !== undefined} @change=${choose}>${formats}</select></label>
          ${
            this.#work
              ? html`<button @click=${() => this.#work?.abort()}>Stop</button>`
              : html`<button class="main" @click=${() => void this.#start()}>Download</button>`
          }
          <small>${this.#estimate}</small>
        </div>
        ${this.#order.text === "" ? nothing : html`<small class="order">${this.#order.text}</small>`}
        ${this.#work ? html`<progress aria-label="Download"></progress>` : nothing}
        <p role="status">${this.#message}</p>
      </section>
    `;
  }

  async #choose(tool: string): Promise<void> {
    if (!this.exported) return;
    this.#set(() => (this.#tool = tool));
    const program = await snippet(tool, this.exported.frame);
    if (tool === this.#tool) this.#set(() => (this.#snippet = program));
  }

  async #learnCost(): Promise<void> {
    if (!this.exported) return;
    const text = await estimateText(this.exported.frame, this.#estimating.signal).catch(problemText);
    this.#set(() => (this.#estimate = text));
  }

  async #learnOrder(): Promise<void> {
    if (!this.exported) return;
    const format = this.#format;
    const { signal } = this.#estimating;
    const order = await orderText(this.exported.frame, format, this.exported.ordered, signal).catch(
      () => undefined,
    );
    if (order && format === this.#format) this.#set(() => (this.#order = order));
  }

  async #start(): Promise<void> {
    const { exported } = this;
    if (!exported) return;
    const { frame, title, meter } = exported;
    const sink = await openSink(`${fileName(title)}.${this.#format}`);
    if (!sink) return;
    const work = new AbortController();
    const before = meter.numBytes;
    let numRows = 0;
    const tell = (rows: number) => {
      numRows = rows;
      this.#set(
        () => (this.#message = `${countText(rows)} rows · ${byteText(meter.numBytes - before)} read`),
      );
    };
    this.#set(() => (this.#work = work));
    const ordered = this.#order.isKept ? exported.ordered : undefined;
    const options = { signal: work.signal, ordered, onRows: tell };
    const outcome = await download(frame, this.#format, sink, options).then(
      () => `Done: ${countText(numRows)} rows.`,
      (error: unknown) => (work.signal.aborted ? "Stopped. No file was saved." : problemText(error)),
    );
    this.#set(() => {
      this.#work = undefined;
      this.#message = outcome;
    });
  }

  async #copy(text: string): Promise<void> {
    await navigator.clipboard.writeText(text);
    this.#set(() => (this.#isCopied = true));
    setTimeout(() => this.#set(() => (this.#isCopied = false)), 2000);
  }

  readonly #close = (): void => this.renderRoot.querySelector("dialog")?.close();

  readonly #onClose = (): void => {
    this.#work?.abort();
    this.#estimating.abort();
    this.remove();
  };

  #set(change: () => void): void {
    change();
    this.requestUpdate();
  }
}

/** Opens the dialog above what is in `root`. */
export function showExport(root: ParentNode, exported: Exported): void {
  const dialog = new ExportDialog();
  dialog.exported = exported;
  root.append(dialog);
}

/** A name that any file system takes. */
function fileName(title: string): string {
  return title.replace(/^hf:\/\/datasets\//, "").replace(/[^\p{L}\p{N}._-]+/gu, "-") || "rows";
}

function problemText(error: unknown): string {
  return isHubframeError(error) ? error.message : String(error);
}

if (!customElements.get("hf-export-dialog")) customElements.define("hf-export-dialog", ExportDialog);
