/** Where the columns of a grid stand, side by side, and which of them are in sight. Pure; lengths are CSS pixels. */

/** A column and its place. */
export interface PlacedColumn {
  readonly index: number;
  /** From the left edge of what scrolls. */
  readonly start: number;
  readonly width: number;
}

/** What of the width is seen: beside a margin that stays where it is, the columns that scroll. */
export interface Sight {
  readonly scrollLeft: number;
  /** The whole view, with the margin. */
  readonly viewWidth: number;
  readonly margin: number;
}

/** Columns that are drawn on either side of those in sight, so that a step to the side shows no gap. */
const OVERSCAN = 2;

/** Columns one after the other, the first one after the margin. */
export function placeColumns(widths: readonly number[], margin: number): readonly PlacedColumn[] {
  let start = margin;
  return widths.map((width, index) => {
    const column = { index, start, width };
    start += width;
    return column;
  });
}

/** The columns to draw. */
export function columnsInSight(
  columns: readonly PlacedColumn[],
  { scrollLeft, viewWidth, margin }: Sight,
): readonly PlacedColumn[] {
  const first = columns.findIndex(({ start, width }) => start + width > scrollLeft + margin);
  if (first < 0) return [];
  const after = columns.findIndex(({ start }) => start >= scrollLeft + viewWidth);
  const end = after < 0 ? columns.length : after;
  return columns.slice(Math.max(0, first - OVERSCAN), end + OVERSCAN);
}

/** How far to scroll to bring a column in sight by the shortest way; of one that is too wide, its beginning. */
export function scrollLeftFor({ start, width }: PlacedColumn, sight: Sight): number {
  const { scrollLeft, viewWidth, margin } = sight;
  const [left, right] = [start - margin, start + width - viewWidth];
  return width > viewWidth - margin ? left : Math.min(Math.max(scrollLeft, right), left);
}
