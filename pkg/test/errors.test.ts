import { describe, expect, it } from "vitest";
import { failure, HubframeError, isHubframeError, toErrorData, toHubframeError } from "../src/errors.js";

const DATA = {
  code: "corrupt",
  message: "m",
  retryable: false,
  operation: "read",
  context: { file: "a" },
} as const;

describe("isHubframeError", () => {
  it("tells our errors from others, by code if that is wanted", () => {
    const error = new HubframeError(DATA);
    expect(isHubframeError(error)).toBe(true);
    expect(isHubframeError(error, "corrupt")).toBe(true);
    expect(isHubframeError(error, "gated")).toBe(false);
    for (const other of [new Error("x"), DATA, null, undefined, new DOMException("x", "AbortError")]) {
      expect(isHubframeError(other)).toBe(false);
    }
  });

  it("holds for an error of another copy of hubframe", () => {
    const foreign = Object.assign(new Error("m"), { ...DATA, name: "HubframeError" });
    expect(isHubframeError(foreign, "corrupt")).toBe(true);
  });
});

describe("an error as data", () => {
  it("survives being posted", () => {
    const error = failure("limit", "collect", "too much", {
      context: { maxBytes: "5" },
      cause: new Error("inner"),
    });
    const posted = structuredClone(toErrorData(error, "other"));
    expect(posted).toEqual({
      code: "limit",
      message: "too much",
      retryable: false,
      operation: "collect",
      context: { maxBytes: "5" },
      cause: "Error: inner",
    });
    expect(toHubframeError(posted, "other")).toMatchObject(posted);
  });

  it("of something that is no error of ours is a bug", () => {
    expect(toErrorData("oops", "scan")).toMatchObject({ code: "internal", operation: "scan" });
    expect(toHubframeError(new RangeError("x"), "scan").cause).toBeInstanceOf(RangeError);
  });
});
