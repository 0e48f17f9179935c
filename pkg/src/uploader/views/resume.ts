/** Above the steps: an upload that was begun here and not finished. */
import { html, nothing, type TemplateResult } from "lit";
import { countText } from "../../preview/cell/text.js";
import type { UploaderModel } from "../model.js";

/** What was begun, and the ways to go on or to forget it. */
export function resumeView(model: UploaderModel): TemplateResult | typeof nothing {
  const { unfinished, missing, files } = model;
  if (missing.length > 0) {
    return html`
      <div class="hint" role="status">
        <p>
          Going on with ${model.repo}: give ${countText(missing.length)} ${missing.length === 1 ? "file" : "files"} again.
          They are known by their size and content: ${missing
            .slice(0, 5)
            .map(({ path }) => path)
            .join(", ")}${missing.length > 5 ? ", …" : ""}
        </p>
        <button @click=${() => void model.forget()}>Forget it</button>
      </div>
    `;
  }
  if (!unfinished || files.length > 0) return nothing;
  const { target, startedAt } = unfinished;
  return html`
    <div class="hint" role="status">
      <p>
        An upload of ${countText(unfinished.files.length)} ${unfinished.files.length === 1 ? "file" : "files"} to
        <b>${target.owner}/${target.name}</b>, begun ${new Date(startedAt).toLocaleString()}, was not finished. Nothing of it was
        committed; what was stored is not sent again.
      </p>
      <button class="main" @click=${() => void model.goOn()}>Go on</button>
      <button @click=${() => void model.forget()}>Forget it</button>
    </div>
  `;
}
