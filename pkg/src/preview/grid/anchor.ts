/**
 * Where a window of rows stands within all rows.
 *
 * Browsers cap the height of an element (Chromium at 33.5 million px), so a grid scrolls over at most
 * {@link WINDOW_ROWS} rows. The window moves along with what is read: at once when the scrollbar is dragged, unseen when
 * scrolling rests. The scrollbar's thumb then stands for the place within all rows, while a step of the wheel moves the
 * same few rows however many there are. Pure; lengths are CSS pixels.
 */

/** How many rows a window has at most. */
export const WINDOW_ROWS = 500_000;

/** What a grid knows of its own size. */
export interface Extent {
  /** All rows. */
  readonly numRows: number;
  readonly rowHeight: number;
  /** The height in which rows are seen. */
  readonly viewHeight: number;
}

/** A window, and where it is scrolled to. */
export interface Place {
  /** The row at the top of the window. */
  readonly first: number;
  readonly scrollTop: number;
}

/** Rows from `start`, before `end`. */
export interface RowSpan {
  readonly start: number;
  readonly end: number;
}

/** Rows that are drawn above and below what is seen, so that a step of the wheel shows no gap. */
const OVERSCAN = 6;

/** The rows to draw. */
export function rowsInSight(extent: Extent, place: Place): RowSpan {
  const top = topRow(extent, place);
  const bottom = top + extent.viewHeight / extent.rowHeight;
  const last = place.first + windowRows(extent);
  return {
    start: clamp(Math.floor(top) - OVERSCAN, place.first, last),
    end: clamp(Math.ceil(bottom) + OVERSCAN, place.first, last),
  };
}

/** How many rows the window has. */
export function windowRows({ numRows }: Extent): number {
  return Math.min(numRows, WINDOW_ROWS);
}

/** The row at the top of what is seen, with its fraction. */
export function topRow({ rowHeight }: Extent, { first, scrollTop }: Place): number {
  return first + scrollTop / rowHeight;
}

/** The place at which `row` stands at the top, or as near to it as the last row allows, and the thumb tells the truth. */
export function placeOf(extent: Extent, row: number): Place {
  const top = clamp(row, 0, lastTop(extent));
  const share = lastTop(extent) === 0 ? 0 : top / lastTop(extent);
  const first = Math.min(Math.ceil(top - share * scrollableRows(extent)), Math.floor(top), slack(extent));
  return { first, scrollTop: (top - first) * extent.rowHeight };
}

/**
 * What becomes of a window when the browser reports a new `scrollTop`. A move of more than a few views is a jump of the
 * scrollbar: it means the same share of all rows. A small one means as many pixels.
 */
export function scrolled(extent: Extent, place: Place, scrollTop: number): Place {
  const isJump = Math.abs(scrollTop - place.scrollTop) > JUMP_VIEWS * extent.viewHeight;
  if (!isJump || slack(extent) === 0) return { first: place.first, scrollTop };
  const height = scrollableRows(extent) * extent.rowHeight;
  const share = height === 0 ? 0 : clamp(scrollTop / height, 0, 1);
  const first = Math.round(share * lastTop(extent) - scrollTop / extent.rowHeight);
  return { first: clamp(first, 0, slack(extent)), scrollTop };
}

/** The place when there are other rows than before, at what the browser has made of `scrollTop`. */
export function resized(extent: Extent, first: number, scrollTop: number): Place {
  return { first: Math.min(first, slack(extent)), scrollTop };
}

/** Page Up and Page Down move by less than one view; nothing but the scrollbar moves by four. */
const JUMP_VIEWS = 4;

/** How far the window can move. */
function slack(extent: Extent): number {
  return extent.numRows - windowRows(extent);
}

/** The row that is at the top when the last one is at the bottom. */
function lastTop({ numRows, rowHeight, viewHeight }: Extent): number {
  return Math.max(0, numRows - viewHeight / rowHeight);
}

/** The same within the window. */
function scrollableRows(extent: Extent): number {
  return Math.max(0, windowRows(extent) - extent.viewHeight / extent.rowHeight);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
