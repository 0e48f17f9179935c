import { describe, expect, test } from "vitest";
import { columnsInSight, placeColumns, scrollLeftFor } from "../../src/preview/grid/place-columns.js";

const columns = placeColumns([100, 200, 50, 400, 100, 100, 100], 88);

/** The columns that are drawn in a view that is 400 wide. */
function drawn(scrollLeft: number): number[] {
  const sight = { scrollLeft, viewWidth: 400, margin: 88 };
  return columnsInSight(columns, sight).map(({ index }) => index);
}

function left(column: number, scrollLeft: number): number {
  const [placed] = columns.slice(column);
  if (!placed) throw new RangeError(`no column ${column}`);
  return scrollLeftFor(placed, { scrollLeft, viewWidth: 400, margin: 88 });
}

describe("columns", () => {
  test("stand side by side, after the margin", () => {
    expect(placeColumns([100, 200], 88)).toEqual([
      { index: 0, start: 88, width: 100 },
      { index: 1, start: 188, width: 200 },
    ]);
  });

  test("in sight are those beside the margin, and two on either side", () => {
    expect(drawn(0)).toEqual([0, 1, 2, 3, 4]);
    // The first two lie behind the margin, the third one ends right of it.
    expect(drawn(300)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(drawn(750)).toEqual([2, 3, 4, 5, 6]);
    expect(drawn(5000)).toEqual([]);
  });

  test("come in sight by the shortest way", () => {
    expect(left(1, 0)).toBe(0);
    expect(left(2, 0)).toBe(88 + 350 - 400);
    expect(left(0, 300)).toBe(0);
    expect(left(1, 300)).toBe(100);
  });

  test("of one wider than the view its beginning comes in sight", () => {
    expect(left(3, 0)).toBe(350);
    expect(left(3, 500)).toBe(350);
  });
});
