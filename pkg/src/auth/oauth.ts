/**
 * Signing in on the Hub's own page: OAuth with PKCE, as Hub docs "Sign in with HF" (oauth.md) have it.
 *
 * The page leaves for the Hub and is loaded anew when the user comes back, so three things are kept meanwhile, in the
 * storage of this tab: two random texts that prove that the answer belongs to the question, and the address to go on at.
 * None of them is worth anything once the answer is here.
 */
import { failure, isHubframeError } from "../errors.js";
import { DEFAULT_ENDPOINT, hubAddress, keep, type Session, sessionAt } from "./sessions.js";

/** Options of {@link signIn}; all of them may be left out in a Space with `hf_oauth: true`. */
export interface SignInOptions {
  /**
   * The id of an OAuth app: one registered in the settings of an account, or the address of a client id metadata
   * document.
   *
   * @default the app of the static Space that the page is in
   */
  readonly clientId?: string;
  /**
   * What the page asks to be allowed. Ask for little: `contribute-repos` creates repos and writes to those alone,
   * `read-repos` and `gated-repos` read. `openid` and `profile`, which tell who the user is, are always asked for.
   *
   * @default those of the Space
   */
  readonly scopes?: readonly string[];
  /**
   * The Hub's address.
   *
   * @default "https://huggingface.co"
   */
  readonly endpoint?: string;
  /**
   * Where the Hub sends the user back to; one of those that the app is registered with.
   *
   * @default the page's address without its query
   */
  readonly redirectUrl?: string;
}

/** What is kept in the tab while the user is away. */
interface Pending {
  readonly endpoint: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly returnTo: string;
}

const STORAGE_KEY = "hubframe:sign-in";

/** The sign-in that the user has just come back from, while it is carried out, and after it failed. */
let returning: Promise<void> | undefined;
let problem: unknown;

/**
 * Leaves the page for the Hub's sign-in. When the user comes back, {@link signedIn} finds who it is.
 *
 * What the page holds in memory is lost, and its address is restored. Within a frame of another site this cannot work,
 * since the Hub does not let itself be framed: open the page in a tab of its own. Cost: one request.
 *
 * Rejects with `invalid` without a client id, and `network` when the Hub does not answer.
 */
export async function signIn(options: SignInOptions = {}): Promise<void> {
  const { clientId = spaceVariable("OAUTH_CLIENT_ID"), endpoint = DEFAULT_ENDPOINT } = options;
  if (!clientId) {
    throw failure(
      "invalid",
      "sign in",
      "There is no OAuth app to sign in with. Name its client id, or use an access token.",
    );
  }
  const hubUrl = hubAddress(endpoint);
  const secrets: { nonce?: string; codeVerifier?: string } = {};
  const { oauthLoginUrl } = await import("@huggingface/hub");
  const address = await asked(hubUrl, () =>
    oauthLoginUrl({
      clientId,
      hubUrl,
      scopes: scopeText(options.scopes),
      redirectUrl: options.redirectUrl ?? location.origin + location.pathname,
      localStorage: secrets,
    }),
  );
  const { nonce = "", codeVerifier = "" } = secrets;
  const pending: Pending = { endpoint: hubUrl, nonce, codeVerifier, returnTo: location.href };
  sessionStorage.setItem(STORAGE_KEY, JSON.stringify(pending));
  location.assign(address);
}

/**
 * Who is signed in. When the page's address says that the user has just come back from the Hub, this finishes the
 * sign-in and restores the address that the page had before: call it before the page reads its address.
 *
 * Cost: nothing, or three requests after a sign-in. Rejects with `unauthorized` when the user or the Hub said no.
 */
export async function signedIn(options: { readonly endpoint?: string } = {}): Promise<Session | undefined> {
  const pending = takePending();
  if (pending) returning = finish(pending, location.href).finally(() => (returning = undefined));
  if (pending) history.replaceState(history.state, "", pending.returnTo);
  await returning;
  return sessionAt(options.endpoint);
}

/** Why the last sign-in came to nothing. */
export function signInProblem(): unknown {
  return problem;
}

/** The client id of the static Space that the page is in, or another of the variables that the Hub sets there. */
export function spaceVariable(name: string): string | undefined {
  const { huggingface } = globalThis as { huggingface?: { variables?: Record<string, string> } };
  return huggingface?.variables?.[name];
}

async function finish(pending: Pending, redirectedUrl: string): Promise<void> {
  const { endpoint, nonce, codeVerifier } = pending;
  try {
    const { oauthHandleRedirect } = await import("@huggingface/hub");
    const result = await asked(endpoint, () =>
      oauthHandleRedirect({ hubUrl: endpoint, redirectedUrl, nonce, codeVerifier }),
    );
    problem = undefined;
    keep({
      endpoint,
      token: result.accessToken,
      name: result.userInfo.preferred_username,
      orgs: (result.userInfo.orgs ?? []).map((org) => org.preferred_username),
      scopes: result.scope.split(" "),
      expiresAt: result.accessTokenExpiresAt,
    });
  } catch (error) {
    problem = error;
    throw error;
  }
}

/** The sign-in that this page's address is the answer to. It is taken once, so a reload does not ask again. */
function takePending(): Pending | undefined {
  if (typeof location === "undefined") return undefined;
  const query = new URLSearchParams(location.search);
  const state = query.get("state");
  if (state === null || !(query.has("code") || query.has("error"))) return undefined;
  const pending = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? "null") as Pending | null;
  // An answer that nobody here asked for may be somebody's attempt to sign the user in as another.
  if (!pending || !state.includes(pending.nonce)) return undefined;
  sessionStorage.removeItem(STORAGE_KEY);
  return pending;
}

function scopeText(asked: readonly string[] | undefined): string {
  const scopes = asked ?? spaceVariable("OAUTH_SCOPES")?.split(" ") ?? [];
  return [...new Set(["openid", "profile", ...scopes])].join(" ");
}

/** Calls the library, whose errors become ours. */
async function asked<T>(endpoint: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (isHubframeError(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    if (error instanceof TypeError) {
      throw failure("network", "sign in", `${endpoint} did not answer. Try again.`, { cause: error });
    }
    throw failure("unauthorized", "sign in", `The sign-in failed: ${reason}. Try again.`, { cause: error });
  }
}
