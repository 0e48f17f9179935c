/** Step 5: what the commit will do, and doing it. */
import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { byteText, countText } from "../../preview/cell/text.js";
import { diffLines } from "../diff.js";
import type { Job } from "../job.js";
import type { UploaderModel } from "../model.js";
import { durationText, secondsLeft } from "../progress.js";
import { sentenceOf } from "../sentence.js";
import { doneView } from "./done.js";
import { textOf } from "./target.js";

/** The review, or the upload when it has begun. `previewPage` is the address of a page that shows datasets. */
export function sendView(model: UploaderModel, previewPage: string | undefined): TemplateResult {
  const { job } = model;
  if (job?.state === "done" && job.result) return doneView(model, job.result, previewPage);
  return html`${reviewView(model)} ${job ? jobView(model, job) : nothing}`;
}

function reviewView(model: UploaderModel): TemplateResult {
  const { settings, obstacle, plan, job, isPlanning, planError } = model;
  const isBusy = job?.isActive ?? false;
  return html`
    <div class="fields">
      <label class="wide">
        Commit message
        <input
          ?disabled=${isBusy}
          placeholder=${`Write ${model.configs.map(({ config }) => config).join(", ") || "the dataset"} with hubframe`}
          .value=${settings.message}
          @change=${(event: Event) => model.setSettings({ message: textOf(event) })}
        >
      </label>
      <label>
        Commit
        <select ?disabled=${isBusy} @change=${(event: Event) => model.setSettings({ createPr: textOf(event) === "pr" })}>
          <option value="main" .selected=${live(!settings.createPr)}>to main</option>
          <option value="pr" .selected=${live(settings.createPr)} ?disabled=${model.repoState !== "exists"}>as a pull request</option>
        </select>
      </label>
    </div>
    ${plan ? planView(model) : nothing}
    ${isPlanning ? html`<p role="status">Looking at the repo …</p>` : nothing}
    ${planError === undefined ? nothing : html`<p class="wrong" role="alert">${sentenceOf(planError)}</p>`}
    ${
      isBusy
        ? nothing
        : html`
          <div class="bar">
            <button ?disabled=${obstacle !== undefined || isPlanning} @click=${() => void model.review()}>Review the commit</button>
            <button class="main" ?disabled=${obstacle !== undefined || plan === undefined} @click=${() => model.send()}>
              ${job ? "Send again" : "Send"}
            </button>
            <span class="faint" role="status">${obstacle ?? (plan ? "" : "Review what will be committed, then send it.")}</span>
          </div>
        `
    }
  `;
}

function planView({ plan, repo, repoState, target }: UploaderModel): TemplateResult {
  const { files = [], deleted = [], readme, newReadme } = plan ?? {};
  return html`
    <div class="plan">
      ${repoState === "exists" ? nothing : html`<p>Makes the ${target.isPrivate ? "private" : "public"} dataset <b>${repo}</b>.</p>`}
      <p>${countText(files.length)} ${files.length === 1 ? "file" : "files"} to add${deleted.length > 0 ? `, ${countText(deleted.length)} to delete` : ""}.
        A split that needs more than one file gets the next numbers.</p>
      <ul class="paths">
        ${files.map((path) => html`<li class="added">${path}</li>`)} ${deleted.map((path) => html`<li class="removed">${path}</li>`)}
      </ul>
      ${
        newReadme === undefined
          ? html`<p>README.md stays as it is.</p>`
          : html`
            <p>README.md ${readme === undefined ? "is new" : "changes"}:</p>
            <pre class="diff" tabindex="0" aria-label="Changes of README.md">${diffLines(
              readme,
              newReadme,
            ).map(({ change, text }) => html`<span class=${change}>${SIGNS[change]}${text}\n</span>`)}</pre>
          `
      }
    </div>
  `;
}

const SIGNS = { added: "+ ", removed: "- ", same: "  ", gap: "  " } as const;

function jobView(model: UploaderModel, job: Job): TemplateResult {
  const { tally, state } = job;
  const total = model.totalRows;
  const left = state === "running" ? secondsLeft(tally, total) : undefined;
  return html`
    <div class="job" role="group" aria-label="Upload">
      ${bar("Read and convert", tally.numRows, total, `${countText(tally.numRows)} of ${countText(total)} rows${tally.rowsPerSecond > 0 ? `, ${countText(Math.round(tally.rowsPerSecond))} rows/s` : ""}`)}
      ${bar("Send", tally.sentBytes + tally.savedBytes, tally.fileBytes, `${byteText(tally.sentBytes)} sent of ${byteText(tally.fileBytes)} written so far${tally.bytesPerSecond > 0 ? `, ${byteText(tally.bytesPerSecond)}/s` : ""}`)}
      ${bar("Commit", 0, tally.isCommitting ? undefined : 1, tally.isCommitting ? "under way" : "at the end, all at once")}
      <p role="status">${stateText(job, left)}</p>
      ${tally.savedBytes > 0 ? html`<p>${byteText(tally.savedBytes)} of ${byteText(tally.fileBytes)} were already on the Hub.</p>` : nothing}
      ${job.error === undefined ? nothing : html`<p class="wrong" role="alert">${sentenceOf(job.error)}</p>`}
      <div class="bar">
        ${state === "running" ? html`<button @click=${() => job.pause()}>Pause</button>` : nothing}
        ${state === "paused" ? html`<button class="main" @click=${() => job.resume()}>Go on</button>` : nothing}
        ${job.isActive ? html`<button @click=${() => job.cancel()}>Cancel</button>` : nothing}
        ${state === "failed" || state === "cancelled" ? html`<button class="main" @click=${() => job.retry()}>Try again</button>` : nothing}
      </div>
    </div>
  `;
}

/** Without an end it only says that something goes on. */
function bar(label: string, value: number, max: number | undefined, text: string): TemplateResult {
  return html`
    <label class="progress">
      <span>${label}</span>
      ${max === undefined ? html`<progress></progress>` : html`<progress max=${Math.max(1, max)} value=${value}></progress>`}
      <span class="faint">${text}</span>
    </label>
  `;
}

function stateText({ state, error }: Job, left: number | undefined): string {
  switch (state) {
    case "running":
      return left === undefined ? "Working …" : `${durationText(left)} left`;
    case "paused":
      return "Paused: no further rows are read; what is on its way is still sent.";
    case "cancelled":
      return "Cancelled. Nothing was committed.";
    default:
      return error === undefined ? "" : "Stopped. Nothing was committed; what was stored is not sent again.";
  }
}
