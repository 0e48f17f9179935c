/** The look that the panels beside the rows have in common. Colours come from the element around them. */
import { type CSSResult, css } from "lit";

/** A style sheet that goes before a panel's own. */
export const panelStyle: CSSResult = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 0;
    background: var(--hf-page);
    border-inline-start: 1px solid var(--hf-line);
  }
  header {
    display: flex;
    flex-wrap: wrap;
    gap: 0.35rem;
    align-items: center;
    padding: 0.4rem 0.6rem;
    border-block-end: 1px solid var(--hf-line);
  }
  h3 {
    flex: 1;
    margin: 0;
    min-width: 0;
    font-size: 1rem;
    overflow-wrap: anywhere;
  }
  small {
    color: var(--hf-faint);
    font-weight: normal;
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
`;
