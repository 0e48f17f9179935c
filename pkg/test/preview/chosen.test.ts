import { expect, test } from "vitest";
import { chosenColumns, chosenList, listedColumns } from "../../src/preview/columns/chosen.js";

const ALL = ["a", "b,c", "d"];

test("columns are chosen by name, in the order of the list, once", () => {
  expect(chosenColumns("d,b%2Cc,d,gone", ALL)).toEqual(["d", "b,c"]);
  expect(chosenColumns(undefined, ALL)).toBe(ALL);
  expect(chosenColumns("gone,%", ALL)).toBe(ALL);
});

test("a list is written for what is not all", () => {
  expect(chosenList(["d", "b,c"], ALL)).toBe("d,b%2Cc");
  expect(chosenList(ALL, ALL)).toBeUndefined();
  expect(chosenList(["b,c", "a", "d"], ALL)).toBe("b%2Cc,a,d");
  expect(chosenList([], ALL)).toBeUndefined();
});

test("hidden columns keep their places as long as the shown ones do", () => {
  expect(listedColumns(["a", "d"], ALL)).toEqual(["a", "b,c", "d"]);
  expect(listedColumns(["d", "a"], ALL)).toEqual(["d", "a", "b,c"]);
});
