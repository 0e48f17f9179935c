/** Step 1: who uploads, and where to. */
import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { Target } from "../choices.js";
import type { UploaderModel } from "../model.js";
import { repoNameProblem } from "../names.js";
import { sentenceOf } from "../sentence.js";

/** The licenses that are offered; the Hub knows more, and a card can name any. */
const LICENSES = [
  "apache-2.0",
  "mit",
  "cc0-1.0",
  "cc-by-4.0",
  "cc-by-sa-4.0",
  "cc-by-nc-4.0",
  "odc-by",
  "other",
];

/** Sign-in, owner, name, visibility, license. */
export function targetView(model: UploaderModel, signIn: TemplateResult | typeof nothing): TemplateResult {
  const { accessError } = model;
  return html`
    <div class="bar">${signIn}</div>
    ${accessError === undefined ? nothing : html`<p class="wrong" role="alert">${sentenceOf(accessError)}</p>`}
    ${repoFields(model)}
  `;
}

function repoFields(model: UploaderModel): TemplateResult {
  const { identity, target, dataset, repoState } = model;
  const owners = identity ? [identity.name, ...identity.organizations.map(({ name }) => name)] : [];
  const problem = target.name === "" ? undefined : repoNameProblem(target.name);
  const set = (change: Partial<Target>) => model.setTarget(change);
  return html`
    <div class="fields">
      <label>
        Owner
        <select ?disabled=${!identity} @change=${(event: Event) => set({ owner: textOf(event) })}>
          ${owners.map((name) => html`<option value=${name} .selected=${live(name === target.owner)}>${name}</option>`)}
        </select>
      </label>
      <label class="wide">
        Dataset name
        <input
          name="dataset"
          autocomplete="off"
          spellcheck="false"
          aria-describedby="repo-state"
          aria-invalid=${problem !== undefined}
          .value=${live(target.name)}
          @input=${(event: Event) => set({ name: textOf(event).trim() })}
        >
      </label>
      ${
        repoState === "exists"
          ? modeField(target, set)
          : html`
            <label>
              Visibility
              <select @change=${(event: Event) => set({ isPrivate: textOf(event) === "private" })}>
                <option value="public" .selected=${live(!target.isPrivate)}>Public</option>
                <option value="private" .selected=${live(target.isPrivate)}>Private</option>
              </select>
            </label>
          `
      }
      <label>
        License
        <select @change=${(event: Event) => set({ license: textOf(event) })}>
          <option value="">${dataset ? "As it is" : "None yet"}</option>
          ${LICENSES.map((name) => html`<option value=${name} .selected=${live(name === target.license)}>${name}</option>`)}
        </select>
      </label>
    </div>
    <p id="repo-state" role="status" class=${problem ? "wrong" : "faint"}>${problem ?? stateText(model)}</p>
  `;
}

/** What becomes of splits that are there. */
function modeField({ mode }: Target, set: (change: Partial<Target>) => void): TemplateResult {
  const modes = {
    error: "Stay; refuse the same",
    overwrite: "Be replaced",
    append: "Get more rows",
  } as const;
  return html`
    <label>
      Splits that are there
      <select @change=${(event: Event) => set({ mode: textOf(event) as Target["mode"] })}>
        ${Object.entries(modes).map(([value, text]) => html`<option value=${value} .selected=${live(value === mode)}>${text}</option>`)}
      </select>
    </label>
  `;
}

function stateText({ repo, repoState, dataset, target, job }: UploaderModel): string {
  switch (repoState) {
    case "looking":
      return `Looking for ${repo} …`;
    case "new":
      return job?.state === "done" ? `${repo} was made.` : `${repo} is free: it will be made.`;
    case "hidden":
      return `${repo} cannot be seen with this token. Choose another name, or sign in with the right to it.`;
    case "exists": {
      const splits = dataset?.configs.map(
        ({ name, splits }) => `${name} (${splits.map(({ name }) => name).join(", ")})`,
      );
      const holds = splits?.length ? ` It holds ${splits.join("; ")}.` : " It holds no data yet.";
      return `${repo} exists, with ${dataset?.files.length ?? 0} data files.${holds}`;
    }
    default:
      return target.name === "" ? "An existing name adds to that dataset." : "";
  }
}

/** The value of the field that an event is of. */
export function textOf(event: Event): string {
  return (event.target as HTMLInputElement | HTMLSelectElement).value;
}
