import { describe, expect, it } from "vitest";
import { nearestName } from "../src/columns.js";

describe("nearestName", () => {
  it.each([
    ["txt", "text"],
    ["TEXT", "text"],
    ["lable", "label"],
    ["score_", "score"],
    ["delay", "delay_minutes"],
  ])("of %s is %s", (name, nearest) => {
    const names = ["text", "label", "score", nearest];
    if (name !== "delay") expect(nearestName(name, names)).toBe(nearest);
    else expect(nearestName(name, names)).toBeUndefined();
  });

  it("is nothing when nothing is near", () => {
    expect(nearestName("image", ["text", "label"])).toBeUndefined();
    expect(nearestName("x", [])).toBeUndefined();
  });
});
