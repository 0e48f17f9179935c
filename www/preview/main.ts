/** The preview page: the element, a form that names a dataset, and the state of both in the address. */
import { signedIn } from "hubframe/auth";
import { type DatasetPreview, fromQuery, toQuery, type ViewState } from "hubframe/preview";
import "hubframe/sign-in";

const preview = document.querySelector("hf-dataset-preview") as DatasetPreview;
/** What an address does not say is not so. */
const NOTHING: Record<Exclude<keyof ViewState, "repo">, undefined> = {
  revision: undefined,
  config: undefined,
  split: undefined,
  row: undefined,
  column: undefined,
  filter: undefined,
  search: undefined,
  searchIn: undefined,
  sort: undefined,
};
const form = document.querySelector("form") as HTMLFormElement;
const signIn = document.querySelector("hf-sign-in") as HTMLElement;

// Whoever comes back from the Hub's sign-in has another address until this is done. What goes wrong the element says.
await signedIn().catch(() => {});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const data = new FormData(form);
  const endpoint = String(data.get("endpoint")).trim();
  go({ repo: repoOf(String(data.get("repo"))) }, endpoint);
});
preview.addEventListener("view-change", (event) => {
  const state = (event as CustomEvent<ViewState>).detail;
  const before = shown();
  const isOther = (["config", "split", "filter", "search", "searchIn", "sort"] as const).some(
    (key) => state[key] !== before[key],
  );
  history[isOther ? "pushState" : "replaceState"](null, "", `?${toQuery(state, location.search)}`);
});
window.addEventListener("popstate", show);
show();

function go(state: ViewState, endpoint: string): void {
  const others = new URLSearchParams(endpoint ? { endpoint } : {});
  history.pushState(null, "", `?${toQuery(state, others.toString())}`);
  show();
}

/** Hands the address's state to the element. */
function show(): void {
  const { repo, ...state } = shown();
  const endpoint = new URLSearchParams(location.search).get("endpoint") ?? "";
  Object.assign(preview, {
    ...NOTHING,
    ...state,
    repo,
    endpoint: endpoint || undefined,
  });
  const input = (name: string) => form.elements.namedItem(name) as HTMLInputElement;
  input("repo").value = repo;
  input("endpoint").value = endpoint;
  signIn.setAttribute("endpoint", endpoint);
  preview.hidden = repo === "";
  document.title = repo ? `${repo} · hubframe` : "Dataset preview · hubframe";
}

function shown(): ViewState {
  return fromQuery(location.search);
}

/** The repo of what was typed: `user/name`, an `hf://` path or the dataset's page. */
function repoOf(text: string): string {
  return text
    .trim()
    .replace(/^(hf:\/\/|https?:\/\/[^/]+\/)?(datasets\/)?/, "")
    .split(/[/@]/)
    .slice(0, 2)
    .join("/");
}
