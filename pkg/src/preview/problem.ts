/** What went wrong, and the ways out of it: signing in, asking the owner, trying again. */
import { html, nothing, type TemplateResult } from "lit";
import { type Asked, adviceOf, type WayOut } from "./sentence.js";

/** Where it went wrong, and what helps. */
export interface ProblemContext extends Asked {
  /** The id of the OAuth app to sign in with. */
  readonly clientId: string | undefined;
  readonly retry: () => void;
  /** Reads files that can only be read whole. */
  readonly readWhole: () => void;
  /** Shows the dataset as it is without a revision, config or split being named. */
  readonly showDefault: () => void;
  /** Shows the columns that can be read of all files. */
  readonly showOthers: () => void;
}

/** What a preview asks of the Hub on somebody's behalf. */
const SCOPES = "openid profile read-repos gated-repos";

/** An error as a person sees it. */
export function problemView(error: unknown, context: ProblemContext): TemplateResult {
  const { message, ways } = adviceOf(error, context);
  return html`
    <div class="problem" role="alert">
      <p>${message}</p>
      ${ways.map((way) => WAYS[way](context))}
    </div>
  `;
}

const WAYS: Record<WayOut, (context: ProblemContext) => TemplateResult> = {
  retry: ({ retry }) => html`<button @click=${retry}>Try again</button>`,
  "read-whole": ({ readWhole }) => html`<button @click=${readWhole}>Read it whole</button>`,
  "other-columns": ({ showOthers }) => html`<button @click=${showOthers}>Show the other columns</button>`,
  "default-view": ({ showDefault }) => html`<button @click=${showDefault}>Show the default view</button>`,
  "ask-access": ({ endpoint, repo }) => html`
    <a href=${`${endpoint}/datasets/${repo}`} target="_blank" rel="noreferrer">Ask for access on the Hub</a>
  `,
  "sign-in": ({ endpoint, clientId }) => {
    // Fetched when it is first needed: most datasets are public.
    void import("../auth/element.js");
    return html`
      <hf-sign-in endpoint=${endpoint} client-id=${clientId ?? nothing} scopes=${SCOPES}></hf-sign-in>
    `;
  },
};
