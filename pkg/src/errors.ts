/**
 * What can go wrong, in terms of what a caller can do about it.
 *
 * - `invalid`: an argument is wrong (an unknown column, a malformed path). Mend the call.
 * - `not_found`: the repo, revision or file does not exist, or is hidden from this token.
 * - `unauthorized`: the Hub does not know the token, or wants one. Sign in.
 * - `gated`: the owner's conditions must be accepted on the dataset's Hub page first.
 * - `forbidden`: the token is known and has no right to do this.
 * - `conflict`: somebody else changed the repo in between, or what would be created exists already.
 * - `rate_limited`, `server`, `network`: the Hub refused, failed or did not answer. Retried before it is reported.
 * - `range_unsupported`: a server answered a range request with something else than the range.
 * - `changed`: a file changed while it was read.
 * - `corrupt`: the bytes are not what their format promises.
 * - `unsupported`: valid, but hubframe cannot do it (a codec, an encrypted file, a type).
 * - `limit`: a bound that the caller set, or a default bound on memory, would be exceeded.
 * - `aborted`: the caller cancelled.
 * - `internal`: a bug in hubframe, or a worker that died. Please report it.
 */
export type ErrorCode =
  | "invalid"
  | "not_found"
  | "unauthorized"
  | "gated"
  | "forbidden"
  | "conflict"
  | "rate_limited"
  | "server"
  | "network"
  | "range_unsupported"
  | "changed"
  | "corrupt"
  | "unsupported"
  | "limit"
  | "aborted"
  | "internal";

/** An error as plain data: what crosses from a worker, since not every engine can clone an `Error`. */
export interface ErrorData {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly operation: string;
  readonly context: Readonly<Record<string, string>>;
  readonly cause?: string;
}

/**
 * Every error that hubframe throws or rejects with.
 *
 * `message` is one sentence that names the way out, fit to be shown to a person. Test for it with
 * {@link isHubframeError} rather than `instanceof`: that also holds when a page carries two copies of hubframe.
 *
 * @example
 * ```ts
 * try {
 *   await hub.readParquet("hf://datasets/username/my_dataset");
 * } catch (error) {
 *   if (isHubframeError(error, "gated")) showAccessForm();
 *   else throw error;
 * }
 * ```
 */
export class HubframeError extends Error {
  override readonly name = "HubframeError";
  /** What a caller can act on. */
  readonly code: ErrorCode;
  /** Whether the same call may succeed later without any change on the caller's side. */
  readonly retryable: boolean;
  /** What was being done, in a few words: `"read footer"`. */
  readonly operation: string;
  /** Facts: `file`, `offset`, `status`, `hub_code` (the Hub's `X-Error-Code`), … Never a token or a signed URL. */
  readonly context: Readonly<Record<string, string>>;

  /** @internal */
  constructor(data: Omit<ErrorData, "cause">, cause?: unknown) {
    super(data.message, cause === undefined ? undefined : { cause });
    this.code = data.code;
    this.retryable = data.retryable;
    this.operation = data.operation;
    this.context = data.context;
  }
}

/** Whether `error` comes from hubframe and, if `code` is given, whether it has that code. */
export function isHubframeError(error: unknown, code?: ErrorCode): error is HubframeError {
  if (!(error instanceof Error) || error.name !== "HubframeError") return false;
  return "code" in error && (code === undefined || error.code === code);
}

/** An error of this layer: one that no retry mends. */
export function failure(
  code: ErrorCode,
  operation: string,
  message: string,
  { context = {}, cause }: { context?: Record<string, string>; cause?: unknown } = {},
): HubframeError {
  return new HubframeError({ code, message, retryable: false, operation, context }, cause);
}

/** The error that a cancelled call rejects with. Its cause is the signal's reason. */
export function abortError(operation: string, signal?: AbortSignal): HubframeError {
  return failure("aborted", operation, "The read was cancelled.", { cause: signal?.reason });
}

/** Settles as `promise` does, or rejects as soon as `signal` fires: for what cannot itself be cancelled. */
export function unlessAborted<T>(
  promise: Promise<T>,
  operation: string,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(abortError(operation, signal));
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/** Anything thrown, as data that can be posted. What is no {@link ErrorData} yet is a bug, so it becomes `internal`. */
export function toErrorData(error: unknown, operation: string): ErrorData {
  if (isErrorData(error)) {
    const { code, message, retryable, context } = error;
    const data = { code, message, retryable, operation: error.operation, context };
    return error.cause === undefined ? data : { ...data, cause: describe(error.cause) };
  }
  return {
    code: "internal",
    message: `hubframe failed in a way it should not: ${describe(error)}. Please report it.`,
    retryable: false,
    operation,
    context: {},
  };
}

/** Anything thrown, as the error that a caller sees. */
export function toHubframeError(error: unknown, operation: string): HubframeError {
  if (isHubframeError(error)) return error;
  const data = toErrorData(error, operation);
  return new HubframeError(data, data.cause ?? (error instanceof Error ? error : undefined));
}

function isErrorData(error: unknown): error is Omit<ErrorData, "cause"> & { cause?: unknown } {
  return typeof error === "object" && error !== null && "code" in error && "operation" in error;
}

/** A thrown value in one line. */
export function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
