/** The look of the dialogs of the preview. Colours come from the element around them. */
import { type CSSResult, css } from "lit";

/** Their style sheet. */
export const dialogStyle: CSSResult = css`
  dialog {
    box-sizing: border-box;
    width: min(46rem, 100vw - 1.5rem);
    max-height: calc(100dvh - 1.5rem);
    padding: 0;
    border: 1px solid var(--hf-line);
    border-radius: 10px;
    background: var(--hf-page);
    color: var(--hf-text);
    font: inherit;
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 40%);
  }
  header {
    display: flex;
    justify-content: space-between;
    align-items: center;
    padding: 0.6rem 1rem;
    background: var(--hf-raised);
  }
  h2 {
    margin: 0;
    font-size: 1.05rem;
  }
  section {
    display: grid;
    gap: 0.6rem;
    padding: 0.8rem 1rem;
    border-block-start: 1px solid var(--hf-line);
    justify-items: start;
  }
  .line {
    display: flex;
    flex-wrap: wrap;
    gap: 0.4rem 0.6rem;
    align-items: center;
  }
  pre {
    box-sizing: border-box;
    width: 100%;
    max-height: 40dvh;
    margin: 0;
    padding: 0.7rem;
    border-radius: 6px;
    background: var(--hf-raised);
    font-size: 0.85rem;
    overflow: auto;
  }
  select,
  input[type="search"],
  button {
    padding: 0.2rem 0.6rem;
    border: 1px solid var(--hf-line);
    border-radius: 6px;
    background: var(--hf-page);
    color: inherit;
    font: inherit;
  }
  button.main,
  button[aria-pressed="true"] {
    border-color: var(--hf-accent);
    color: var(--hf-accent);
  }
  button[aria-pressed="true"] {
    text-decoration: underline;
  }
  p {
    margin: 0;
    overflow-wrap: anywhere;
  }
  small {
    color: var(--hf-faint);
  }
  progress {
    width: 100%;
    accent-color: var(--hf-accent);
  }
  :focus-visible {
    outline: 2px solid var(--hf-accent);
    outline-offset: 1px;
  }
`;
