/** The end: where the dataset is, and how to use it. */
import { html, nothing, type TemplateResult } from "lit";
import type { CommitResult } from "../../upload.js";
import type { UploaderModel } from "../model.js";

/** Links to what was made, and snippets. */
export function doneView(
  model: UploaderModel,
  result: CommitResult,
  previewPage: string | undefined,
): TemplateResult {
  const { repo, endpoint } = model;
  const { oid, commitUrl, prUrl, files } = result;
  const preview = previewPage && previewLink(previewPage, repo, oid, endpoint);
  return html`
    <div class="done" role="status">
      <p><b>Done:</b> ${files.length} ${files.length === 1 ? "file is" : "files are"} in ${repo}${prUrl ? ", as a pull request" : ""}.</p>
      <ul>
        <li><a href=${`${endpoint}/datasets/${repo}`}>The dataset</a></li>
        ${prUrl ? html`<li><a href=${prUrl}>The pull request</a></li>` : nothing}
        <li><a href=${commitUrl}>The commit ${oid.slice(0, 7)}</a></li>
        ${preview ? html`<li><a href=${preview}>Its rows, in our preview</a></li>` : nothing}
      </ul>
    </div>
    ${snippets(model, oid)}
    <div class="bar"><button @click=${() => model.reset()}>Upload more</button></div>
  `;
}

/** The preview of this commit. */
export function previewLink(page: string, repo: string, oid: string, endpoint: string): string {
  const query = new URLSearchParams({ repo, rev: oid });
  if (endpoint !== "https://huggingface.co") query.set("endpoint", endpoint);
  return `${page}?${query}`;
}

function snippets({ repo, configs, settings }: UploaderModel, oid: string): TemplateResult {
  const [first] = configs;
  const name = first?.config ?? "default";
  const config = name === "default" ? "" : `, ${JSON.stringify(name)}`;
  const revision = settings.createPr ? `, revision="${oid}"` : "";
  const at = settings.createPr ? `@${oid}` : "";
  const directory =
    settings.naming === "parts" ? (first?.files[0]?.split ?? "") : name === "default" ? "data" : "";
  const dask = [name === "default" ? "" : name, directory].filter(Boolean).join("/");
  return html`
    <pre tabindex="0" aria-label="Python">from datasets import load_dataset
ds = load_dataset("${repo}"${config}${revision})

import dask.dataframe as dd
df = dd.read_parquet("hf://datasets/${repo}${at}/${dask}")</pre>
    <pre tabindex="0" aria-label="JavaScript">import { Hub } from "hubframe";
const df = await new Hub().readParquet("hf://datasets/${repo}${at}/${dask}");</pre>
  `;
}
