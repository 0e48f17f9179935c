/** The colours of the elements. A page may set the `--hf-*` properties; without that they follow its colour scheme. */
import { type CSSResult, css } from "lit";

/** A style sheet that goes before an element's own. */
export const tokens: CSSResult = css`
  :host {
    --hf-text: light-dark(#1c1917, #e7e5e4);
    --hf-faint: light-dark(#5f5953, #a8a29c);
    --hf-page: light-dark(#ffffff, #171412);
    --hf-raised: light-dark(#f5f5f4, #231f1c);
    --hf-line: light-dark(#d6d3d1, #44403c);
    --hf-accent: light-dark(#9a4a04, #f5a14b);
    --hf-on-accent: light-dark(#ffffff, #171412);
    --hf-wrong: light-dark(#b91c1c, #fca5a5);
    --hf-right: light-dark(#166534, #86efac);
    background: var(--hf-page);
    color: var(--hf-text);
    color-scheme: light dark;
    font:
      14px / 1.45 system-ui,
      sans-serif;
  }
  :host([hidden]) {
    display: none;
  }
`;
