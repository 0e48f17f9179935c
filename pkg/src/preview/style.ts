/** The look of the preview. Colours are those of `tokens.ts`. */
import { type CSSResult, css } from "lit";

/** The element's style sheet. */
export const previewStyle: CSSResult = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 20rem;
    border: 1px solid var(--hf-line);
    border-radius: 8px;
    overflow: hidden;
  }
  header,
  footer {
    display: flex;
    flex-wrap: wrap;
    gap: 0.4rem 0.8rem;
    align-items: center;
    padding: 0.45rem 0.75rem;
    background: var(--hf-raised);
  }
  header {
    border-block-end: 1px solid var(--hf-line);
  }
  footer {
    min-height: 2.1rem;
    border-block-start: 1px solid var(--hf-line);
    color: var(--hf-faint);
  }
  .title {
    display: grid;
    flex: 1 1 12rem;
    min-width: 0;
    overflow-wrap: anywhere;
  }
  h2 {
    margin: 0;
    font-size: 1.05rem;
    line-height: 1.25;
  }
  small {
    color: var(--hf-faint);
  }
  select,
  input,
  button {
    padding: 0.2rem 0.5rem;
    border: 1px solid var(--hf-line);
    border-radius: 6px;
    background: var(--hf-page);
    color: inherit;
    font: inherit;
  }
  :focus-visible {
    outline: 2px solid var(--hf-accent);
    outline-offset: 1px;
  }
  .go {
    display: flex;
    gap: 0.3rem;
  }
  .tools {
    display: flex;
    flex-wrap: wrap;
    gap: 0.4rem 0.5rem;
    align-items: center;
  }
  .notices {
    display: flex;
    flex: 1 0 100%;
    flex-wrap: wrap;
    gap: 0.4rem 0.8rem;
    align-items: center;
  }
  .start {
    display: grid;
    flex: 1;
    gap: 1rem;
    align-content: center;
    justify-items: center;
    margin: 1rem;
    padding: 1rem;
    border: 2px dashed var(--hf-line);
    border-radius: 8px;
    color: var(--hf-faint);
    text-align: center;
  }
  .start p {
    max-width: 34rem;
    margin: 0;
  }
  .choose {
    position: relative;
    padding: 0.3rem 0.9rem;
    border: 1px solid var(--hf-accent);
    border-radius: 6px;
    background: var(--hf-page);
    color: var(--hf-accent);
    overflow: hidden;
  }
  .choose:focus-within {
    outline: 2px solid var(--hf-accent);
    outline-offset: 1px;
  }
  .choose input {
    position: absolute;
    inset: 0;
    opacity: 0;
  }
  :host([dropping]) {
    outline: 3px dashed var(--hf-accent);
    outline-offset: -6px;
  }
  .main {
    display: flex;
    flex: 1;
    min-height: 0;
  }
  hf-dataset-grid {
    flex: 1;
    min-width: 0;
  }
  hf-cell-panel,
  hf-column-panel {
    width: min(40%, 36rem);
  }
  .problem {
    display: flex;
    flex-wrap: wrap;
    gap: 0.4rem 0.75rem;
    align-items: center;
    padding: 0.5rem 0.75rem;
    border-inline-start: 4px solid var(--hf-wrong);
    color: var(--hf-wrong);
    overflow-wrap: anywhere;
  }
  .problem a {
    color: var(--hf-accent);
  }
  .problem p {
    flex: 1 1 18rem;
    margin: 0;
  }
  .filters {
    display: flex;
    flex-wrap: wrap;
    gap: 0.4rem;
    align-items: center;
    padding: 0.4rem 0.75rem;
    border-block-end: 1px solid var(--hf-line);
  }
  .filters .find {
    border-color: var(--hf-accent);
    color: var(--hf-accent);
  }
  .chip {
    display: inline-flex;
    gap: 0.3rem;
    align-items: center;
    max-width: 24rem;
    padding-inline-start: 0.6rem;
    border: 1px solid var(--hf-accent);
    border-radius: 999px;
    overflow-wrap: anywhere;
  }
  .chip button {
    border: none;
    background: none;
  }
  .search {
    display: flex;
    flex-wrap: wrap;
    gap: 0.4rem;
    align-items: center;
    padding: 0.35rem 0.75rem;
    border-block-end: 1px solid var(--hf-line);
  }
  .search input[type="search"] {
    flex: 1 1 8rem;
    max-width: 24rem;
    min-width: 6rem;
  }
  .search details {
    position: relative;
  }
  .search fieldset {
    position: absolute;
    z-index: 3;
    display: grid;
    min-width: 12rem;
    max-width: 80vw;
    max-height: 16rem;
    inset-inline-start: 0;
    margin: 0.3rem 0 0;
    border: 1px solid var(--hf-line);
    border-radius: 6px;
    background: var(--hf-page);
    overflow: auto;
  }
  .search legend {
    /* Floating, it stands within the border. */
    float: inline-start;
    margin-block-end: 0.2rem;
    color: var(--hf-faint);
  }
  .search legend + label {
    clear: both;
  }
  .requests {
    flex: 1;
    min-width: 0;
  }
  .requests ol {
    max-height: 12rem;
    margin: 0.3rem 0 0;
    overflow: auto;
    overflow-wrap: anywhere;
  }
  @media (max-width: 640px) {
    /* Beside the rows there is no room: the panel lies over all of it. */
    :host {
      position: relative;
    }
    .main {
      min-height: 22rem;
    }
    hf-cell-panel,
    hf-column-panel {
      position: absolute;
      inset: 0;
      z-index: 5;
      width: auto;
    }
  }
`;
