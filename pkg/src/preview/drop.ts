/** Files of the user: dropped on the preview, or chosen. */
import { html, type ReactiveController, type TemplateResult } from "lit";

/** What can be opened, for the dialog in which files are chosen. */
const ACCEPT = ".parquet,.csv,.tsv,.json,.jsonl,.ndjson,.arrow,.feather,.txt";

type Dropped = (files: readonly File[]) => void;

/** Takes files that are dropped on an element. */
export class FileDrop implements ReactiveController {
  readonly #host: HTMLElement;
  readonly #onFiles: Dropped;

  constructor(host: HTMLElement & { addController(controller: ReactiveController): void }, onFiles: Dropped) {
    this.#host = host;
    this.#onFiles = onFiles;
    host.addController(this);
  }

  hostConnected(): void {
    this.#host.addEventListener("dragover", this.#onDrag);
    this.#host.addEventListener("dragleave", this.#onLeave);
    this.#host.addEventListener("drop", this.#onDrop);
  }

  hostDisconnected(): void {
    this.#host.removeEventListener("dragover", this.#onDrag);
    this.#host.removeEventListener("dragleave", this.#onLeave);
    this.#host.removeEventListener("drop", this.#onDrop);
  }

  /** A page takes what is dropped only where it says so. */
  readonly #onDrag = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.#host.toggleAttribute("dropping", true);
  };

  readonly #onLeave = (): void => {
    this.#host.toggleAttribute("dropping", false);
  };

  readonly #onDrop = (event: DragEvent): void => {
    this.#onLeave();
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    this.#onFiles(files);
  };
}

/** What stands where rows will be, as long as nothing is open. */
export function filePicker(onFiles: Dropped): TemplateResult {
  const choose = (event: Event) => {
    const input = event.target as HTMLInputElement;
    const files = [...(input.files ?? [])];
    // The same file can be chosen again.
    input.value = "";
    if (files.length > 0) onFiles(files);
  };
  return html`
    <div class="start">
      <p>Drop Parquet, CSV, JSON, JSON Lines or Arrow files here. They are read in this page and sent nowhere.</p>
      <label class="choose">
        Choose files
        <input type="file" multiple accept=${ACCEPT} @change=${choose}>
      </label>
    </div>
  `;
}
