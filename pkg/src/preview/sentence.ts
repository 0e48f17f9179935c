/** An error as a sentence for a person, and the ways out of it. Pure. */
import { type HubframeError, isHubframeError } from "../errors.js";
import { READ_WHOLE } from "./whole-files.js";

/** What a person can do here. */
export type WayOut = "read-whole" | "other-columns" | "sign-in" | "ask-access" | "default-view" | "retry";

/** What to tell, and what may help. */
export interface Advice {
  readonly message: string;
  readonly ways: readonly WayOut[];
}

/** What the Hub was asked, and as whom. */
export interface Asked {
  readonly endpoint: string;
  readonly repo: string;
  readonly revision?: string | undefined;
  /** The name of who is signed in; empty for a token whose owner is not known. */
  readonly user?: string | undefined;
  /** The host that the last request without an answer went to. */
  readonly silentHost?: string | undefined;
  /** Whether the browser knows that it has no network. */
  readonly isOffline?: boolean | undefined;
}

/** The sentence that fits an error. */
export function adviceOf(error: unknown, asked: Asked): Advice {
  if (!isHubframeError(error)) return { message: `The preview failed: ${String(error)}`, ways: ["retry"] };
  const { repo, user } = asked;
  switch (error.code) {
    case "not_found":
      return notFound(error, asked);
    case "unauthorized":
      return {
        message: "The Hub does not know this token any more. Sign in again to go on.",
        ways: ["sign-in", "retry"],
      };
    case "gated": {
      const who =
        user === undefined ? "Sign in, and ask its owner" : `Ask its owner for ${user || "yourself"}`;
      return {
        message: `${repo} is gated: who reads it must agree to its conditions first. ${who}.`,
        ways: ["ask-access", "sign-in", "retry"],
      };
    }
    case "forbidden":
      return { message: sentenceOf(error), ways: ["ask-access", "sign-in", "retry"] };
    case "rate_limited":
      return {
        message:
          "The Hub has had too many requests from here for now. It counts them anew every five minutes.",
        ways: ["retry"],
      };
    case "network":
      return { message: asked.isOffline ? OFFLINE : unreachable(error, asked), ways: ["retry"] };
    case "limit":
      return { message: sentenceOf(error), ways: error.operation === READ_WHOLE ? ["read-whole"] : [] };
    case "aborted":
    case "changed":
      return { message: sentenceOf(error), ways: ["retry"] };
    default:
      if (error.operation === FIT_COLUMNS) return { message: sentenceOf(error), ways: ["other-columns"] };
      return { message: sentenceOf(error), ways: error.retryable ? ["retry"] : [] };
  }
}

/** The operation of the error of files whose columns are of types that do not go together. */
const FIT_COLUMNS = "fit columns";

const OFFLINE = "This machine is offline. What was read stays; the rest comes when the network is back.";

function unreachable(error: HubframeError, { silentHost }: Asked): string {
  return [sentenceOf(error), silentHost ? `The request went to ${silentHost}, or on from there.` : ""]
    .filter(Boolean)
    .join(" ");
}

function notFound(error: HubframeError, { endpoint, repo, revision, user }: Asked): Advice {
  switch (error.context.hub_code) {
    case "RepoNotFound": {
      const host = new URL(endpoint).host;
      const hidden = user
        ? `or ${user} may not see it. A fine-grained token or an app sees what it was granted`
        : "or it is private: sign in to see it";
      return { message: `There is no dataset ${repo} at ${host}, ${hidden}.`, ways: ["sign-in", "retry"] };
    }
    case "RevisionNotFound":
      return {
        message: `${repo} has no branch, tag or commit "${revision ?? "main"}".`,
        ways: ["default-view", "retry"],
      };
    default:
      return { message: sentenceOf(error), ways: ["default-view", "retry"] };
  }
}

/** The error's own words, with its file where they do not name it. */
function sentenceOf({ message, context: { file, line, hint } }: HubframeError): string {
  const place = [file && !message.includes(file) ? file : "", line ? `line ${line}` : ""].filter(Boolean);
  return [message, hint, place.length > 0 ? `(${place.join(", ")})` : ""].filter(Boolean).join(" ");
}
