import { expect, it } from "vitest";
import { type ErrorCode, failure } from "../../src/errors.js";
import { adviceOf } from "../../src/preview/sentence.js";

const ASKED = { endpoint: "https://hub.example", repo: "ada/notes", revision: "dev" };
const error = (code: ErrorCode, context: Record<string, string> = {}) =>
  failure(code, "read", "It went wrong.", { context });

it("tells a repo that is hidden from one that a revision of is gone", () => {
  const absent = error("not_found", { hub_code: "RepoNotFound" });
  expect(adviceOf(absent, ASKED)).toEqual({
    message: "There is no dataset ada/notes at hub.example, or it is private: sign in to see it.",
    ways: ["sign-in", "retry"],
  });
  expect(adviceOf(absent, { ...ASKED, user: "bob" }).message).toContain("or bob may not see it");
  expect(adviceOf(error("not_found", { hub_code: "RevisionNotFound" }), ASKED)).toEqual({
    message: 'ada/notes has no branch, tag or commit "dev".',
    ways: ["default-view", "retry"],
  });
});

it("has a way out of whatever a person can change, and none of what nobody can", () => {
  const ways = (code: ErrorCode) => adviceOf(error(code), ASKED).ways;
  expect(ways("unauthorized")).toContain("sign-in");
  expect(ways("gated")).toEqual(["ask-access", "sign-in", "retry"]);
  expect(ways("forbidden")).toContain("ask-access");
  for (const code of ["rate_limited", "network", "changed", "aborted"] as const)
    expect(ways(code)).toEqual(["retry"]);
  for (const code of ["corrupt", "unsupported", "internal", "limit"] as const) expect(ways(code)).toEqual([]);
  expect(adviceOf(new TypeError("x"), ASKED)).toEqual({
    message: "The preview failed: TypeError: x",
    ways: ["retry"],
  });
});

it("names the file, the line and the host that the error is about, once", () => {
  expect(adviceOf(error("corrupt", { file: "a.csv", line: "7" }), ASKED).message).toBe(
    "It went wrong. (a.csv, line 7)",
  );
  const silentHost = "cdn.example";
  expect(adviceOf(error("network"), { ...ASKED, silentHost }).message).toBe(
    "It went wrong. The request went to cdn.example, or on from there.",
  );
  expect(adviceOf(error("network"), { ...ASKED, silentHost, isOffline: true }).message).toContain("offline");
});
