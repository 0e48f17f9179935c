/** The line below the rows: what has been read, by which requests, and what is being read. */
import { html, nothing, type TemplateResult } from "lit";
import type { RequestEvent } from "../types.js";
import { byteText, countText } from "./cell/text.js";
import type { Meter } from "./meter.js";

/** What the line shows. */
export interface Status {
  readonly meter: Meter;
  /** What is being done, in words. */
  readonly doing: string | undefined;
  readonly onStop: () => void;
}

/** The line. */
export function statusBar({ meter, doing, onStop }: Status): TemplateResult {
  return html`
    <footer>
      <details class="requests">
        <summary>
          ${byteText(meter.numBytes)} read · ${countText(meter.numRequests)}
          ${meter.numRequests === 1 ? "request" : "requests"}
        </summary>
        <ol tabindex="0" aria-label="Requests">${meter.requests.map(requestItem)}</ol>
      </details>
      <span role="status">
        ${doing ?? ""}${doing ? waitText(meter) : ""}
      </span>
      ${doing ? html`<button @click=${onStop}>Stop</button>` : nothing}
    </footer>
  `;
}

/** That a request is not lost, but will be sent again, and when. */
function waitText({ waiting }: Meter): string {
  if (!waiting) return "";
  const { code, seconds } = waiting;
  const why = code === "rate_limited" ? "the Hub limits requests" : "there was no answer";
  return `: ${why}, so the next one waits ${seconds} s`;
}

function requestItem({ method, url, range, bytes, status, ms }: RequestEvent): TemplateResult {
  const asked = range ? `bytes ${range[0]}–${range[1]}` : "";
  return html`
    <li>
      <code>${method} ${url}</code> ${asked} · ${status || "no answer"} · ${byteText(bytes)} · ${Math.round(ms)} ms
    </li>
  `;
}
