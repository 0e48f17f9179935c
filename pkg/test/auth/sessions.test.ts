import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as auth from "../../src/auth/index.js";
import { keep, type SessionChange, sessionAt } from "../../src/auth/sessions.js";
import { tokenPage } from "../../src/auth/token.js";

const HUB = "https://hub.example";
const session = { endpoint: HUB, token: "hf_x", name: "ada", orgs: ["lab"] };

describe("sessions", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    auth.signOut({ endpoint: HUB });
    vi.useRealTimers();
  });

  it("are kept for one Hub, whatever the slash at its end", () => {
    keep(session);
    expect(sessionAt(`${HUB}/`)).toEqual(session);
    expect(sessionAt()).toBeUndefined();
    expect(() => sessionAt("javascript:alert(1)")).toThrow(/not the address of a Hub/);
  });

  it("tell of sign-in and sign-out, once each", () => {
    const changes: SessionChange[] = [];
    const unwatch = auth.watchSessions((change) => changes.push(change));
    keep(session);
    auth.signOut({ endpoint: HUB });
    auth.signOut({ endpoint: HUB });
    unwatch();
    keep(session);
    expect(changes).toEqual([
      { endpoint: HUB, session, isExpired: false },
      { endpoint: HUB, isExpired: false },
    ]);
  });

  it("end when their time is over, and a newer one is not ended by the timer of an older", () => {
    const changes: SessionChange[] = [];
    const unwatch = auth.watchSessions((change) => changes.push(change));
    const until = (seconds: number) => new Date(Date.now() + seconds * 1000);
    keep({ ...session, expiresAt: until(10) });
    keep({ ...session, expiresAt: until(20) });
    vi.advanceTimersByTime(11_000);
    expect(sessionAt(HUB)?.name).toBe("ada");
    vi.advanceTimersByTime(10_000);
    expect(sessionAt(HUB)).toBeUndefined();
    expect(changes.at(-1)).toEqual({ endpoint: HUB, isExpired: true });
    expect(changes).toHaveLength(3);
    unwatch();
  });

  it("of thirty days and more do not end at once, as the timers of browsers would", () => {
    keep({ ...session, expiresAt: new Date(Date.now() + 40 * 86_400_000) });
    vi.advanceTimersByTime(30 * 86_400_000);
    expect(sessionAt(HUB)?.name).toBe("ada");
    vi.advanceTimersByTime(11 * 86_400_000);
    expect(sessionAt(HUB)).toBeUndefined();
  });
});

describe("signing in", () => {
  it("exports this and no more", () => {
    expect(Object.keys(auth).sort()).toEqual([
      "signIn",
      "signInWithToken",
      "signOut",
      "signedIn",
      "watchSessions",
    ]);
  });

  it("sends nothing that is no token", async () => {
    const fetch = vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("no"));
    for (const text of ["", "secret", "hf_ x", "Bearer hf_x"]) {
      await expect(auth.signInWithToken(text, { endpoint: HUB })).rejects.toMatchObject({ code: "invalid" });
    }
    expect(fetch).not.toHaveBeenCalled();
    await expect(auth.signInWithToken(" hf_x\n", { endpoint: HUB })).rejects.toMatchObject({
      code: "network",
    });
    fetch.mockRestore();
  });

  it("names the page on which a token of the right kind is made", () => {
    expect(tokenPage(`${HUB}/`, ["read-repos"])).toBe(`${HUB}/settings/tokens/new?tokenType=read`);
    expect(tokenPage(HUB, ["openid", "contribute-repos"])).toBe(`${HUB}/settings/tokens/new?tokenType=write`);
  });

  it("without an app names the other way in", async () => {
    await expect(auth.signIn()).rejects.toMatchObject({
      code: "invalid",
      message: "There is no OAuth app to sign in with. Name its client id, or use an access token.",
    });
  });
});
