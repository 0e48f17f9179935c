import { describe, expect, it } from "vitest";
import {
  type Extent,
  type Place,
  placeOf,
  resized,
  rowsInSight,
  scrolled,
  topRow,
  WINDOW_ROWS,
  windowRows,
} from "../../src/preview/grid/anchor.js";

const extentOf = (numRows: number): Extent => ({ numRows, rowHeight: 33, viewHeight: 600 });
const height = (extent: Extent) => windowRows(extent) * extent.rowHeight;
const START: Place = { first: 0, scrollTop: 0 };

describe.each([0, 1, 18, 1000, WINDOW_ROWS, WINDOW_ROWS + 1, 20_000_000, 2 ** 40])(
  "a window of %i rows",
  (numRows) => {
    const extent = extentOf(numRows);
    const lastTop = Math.max(0, numRows - 600 / 33);

    it("stays within the height that browsers allow, and within the rows", () => {
      expect(height(extent)).toBeLessThan(33.5e6);
      for (const share of [0, 1e-9, 0.1, 0.5, 0.999999, 1]) {
        const { first, scrollTop } = placeOf(extent, share * numRows);
        expect(first).toBeGreaterThanOrEqual(0);
        expect(first + windowRows(extent)).toBeLessThanOrEqual(numRows);
        expect(scrollTop).toBeGreaterThanOrEqual(0);
        expect(scrollTop).toBeLessThanOrEqual(Math.max(0, height(extent) - 600) + 0.01);
      }
    });

    it("has any row at the top, as far as the end allows", () => {
      for (const row of [0, 7, 12_345, numRows / 2, numRows - 1]) {
        const top = topRow(extent, placeOf(extent, row));
        expect(top).toBeCloseTo(Math.max(0, Math.min(row, lastTop)), 1);
      }
    });

    it("keeps what is seen where it is when it settles", () => {
      for (const share of [0, 0.2, 0.77, 1]) {
        const before = placeOf(extent, share * lastTop);
        const wheeled = scrolled(extent, before, Math.max(0, before.scrollTop - 100));
        const settled = placeOf(extent, topRow(extent, wheeled));
        expect(topRow(extent, settled)).toBeCloseTo(topRow(extent, wheeled), 1);
      }
    });

    it("moves by the same few rows for a step of the wheel", () => {
      const before = placeOf(extent, numRows / 2);
      const after = scrolled(extent, before, before.scrollTop + 99);
      expect(topRow(extent, after) - topRow(extent, before)).toBeCloseTo(3);
    });

    it("reaches the first and the last row by the scrollbar", () => {
      const bottom = Math.max(0, height(extent) - 600);
      expect(topRow(extent, scrolled(extent, START, bottom))).toBeCloseTo(lastTop, 0);
      expect(topRow(extent, scrolled(extent, placeOf(extent, lastTop), 0))).toBe(0);
    });
  },
);

it("means the share of all rows when the scrollbar jumps", () => {
  const extent = extentOf(20_000_000);
  const middle = (height(extent) - 600) / 2;
  expect(topRow(extent, scrolled(extent, START, middle))).toBeCloseTo((20_000_000 - 600 / 33) / 2, 0);
});

it("skips no row in a long run of the wheel that settles now and then", () => {
  const extent = extentOf(3_000_000);
  let place = START;
  let seen = 0;
  let longest = 0;
  for (let step = 0; step < 20_000; step++) {
    place = scrolled(extent, place, place.scrollTop + 100);
    if (step % 97 === 0) place = placeOf(extent, topRow(extent, place));
    const top = topRow(extent, place);
    longest = Math.max(longest, top - seen);
    seen = top;
  }
  expect(longest).toBeCloseTo(100 / 33, 1);
  expect(seen).toBeCloseTo((20_000 * 100) / 33, 0);
});

it("draws the rows in sight, and six above and below", () => {
  const extent = extentOf(20_000_000);
  expect(rowsInSight(extent, START)).toEqual({ start: 0, end: 19 + 6 });
  expect(rowsInSight(extent, { first: 1_000_000, scrollTop: 3300 })).toEqual({
    start: 1_000_100 - 6,
    end: 1_000_119 + 6,
  });
  expect(rowsInSight(extent, placeOf(extent, 20_000_000)).end).toBe(20_000_000);
  expect(rowsInSight(extentOf(0), START)).toEqual({ start: 0, end: 0 });
});

it("ends at the last row when there are fewer than before", () => {
  const extent = extentOf(900_000);
  const place = resized(extent, 500_000, 33);
  expect(place).toEqual({ first: 400_000, scrollTop: 33 });
});
