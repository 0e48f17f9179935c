/** The look of the column panel. */
import { type CSSResult, css } from "lit";

/** The style sheet that goes after the one of all panels. */
export const columnStyle: CSSResult = css`
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 0.35rem;
    align-items: center;
  }
  h4,
  h5 {
    margin: 0.6rem 0 0.3rem;
    font-size: 0.9rem;
  }
  h5,
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
  .order {
    padding: 0.5rem 0.6rem 0;
  }
  section {
    padding: 0 0.6rem 0.6rem;
  }
  dl {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(6rem, 1fr));
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
