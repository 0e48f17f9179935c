/** The look of the uploader. Colours are those of `tokens.ts`. */
import { type CSSResult, css } from "lit";

/** The element's style sheet. */
export const uploaderStyle: CSSResult = css`
  :host {
    display: block;
  }
  section {
    margin-block-end: 1rem;
    border: 1px solid var(--hf-line);
    border-radius: 8px;
    overflow: hidden;
  }
  h2 {
    display: flex;
    gap: 0.6rem;
    align-items: center;
    margin: 0;
    padding: 0.45rem 0.75rem;
    border-block-end: 1px solid var(--hf-line);
    background: var(--hf-raised);
    font-size: 1rem;
  }
  .step-number {
    display: grid;
    width: 1.5rem;
    height: 1.5rem;
    place-items: center;
    border: 1px solid var(--hf-accent);
    border-radius: 50%;
    color: var(--hf-accent);
    font-size: 0.85rem;
  }
  h3 {
    margin: 0.9rem 0 0.35rem;
    font-size: 0.95rem;
  }
  .content {
    padding: 0.75rem;
  }
  .content[inert] {
    opacity: 0.75;
  }
  p {
    margin: 0.3rem 0;
    overflow-wrap: anywhere;
  }
  small,
  .faint {
    color: var(--hf-faint);
  }
  .wrong,
  tr.wrong td {
    color: var(--hf-wrong);
  }
  a {
    color: var(--hf-accent);
  }
  select,
  input,
  button,
  .pick {
    padding: 0.3rem 0.6rem;
    border: 1px solid var(--hf-line);
    border-radius: 6px;
    background: var(--hf-page);
    color: inherit;
    font: inherit;
  }
  select,
  input {
    max-width: 100%;
    min-width: 0;
  }
  select,
  input:not([type="checkbox"]),
  button {
    box-sizing: border-box;
    min-height: 2.2rem;
  }
  tr.wrong button {
    margin-inline-start: 0.3rem;
    color: var(--hf-text);
  }
  button.main,
  .pick {
    border-color: var(--hf-accent);
    background: var(--hf-accent);
    color: var(--hf-on-accent);
  }
  button:disabled {
    border-color: var(--hf-line);
    background: var(--hf-raised);
    color: var(--hf-faint);
  }
  :focus-visible,
  .pick:focus-within {
    outline: 2px solid var(--hf-accent);
    outline-offset: 2px;
  }
  .fields,
  .bar {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem 0.8rem;
    align-items: end;
    margin-block: 0.5rem;
  }
  .bar {
    align-items: center;
  }
  .fields label {
    display: grid;
    gap: 0.15rem;
    min-width: 8rem;
  }
  label.wide {
    flex: 1 1 16rem;
  }
  form.bar label {
    display: flex;
    flex-wrap: wrap;
    gap: 0.3rem 0.6rem;
    align-items: center;
  }
  form.bar input {
    flex: 1 1 12rem;
  }
  .tick {
    display: flex;
    gap: 0.5rem;
    align-items: center;
    margin-block: 0.5rem;
  }
  .drop {
    display: flex;
    flex-wrap: wrap;
    gap: 0.6rem;
    align-items: center;
    justify-content: center;
    padding: 1.2rem 0.8rem;
    border: 2px dashed var(--hf-line);
    border-radius: 8px;
    text-align: center;
  }
  .drop.over {
    border-color: var(--hf-accent);
    background: var(--hf-raised);
  }
  .drop small {
    flex-basis: 100%;
  }
  .pick {
    position: relative;
    cursor: pointer;
  }
  .pick input {
    position: absolute;
    inset: 0;
    width: 100%;
    opacity: 0;
    cursor: pointer;
  }
  .scroll {
    max-height: 24rem;
    margin-block-start: 0.6rem;
    border: 1px solid var(--hf-line);
    border-radius: 6px;
    overflow: auto;
  }
  table {
    width: 100%;
    border-collapse: collapse;
  }
  th,
  td {
    padding: 0.25rem 0.5rem;
    border-block-end: 1px solid var(--hf-line);
    text-align: start;
    font-weight: normal;
    vertical-align: middle;
  }
  thead th,
  thead td {
    position: sticky;
    inset-block-start: 0;
    z-index: 1;
    background: var(--hf-raised);
    white-space: nowrap;
  }
  tbody tr:last-child > * {
    border-block-end: none;
  }
  .number {
    text-align: end;
    white-space: nowrap;
    font-variant-numeric: tabular-nums;
  }
  .matrix td {
    white-space: nowrap;
  }
  td.absent {
    color: var(--hf-faint);
    font-style: italic;
  }
  td.other,
  tr.text td:nth-child(2),
  tr.missing td:nth-child(2) {
    color: var(--hf-accent);
  }
  tr.conflict td:nth-child(2) {
    color: var(--hf-wrong);
    font-weight: bold;
  }
  tr.dropped > * {
    color: var(--hf-faint);
  }
  input.name {
    width: 100%;
    min-width: 6rem;
  }
  .hint {
    display: flex;
    flex-wrap: wrap;
    gap: 0.6rem;
    align-items: center;
    margin-block-end: 0.6rem;
    padding: 0.5rem 0.75rem;
    border-inline-start: 4px solid var(--hf-accent);
    background: var(--hf-raised);
  }
  .hint p {
    flex: 1 1 20rem;
  }
  .findings ul {
    max-height: 14rem;
    margin: 0.3rem 0;
    padding-inline-start: 1.2rem;
    overflow: auto;
  }
  li {
    overflow-wrap: anywhere;
  }
  li.error b {
    color: var(--hf-wrong);
  }
  li.warning b {
    color: var(--hf-accent);
  }
  summary {
    cursor: pointer;
  }
  .paths {
    max-height: 12rem;
    margin: 0.3rem 0;
    padding-inline-start: 1.2rem;
    overflow: auto;
    font-family: ui-monospace, monospace;
  }
  .added {
    color: var(--hf-right);
  }
  .removed {
    color: var(--hf-wrong);
    text-decoration: line-through;
  }
  pre {
    max-height: 20rem;
    margin: 0.4rem 0;
    padding: 0.5rem 0.75rem;
    border: 1px solid var(--hf-line);
    border-radius: 6px;
    background: var(--hf-raised);
    font:
      13px / 1.4 ui-monospace,
      monospace;
    overflow: auto;
  }
  pre.diff .removed {
    text-decoration: none;
  }
  .progress {
    display: grid;
    grid-template-columns: 9rem minmax(6rem, 1fr) minmax(0, 2fr);
    gap: 0.2rem 0.8rem;
    align-items: center;
    margin-block: 0.3rem;
  }
  progress {
    width: 100%;
    min-width: 4rem;
    accent-color: var(--hf-accent);
  }
  @media (max-width: 640px) {
    .kind {
      display: none;
    }
    th,
    td {
      padding-inline: 0.3rem;
    }
    input.name {
      min-width: 4.2rem;
    }
    .progress {
      grid-template-columns: 1fr;
    }
    .content {
      padding: 0.5rem;
    }
  }
`;
