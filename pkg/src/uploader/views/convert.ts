/** Step 4: how the tables are written. The defaults need no thought. */
import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { byteText, countText } from "../../preview/cell/text.js";
import type { Settings } from "../choices.js";
import { numTableFiles } from "../contents.js";
import type { UploaderModel } from "../model.js";
import { textOf } from "./target.js";

/** What will be written, and the fold with what can be set. */
export function convertView(model: UploaderModel): TemplateResult {
  const { settings, configs } = model;
  const numFiles = numTableFiles(configs, model.fileBytes);
  const set = (change: Partial<Settings>) => model.setSettings(change);
  return html`
    <p>
      Parquet with ${settings.compression} compression, row groups of at most ${settings.rowGroupMegabytes} MB, a page index and
      content-defined chunks: what the Hub's viewer reads fast and stores once. ${
        numFiles === 0
          ? nothing
          : html`That makes about ${countText(numFiles)} ${numFiles === 1 ? "file" : "files"}, of about ${byteText(model.fileBytes)} of data at most.`
      }
    </p>
    <label class="tick">
      <input
        type="checkbox"
        .checked=${live(settings.keepsOriginals)}
        @change=${(event: Event) => set({ keepsOriginals: (event.target as HTMLInputElement).checked })}
      >
      <span>Keep the original files, too, in the folder <code>original</code></span>
    </label>
    <details>
      <summary>Advanced</summary>
      <div class="fields">
        ${select(
          "Compression",
          ["zstd", "snappy", "gzip", "lz4", "uncompressed"],
          settings.compression,
          (value) => set({ compression: value as Settings["compression"] }),
        )}
        ${number("Row group, MB", settings.rowGroupMegabytes, (value) => set({ rowGroupMegabytes: value ?? 30 }), 250)}
        ${number("File, MB of data", settings.fileMegabytes, (value) => set({ fileMegabytes: value }), 5000)}
        ${select("File names", ["parts", "shards"], settings.naming, (value) => set({ naming: value as Settings["naming"] }))}
      </div>
      <small>
        Parts are <code>train/part-00000.parquet</code>, shards <code>data/train-00000-of-00002.parquet</code>. The viewer reads no row
        group above 300 MB.
      </small>
    </details>
  `;
}

function select(
  label: string,
  values: readonly string[],
  chosen: string,
  set: (value: string) => void,
): TemplateResult {
  return html`
    <label>
      ${label}
      <select @change=${(event: Event) => set(textOf(event))}>
        ${values.map((value) => html`<option .selected=${live(value === chosen)}>${value}</option>`)}
      </select>
    </label>
  `;
}

function number(
  label: string,
  value: number | undefined,
  set: (value: number | undefined) => void,
  max: number,
): TemplateResult {
  const change = (event: Event) => {
    const input = event.target as HTMLInputElement;
    if (input.checkValidity()) set(input.value === "" ? undefined : Number(input.value));
  };
  return html`
    <label>
      ${label}
      <input type="number" min="1" max=${max} placeholder="by size" .value=${String(value ?? "")} @change=${change}>
    </label>
  `;
}
