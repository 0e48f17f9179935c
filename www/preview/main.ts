/** The preview page: the element, a form that names a dataset, and the state of both in the address. */
import { type DatasetPreview, fromQuery, STATE_KEYS, toQuery, type ViewState } from "hubframe/preview";

const preview = document.querySelector("hf-dataset-preview") as DatasetPreview;
const form = document.querySelector("form") as HTMLFormElement;
const signIn = document.querySelector("hf-sign-in") as HTMLElement;
const start = document.querySelector(".start") as HTMLElement;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const data = new FormData(form);
  const { fromTyped } = await import("./address.js");
  go(fromTyped(String(data.get("repo"))), String(data.get("endpoint")).trim());
});
preview.addEventListener("view-change", (event) => {
  const state = (event as CustomEvent<ViewState>).detail;
  const before = shown();
  const isOther = STATE_KEYS.some((key) => key !== "row" && key !== "column" && state[key] !== before[key]);
  history[isOther ? "pushState" : "replaceState"](null, "", `?${toQuery(state, location.search)}`);
  describe(state);
});
window.addEventListener("popstate", show);
// Whoever comes back from the Hub's sign-in has another address until that is done. What goes wrong the element says.
if (new URLSearchParams(location.search).has("state"))
  finishSignIn()
    .catch(() => {})
    .finally(show);
else show();
// Most datasets are public. Without a network there is nobody to sign in to.
import("hubframe/sign-in").catch(() => {});

/** Nothing awaits this at the top: what it imports shares chunks with this module, and waits until that has run. */
async function finishSignIn(): Promise<void> {
  const { signedIn } = await import("hubframe/auth");
  await signedIn();
}

function go(state: ViewState, endpoint: string): void {
  const others = new URLSearchParams(endpoint ? { endpoint } : {});
  history.pushState(null, "", `?${toQuery(state, others.toString())}`);
  show();
}

/** Hands the address's state to the element. */
function show(): void {
  const state = shown();
  const endpoint = new URLSearchParams(location.search).get("endpoint") ?? "";
  // What the address does not name must not stay from the view before.
  for (const key of STATE_KEYS) Object.assign(preview, { [key]: state[key] });
  Object.assign(preview, { files: undefined, endpoint: endpoint || undefined });
  (form.elements.namedItem("endpoint") as HTMLInputElement).value = endpoint;
  signIn.setAttribute("endpoint", endpoint);
  describe(state);
}

/** What is around the element says what is in it. */
function describe(state: ViewState): void {
  const name = state.path ?? state.repo;
  (form.elements.namedItem("repo") as HTMLInputElement).value = name;
  start.hidden = name !== "" || preview.files !== undefined || preview.endpoint !== undefined;
  document.title = name ? `${name} · hubframe` : "Dataset preview · hubframe";
}

function shown(): ViewState {
  return fromQuery(location.search);
}
