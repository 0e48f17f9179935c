/** An error as a sentence for a person, and the way out. */
import { isHubframeError } from "../errors.js";

/** What to tell, and what may help. */
export interface Advice {
  readonly message: string;
  /** What the person can do here. */
  readonly action: "sign-in" | "ask-access" | "retry" | "none";
}

/** The sentence that fits an error. */
export function adviceOf(error: unknown): Advice {
  if (!isHubframeError(error)) return { message: `The preview failed: ${String(error)}`, action: "retry" };
  const { file, hint } = error.context;
  const message = [error.message, hint, file && !error.message.includes(file) ? `(${file})` : ""]
    .filter(Boolean)
    .join(" ");
  switch (error.code) {
    case "unauthorized":
    case "not_found":
      return { message, action: "sign-in" };
    case "gated":
    case "forbidden":
      return { message, action: "ask-access" };
    case "aborted":
      return { message, action: "retry" };
    default:
      return { message, action: error.retryable ? "retry" : "none" };
  }
}
