/** How long a page's own thread is busy, by Chromium's trace. */
import type { Browser, Page } from "@playwright/test";

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Thread time in µs: what else the machine does at that time does not count. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/** The longest task of the page's thread while `work` is done, in milliseconds of its own time. */
export async function longestTask(
  browser: Browser,
  page: Page,
  work: () => Promise<unknown>,
): Promise<number> {
  await browser.startTracing(page, { categories: ["disabled-by-default-devtools.timeline", "__metadata"] });
  await work();
  const trace = (await browser.stopTracing()).toString();
  const { traceEvents } = JSON.parse(trace) as { traceEvents: TraceEvent[] };
  const threads = traceEvents.filter(
    ({ args, name }) => name === "thread_name" && args.name === "CrRendererMain",
  );
  const times = traceEvents
    .filter(({ name, pid, tid }) => name === "RunTask" && threads.some((t) => t.pid === pid && t.tid === tid))
    .map(({ tdur }) => (tdur ?? 0) / 1000);
  return Math.max(0, ...times);
}
