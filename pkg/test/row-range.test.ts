import { describe, expect, it } from "vitest";
import { ALL_ROWS, isAll, narrow, numRowsIn, withinFile } from "../src/row-range.js";

describe("row ranges", () => {
  it("narrow as slicing an array of slices does", () => {
    const rows = Array.from({ length: 12 }, (_, row) => row);
    for (let a = 0; a < 14; a++) {
      for (let b = a; b < 14; b++) {
        for (const inner of [
          { start: 2 },
          { start: 0, end: 3 },
          { start: 5, end: 5 },
          { start: 13, end: 20 },
        ]) {
          const { start, end } = narrow({ start: a, end: b }, inner);
          expect(rows.slice(start, end)).toEqual(rows.slice(a, b).slice(inner.start, inner.end));
          expect(numRowsIn({ start, ...(end !== undefined && { end }) }, 12)).toBe(
            rows.slice(start, end).length,
          );
        }
      }
    }
  });

  it("of all rows stay open to the end", () => {
    expect(isAll(narrow(ALL_ROWS, ALL_ROWS))).toBe(true);
    expect(narrow(ALL_ROWS, { start: 3 })).toEqual({ start: 3 });
    expect(narrow(ALL_ROWS, { start: 3, end: 9 })).toEqual({ start: 3, end: 9 });
  });

  it("are cut at the borders of a file", () => {
    expect(withinFile({ start: 5, end: 25 }, 0, 10)).toEqual({ start: 5, end: 10 });
    expect(withinFile({ start: 5, end: 25 }, 20, 10)).toEqual({ start: 0, end: 5 });
    expect(withinFile({ start: 5, end: 25 }, 30, 10)).toEqual({ start: 0, end: 0 });
    expect(withinFile({ start: 5 }, 0, 10)).toEqual({ start: 5, end: 10 });
  });
});
