/** Signing in with an access token that the user pasted: the way in where there is no OAuth app. */
import { failure } from "../errors.js";
import { DEFAULT_ENDPOINT, hubAddress, keep, type Session } from "./sessions.js";

/**
 * Asks the Hub whose token it is, and keeps it as the session. Cost: one request, of which the Hub allows few.
 *
 * Rejects with `invalid` for a text that is no token, `unauthorized` when the Hub does not know it, and `network`.
 */
export async function signInWithToken(
  token: string,
  { endpoint = DEFAULT_ENDPOINT }: { readonly endpoint?: string } = {},
): Promise<Session> {
  const hubUrl = hubAddress(endpoint);
  const accessToken = token.trim();
  if (!/^hf_\w+$/.test(accessToken)) {
    throw failure("invalid", "sign in", 'This is not an access token of the Hub: those begin with "hf_".');
  }
  const session = await sessionOf(accessToken, hubUrl);
  keep(session);
  return session;
}

/** The page of the Hub on which a token is made, with the kind of token filled in that the scopes ask for. */
export function tokenPage(endpoint: string, scopes: readonly string[]): string {
  const isWriting = scopes.some((scope) => /^(contribute|write|manage)-/.test(scope));
  return `${hubAddress(endpoint)}/settings/tokens/new?tokenType=${isWriting ? "write" : "read"}`;
}

async function sessionOf(token: string, endpoint: string): Promise<Session> {
  const { whoAmI, HubApiError } = await import("@huggingface/hub");
  try {
    const { name, auth, ...who } = await whoAmI({ accessToken: token, hubUrl: endpoint });
    const role = auth.accessToken?.role;
    return {
      endpoint,
      token,
      name,
      orgs: "orgs" in who ? who.orgs.map((org) => org.name) : [],
      ...(role !== undefined && { role }),
      ...(auth.expiresAt && { expiresAt: new Date(auth.expiresAt) }),
    };
  } catch (cause) {
    if (!(cause instanceof HubApiError)) {
      throw failure("network", "sign in", `${endpoint} did not answer. Try again.`, { cause });
    }
    if (cause.statusCode === 401) {
      throw failure("unauthorized", "sign in", `${endpoint} does not know this token.`, { cause });
    }
    const code = cause.statusCode === 429 ? "rate_limited" : "server";
    throw failure(code, "sign in", `${endpoint} answered ${cause.statusCode}. Try again later.`, { cause });
  }
}
