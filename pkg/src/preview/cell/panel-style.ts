/** The look of what the lenses of the cell panel show. */
import { type CSSResult, css } from "lit";

/** The style sheet that goes after the one of all panels. */
export const lensStyle: CSSResult = css`
  .lenses {
    display: flex;
    flex-wrap: wrap;
    gap: 0.35rem;
    align-items: center;
    padding: 0.4rem 0.6rem;
    border-block-end: 1px solid var(--hf-line);
  }
  figcaption {
    color: var(--hf-faint);
  }
  .body {
    padding: 0.6rem;
    overflow-wrap: anywhere;
  }
  .text pre {
    margin: 0;
    font: inherit;
    unicode-bidi: isolate;
    white-space: pre-wrap;
  }
  .hex pre,
  .json,
  code {
    font:
      0.85rem / 1.5 ui-monospace,
      monospace;
  }
  .hex pre {
    margin: 0;
    overflow: auto;
  }
  .json details > :not(summary) {
    padding-inline-start: 1.1rem;
  }
  .json div > span {
    display: block;
    padding-inline-start: 1rem;
  }
  .chat section {
    margin-block-end: 0.6rem;
    padding: 0.5rem 0.7rem;
    border-radius: 8px;
    background: var(--hf-raised);
  }
  .chat section[data-role="user"],
  .chat section[data-role="human"] {
    margin-inline-start: 1.5rem;
    border-inline-start: 3px solid var(--hf-accent);
  }
  .chat h4 {
    margin: 0 0 0.2rem;
    color: var(--hf-faint);
    font-size: 0.8rem;
  }
  figure {
    margin: 0;
  }
  img {
    max-width: 100%;
    background: repeating-conic-gradient(var(--hf-raised) 0 25%, transparent 0 50%) 0 0 / 16px 16px;
  }
  audio {
    width: 100%;
  }
  .markdown pre {
    padding: 0.5rem;
    overflow: auto;
    background: var(--hf-raised);
  }
  .markdown table {
    border-collapse: collapse;
  }
  .markdown td,
  .markdown th {
    padding: 0.2rem 0.5rem;
    border: 1px solid var(--hf-line);
  }
  .markdown a {
    color: var(--hf-accent);
  }
`;
