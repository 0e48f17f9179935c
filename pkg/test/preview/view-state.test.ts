import { expect, it } from "vitest";
import { fromQuery, toQuery, type ViewState } from "../../src/preview/view-state.js";

it("comes back from an address as it went in", () => {
  const states: ViewState[] = [
    { repo: "" },
    { repo: "user/name" },
    { repo: "user/name", revision: "refs/pr/1", config: "a b", split: "train", row: 0, column: "a&b=c" },
    { repo: "user/name", row: 123_456_789 },
  ];
  for (const state of states) expect(fromQuery(toQuery(state))).toEqual(state);
});

it("leaves out what is malformed", () => {
  expect(fromQuery("?repo=u/n&row=-1&split=")).toEqual({ repo: "u/n" });
  expect(fromQuery("row=1e3")).toEqual({ repo: "" });
  expect(fromQuery("row=99999999999999999999")).toEqual({ repo: "" });
});

it("keeps the other parts of an address, and takes away what is no longer so", () => {
  const query = toQuery({ repo: "u/n" }, "endpoint=http%3A%2F%2Fx&row=5&split=test");
  expect(Object.fromEntries(new URLSearchParams(query))).toEqual({ endpoint: "http://x", repo: "u/n" });
});
