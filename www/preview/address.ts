/** What was typed into the page's field, as the view that it means. Pure. */
import type { ViewState } from "hubframe/preview";

/** `user/name`, `user/name@revision`, an `hf://` path, or the address of a page of the Hub about a dataset. */
export function fromTyped(typed: string): ViewState {
  const text = typed.trim();
  const page = /^https?:\/\/[^/]+\/datasets\/([^/?#]+\/[^/?#]+)\/?([^?#]*)/.exec(text);
  if (page)
    return fromPage(page[1] ?? "", (page[2] ?? "").split("/").filter(Boolean).map(decodeURIComponent));
  const [, name = "", rest = ""] = /^(?:hf:\/\/)?(?:datasets\/)?([^/@]+\/[^/@]+)(.*)$/.exec(text) ?? [];
  const [, revision, path = ""] = /^(?:@((?:refs\/(?:convert|pr)\/)?[^/]+))?\/*(.*)$/.exec(rest) ?? [];
  if (path !== "")
    return { repo: "", path: `hf://datasets/${name}${revision ? `@${revision}` : ""}/${path}` };
  return { repo: name || text, ...(revision && { revision: decodeURIComponent(revision) }) };
}

/** What follows the repo in the address of a page: `tree/main/data`, `viewer/config/split`. */
function fromPage(repo: string, [kind, ...rest]: string[]): ViewState {
  const [first, second] = rest;
  if (kind === "viewer" || kind === "embed") {
    return { repo, ...(first && { config: first }), ...(second && { split: second }) };
  }
  if (!first || !["tree", "blob", "resolve", "raw"].includes(kind ?? "")) return { repo };
  const special = first === "refs" ? rest.slice(0, 3) : [first];
  const path = rest.slice(special.length).join("/");
  const revision = special.join("/");
  if (path === "") return { repo, revision };
  return { repo: "", path: `hf://datasets/${repo}@${encodeURIComponent(revision)}/${path}` };
}
