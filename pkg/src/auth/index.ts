/**
 * Signing in to the Hub from a page: `hubframe/auth`.
 *
 * @packageDocumentation
 */

export { type SignInOptions, signedIn, signIn } from "./oauth.js";
export { type Session, type SessionChange, signOut, watchSessions } from "./sessions.js";
export { signInWithToken } from "./token.js";
