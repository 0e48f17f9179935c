/**
 * Who is signed in, at which Hub: in this page's memory and nowhere else, so a reload forgets it.
 *
 * It must not know how anybody signs in: a page that never does so loads this file and no more.
 */
import { failure } from "../errors.js";

/** The Hub that is meant when none is named. */
export const DEFAULT_ENDPOINT = "https://huggingface.co";

/** The longest time that a timer can be set to, in milliseconds. */
const MAX_TIMEOUT = 2 ** 31 - 1;

/** Somebody who is signed in. */
export interface Session {
  /** The Hub that knows the token. It is to be sent there and nowhere else: `new Hub({ endpoint, token })`. */
  readonly endpoint: string;
  /** The access token. Keep it in memory: never in an address, a log or storage. */
  readonly token: string;
  /** The name of the user, as it stands in the names of repos. */
  readonly name: string;
  /** Names of the organisations that the user granted, or is a member of. */
  readonly orgs: readonly string[];
  /** What was granted by OAuth, such as `contribute-repos`; absent for a pasted token. */
  readonly scopes?: readonly string[];
  /** What a pasted token may do: `read`, `write` or `fineGrained`; absent for OAuth. */
  readonly role?: string;
  /** When the token ends, if it does. */
  readonly expiresAt?: Date;
}

/** What has become of the session at one Hub. */
export interface SessionChange {
  readonly endpoint: string;
  /** Absent when nobody is signed in any more. */
  readonly session?: Session;
  /** Whether the session ended because its time was over. */
  readonly isExpired: boolean;
}

type Listener = (change: SessionChange) => void;

interface Held {
  readonly session: Session;
  readonly timer: ReturnType<typeof setTimeout> | undefined;
}

const sessions = new Map<string, Held>();
const listeners = new Set<Listener>();

/** The session at a Hub, if there is one and its time is not over. No I/O. */
export function sessionAt(endpoint: string = DEFAULT_ENDPOINT): Session | undefined {
  const session = sessions.get(hubAddress(endpoint))?.session;
  return session && !isOver(session) ? session : undefined;
}

/**
 * Tells of every sign-in, sign-out and end of a session in this page, at any Hub.
 *
 * @returns what ends that.
 */
export function watchSessions(listener: (change: SessionChange) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Forgets a session. The token itself stays valid until its time is over or its owner ends it on the Hub. */
export function signOut({ endpoint = DEFAULT_ENDPOINT }: { readonly endpoint?: string } = {}): void {
  end(hubAddress(endpoint), false);
}

/** Keeps a session in place of the one before. */
export function keep(session: Session): void {
  hold(session);
  tell({ endpoint: session.endpoint, session, isExpired: false });
}

/** The address of a Hub without a slash at the end: the name that its session is kept under. */
export function hubAddress(endpoint: string): string {
  if (!URL.canParse(endpoint) || !/^https?:/.test(endpoint)) {
    throw failure("invalid", "sign in", `${JSON.stringify(endpoint)} is not the address of a Hub.`);
  }
  return endpoint.replace(/\/+$/, "");
}

/** Holds a session until its time is over, which may be longer than a timer can wait. */
function hold(session: Session): void {
  const { endpoint, expiresAt } = session;
  clearTimeout(sessions.get(endpoint)?.timer);
  const left = expiresAt && Math.min(expiresAt.getTime() - Date.now(), MAX_TIMEOUT);
  const check = () => (isOver(session) ? end(endpoint, true) : hold(session));
  sessions.set(endpoint, { session, timer: left === undefined ? undefined : setTimeout(check, left) });
}

function end(endpoint: string, isExpired: boolean): void {
  const held = sessions.get(endpoint);
  if (!held) return;
  clearTimeout(held.timer);
  sessions.delete(endpoint);
  tell({ endpoint, isExpired });
}

function tell(change: SessionChange): void {
  for (const listener of [...listeners]) listener(change);
}

function isOver({ expiresAt }: Session): boolean {
  return expiresAt !== undefined && expiresAt.getTime() <= Date.now();
}
