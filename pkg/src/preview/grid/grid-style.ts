/** The look of the grid, and the lengths that its code must know. */
import { type CSSResult, css, unsafeCSS } from "lit";

/** CSS pixels. */
export const ROW_HEIGHT = 33;
/** CSS pixels. */
export const HEAD_HEIGHT = 46;
/** What a summary adds to the head, in CSS pixels. */
export const SUMMARY_HEIGHT = 40;
/** The column of row numbers, in CSS pixels. */
export const NUMBER_WIDTH = 88;

const px = (length: number): CSSResult => unsafeCSS(`${length}px`);

/** The grid's style sheet. Colours come from the element around it. */
export const gridStyle: CSSResult = css`
  :host {
    display: block;
    min-height: 0;
    position: relative;
  }
  .scroller {
    position: absolute;
    inset: 0;
    overflow: auto;
    overscroll-behavior: contain;
    overflow-anchor: none;
    font-variant-numeric: tabular-nums;
  }
  :host([fits]) .scroller {
    position: static;
    max-height: inherit;
  }
  .scroller:focus-visible {
    outline: 2px solid var(--hf-accent);
    outline-offset: -2px;
  }
  .head {
    position: sticky;
    top: 0;
    z-index: 2;
    min-width: 100%;
    background: var(--hf-raised);
    border-block-end: 1px solid var(--hf-line);
    box-sizing: border-box;
  }
  .head > [role="row"] {
    height: 100%;
  }
  .body {
    position: relative;
    min-width: 100%;
    contain: strict;
  }
  .body > [role="row"] {
    position: absolute;
    inset-inline: 0;
    height: ${px(ROW_HEIGHT)};
    border-block-end: 1px solid var(--hf-line);
    box-sizing: border-box;
    contain: strict;
  }
  .body > [role="row"]:hover {
    background: var(--hf-raised);
  }
  [role="gridcell"],
  [role="columnheader"] {
    position: absolute;
    top: 0;
    height: 100%;
    padding: 0.35rem 0.6rem;
    box-sizing: border-box;
    overflow: hidden;
    white-space: pre;
    text-overflow: ellipsis;
    cursor: pointer;
  }
  [role="columnheader"] > * {
    display: block;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  [role="columnheader"]:not(:first-child) span {
    font-weight: 600;
    line-height: 1.2;
  }
  [role="columnheader"] small {
    color: var(--hf-faint);
    line-height: 1.3;
  }
  [role="columnheader"][aria-sort="ascending"] > span:first-child::after {
    content: " ↑";
  }
  [role="columnheader"][aria-sort="descending"] > span:first-child::after {
    content: " ↓";
  }
  .summary {
    color: var(--hf-faint);
    font-size: 0.78rem;
    line-height: 1.3;
  }
  .summary svg {
    display: block;
    width: 100%;
    height: 20px;
    fill: var(--hf-accent);
  }
  .summary span {
    display: block;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  [role="columnheader"]:not(:first-child) .summary span {
    font-weight: normal;
  }
  .body > [role="row"][aria-selected="true"] {
    background: color-mix(in srgb, var(--hf-accent) 18%, var(--hf-page));
  }
  [role="rowheader"],
  [role="columnheader"]:first-child {
    position: sticky;
    left: 0;
    z-index: 1;
    width: ${px(NUMBER_WIDTH)};
    height: 100%;
    padding: 0.35rem 0.6rem;
    box-sizing: border-box;
    background: var(--hf-raised);
    color: var(--hf-faint);
    text-align: end;
  }
  #active {
    outline: 2px solid var(--hf-accent);
    outline-offset: -2px;
  }
  .number {
    text-align: end;
  }
  .faint {
    color: var(--hf-faint);
    font-style: italic;
  }
  .wrong {
    color: var(--hf-wrong);
  }
  .absent::before {
    display: block;
    width: 70%;
    height: 0.8em;
    margin-block-start: 0.3em;
    border-radius: 4px;
    background: var(--hf-line);
    content: "";
  }
  img {
    display: block;
    height: 100%;
    max-width: 100%;
    object-fit: contain;
    object-position: left;
  }
`;
