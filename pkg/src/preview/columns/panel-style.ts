/** The look of the column panel. */
import { type CSSResult, css } from "lit";

/** The panel's style sheet. Colours come from the element around it. */
export const columnStyle: CSSResult = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 0;
    background: var(--hf-page);
    border-inline-start: 1px solid var(--hf-line);
  }
  header,
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 0.35rem;
    align-items: center;
  }
  header {
    padding: 0.4rem 0.6rem;
    border-block-end: 1px solid var(--hf-line);
  }
  h3 {
    flex: 1;
    margin: 0;
    font-size: 1rem;
    overflow-wrap: anywhere;
  }
  h4,
  h5 {
    margin: 0.6rem 0 0.3rem;
    font-size: 0.9rem;
  }
  h5,
  small,
  dt {
    color: var(--hf-faint);
    font-weight: normal;
  }
  p {
    margin: 0.3rem 0;
    overflow-wrap: anywhere;
  }
  .basis {
    font-weight: 600;
  }
  [role="alert"] {
    color: var(--hf-wrong);
  }
  button {
    padding: 0.2rem 0.55rem;
    border: 1px solid var(--hf-line);
    border-radius: 6px;
    background: var(--hf-page);
    color: inherit;
    font: inherit;
    cursor: pointer;
  }
  button[aria-pressed="true"] {
    border-color: var(--hf-accent);
    color: var(--hf-accent);
  }
  :focus-visible {
    outline: 2px solid var(--hf-accent);
    outline-offset: -1px;
  }
  .body {
    flex: 1;
    min-height: 0;
    overflow: auto;
  }
  .order {
    padding: 0.5rem 0.75rem 0;
  }
  section {
    padding: 0 0.6rem 0.6rem;
  }
  dl {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(7rem, 1fr));
    gap: 0.3rem;
    margin: 0.4rem 0;
  }
  dd {
    margin: 0;
    overflow-wrap: anywhere;
    font-variant-numeric: tabular-nums;
  }
  .chart {
    margin: 0;
    padding: 0;
    list-style: none;
    font-variant-numeric: tabular-nums;
  }
  .chart button,
  .chart div {
    display: grid;
    grid-template-columns: minmax(4rem, 2fr) 3fr minmax(3rem, auto);
    gap: 0.5rem;
    align-items: center;
    width: 100%;
    padding: 0.15rem 0.3rem;
    border: none;
    box-sizing: border-box;
    text-align: start;
  }
  .chart button:hover {
    background: var(--hf-raised);
  }
  .chart span {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .chart .count {
    text-align: end;
  }
  .chart svg {
    width: 100%;
    height: 0.8rem;
  }
  .chart rect {
    fill: var(--hf-accent);
  }
`;
