/** `<hf-sign-in>`: who is signed in, and the ways to sign in and out. */
import {
  type CSSResultGroup,
  css,
  html,
  LitElement,
  nothing,
  type PropertyDeclarations,
  type TemplateResult,
} from "lit";
import { isHubframeError } from "../errors.js";
import { signedIn, signIn, signInProblem, spaceVariable } from "./oauth.js";
import {
  DEFAULT_ENDPOINT,
  hubAddress,
  type Session,
  type SessionChange,
  sessionAt,
  signOut,
  watchSessions,
} from "./sessions.js";
import { signInWithToken, tokenPage } from "./token.js";

/** What `session-change` tells: who is signed in now, if anybody. */
export type SessionChangeEvent = CustomEvent<SessionChange>;

/**
 * The element. Attributes: `endpoint`, `client-id`, `scopes` (parted by spaces). Without a client id, of an attribute or
 * of a Space, the way in is a token, which the page keeps in memory.
 *
 * It finishes the sign-in that the user comes back from, and fires `session-change`.
 */
export class SignIn extends LitElement {
  static override readonly styles: CSSResultGroup = css`
    :host {
      display: flex;
      flex-wrap: wrap;
      gap: 0.4rem 0.6rem;
      align-items: center;
    }
    :host([hidden]) {
      display: none;
    }
    form {
      display: grid;
      gap: 0.5rem;
      max-width: 26rem;
      padding: 0.7rem;
      border: 1px solid var(--hf-line, GrayText);
      border-radius: 8px;
      background: var(--hf-raised, Canvas);
      color: var(--hf-text, CanvasText);
    }
    label {
      display: grid;
    }
    .line {
      display: flex;
      gap: 0.4rem;
    }
    input {
      flex: 1;
      min-width: 0;
    }
    input,
    button {
      padding: 0.2rem 0.5rem;
      border: 1px solid var(--hf-line, GrayText);
      border-radius: 6px;
      background: var(--hf-page, Canvas);
      color: inherit;
      font: inherit;
    }
    a {
      color: var(--hf-accent, LinkText);
    }
    summary {
      cursor: pointer;
    }
    small {
      color: var(--hf-faint, inherit);
    }
    p {
      margin: 0;
      color: var(--hf-wrong, inherit);
      overflow-wrap: anywhere;
    }
    :focus-visible {
      outline: 2px solid var(--hf-accent, Highlight);
      outline-offset: 1px;
    }
  `;
  static override readonly properties: PropertyDeclarations = {
    endpoint: {},
    clientId: { attribute: "client-id" },
    scopes: {},
  };

  /** The Hub's address; `https://huggingface.co` if absent. */
  declare endpoint: string | undefined;
  /** The id of an OAuth app. */
  declare clientId: string | undefined;
  /** What is asked for, parted by spaces. */
  declare scopes: string | undefined;

  #problem: unknown;
  #isBusy = false;
  #unwatch: (() => void) | undefined;

  /** Who is signed in. */
  get session(): Session | undefined {
    return sessionAt(this.#hub);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#unwatch = watchSessions((change) => {
      if (change.endpoint !== hubAddress(this.#hub)) return;
      this.#problem = change.isExpired ? "Your sign-in has ended. Sign in again to go on." : undefined;
      this.requestUpdate();
      this.dispatchEvent(new CustomEvent("session-change", { detail: change }));
    });
    void this.#run(() => signedIn({ endpoint: this.#hub }));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unwatch?.();
  }

  protected override render(): TemplateResult {
    const { session } = this;
    const problem = this.#problem ?? (session ? undefined : signInProblem());
    return html`
      ${session ? this.#who(session) : this.#ways()}
      ${problem === undefined ? nothing : html`<p role="alert">${sentence(problem)}</p>`}
    `;
  }

  #who({ name, endpoint }: Session): TemplateResult {
    return html`
      <span>Signed in as <strong>${name}</strong></span>
      <button @click=${() => signOut({ endpoint })}>Sign out</button>
    `;
  }

  #ways(): TemplateResult {
    const isApp = Boolean(this.clientId || spaceVariable("OAUTH_CLIENT_ID"));
    const token = html`
      <details part="token">
        <summary>${isApp ? "or use a token" : "Sign in with a token"}</summary>
        ${this.#tokenForm()}
      </details>
    `;
    if (!isApp) return token;
    // The Hub cannot be shown in a frame, so neither can its sign-in.
    const isFramed = globalThis.top !== globalThis.self;
    return html`
      ${
        isFramed
          ? html`<a href=${location.href} target="_blank">Open in a tab to sign in</a>`
          : html`<button ?disabled=${this.#isBusy} @click=${this.#signIn}>Sign in with Hugging Face</button>`
      }
      ${token}
    `;
  }

  #tokenForm(): TemplateResult {
    return html`
      <form @submit=${this.#useToken}>
        <label>
          Access token
          <span class="line">
            <input name="token" type="password" required autocomplete="off" placeholder="hf_…">
            <button type="submit" ?disabled=${this.#isBusy}>Sign in</button>
          </span>
        </label>
        <small>
          <a href=${tokenPage(this.#hub, this.#scopes ?? [])} target="_blank" rel="noreferrer">Make a token</a>.
          It is kept in this page's memory, sent to ${new URL(this.#hub).host} alone, and forgotten on reload.
        </small>
      </form>
    `;
  }

  readonly #signIn = (): void => {
    const { clientId } = this;
    const scopes = this.#scopes;
    void this.#run(() =>
      signIn({ endpoint: this.#hub, ...(clientId && { clientId }), ...(scopes && { scopes }) }),
    );
  };

  readonly #useToken = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const token = String(new FormData(form).get("token"));
    void this.#run(async () => {
      await signInWithToken(token, { endpoint: this.#hub });
      form.reset();
    });
  };

  async #run(work: () => Promise<unknown>): Promise<void> {
    this.#isBusy = true;
    this.#problem = undefined;
    this.requestUpdate();
    try {
      await work();
    } catch (error) {
      this.#problem = error;
    }
    this.#isBusy = false;
    this.requestUpdate();
  }

  get #hub(): string {
    return this.endpoint || DEFAULT_ENDPOINT;
  }

  get #scopes(): string[] | undefined {
    return this.scopes?.split(/\s+/).filter(Boolean);
  }
}

function sentence(problem: unknown): string {
  return isHubframeError(problem) ? problem.message : String(problem);
}

if (!customElements.get("hf-sign-in")) customElements.define("hf-sign-in", SignIn);
