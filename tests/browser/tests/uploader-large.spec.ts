/**
 * A large CSV file through the uploader page: memory stays bounded, progress moves, and the page answers. 100 MB of it by default;
 * `HUBFRAME_UPLOAD_MB=2000` makes it 2 GB, which takes minutes.
 */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "@playwright/test";
import { longestTask } from "../support/page-thread.js";
import { expect } from "../support/test.js";
import { begin, inDataset, isDone, review, start, step, test } from "../support/uploader.js";

const MEGABYTES = Number(process.env.HUBFRAME_UPLOAD_MB ?? 100);

/** Resident memory of the largest renderer, in bytes. Workers with their WebAssembly, and what the page holds, are all in it. */
const MAX_MEMORY = 900e6;

/** A file of so many megabytes, row by row, and its number of rows. */
function largeCsv(path: string): number {
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
  const texts = Array.from({ length: 50_000 }, () =>
    Array.from({ length: 8 }, () => next().toString(36)).join(" "),
  );
  const file = openSync(path, "w");
  let [numRows, numBytes] = [0, writeSync(file, "id,score,day,text\n")];
  while (numBytes < MEGABYTES * 1e6) {
    const rows = Array.from({ length: 20_000 }, () => {
      numRows += 1;
      const day = `20${10 + (numRows % 16)}-0${1 + (numRows % 9)}-1${numRows % 10}`;
      return `${numRows},${next() / 1000},${day},${texts[next() % texts.length]}\n`;
    });
    numBytes += writeSync(file, rows.join(""));
  }
  closeSync(file);
  return numRows;
}

/** The most that a renderer, and the browser itself, have held so far, in bytes. */
async function peakMemory(browser: Browser): Promise<Record<string, number>> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const peaks: Record<string, number> = {};
  for (const { type, id } of processInfo) {
    const [, kilobytes] = readFileSync(`/proc/${id}/status`, "utf8").match(/VmHWM:\s+(\d+) kB/) ?? [];
    peaks[type] = Math.max(peaks[type] ?? 0, Number(kilobytes) * 1024);
  }
  return peaks;
}

/** The longest time for which no progress bar of the page nor its text changed while there was one, in milliseconds. */
async function longestStill(page: Page, work: () => Promise<void>): Promise<number> {
  await page.evaluate(() => {
    const root = document.querySelector("hf-dataset-uploader")?.shadowRoot;
    const state = { longest: 0, timer: 0 };
    let [last, since] = ["", performance.now()];
    state.timer = window.setInterval(() => {
      const bars = [...(root?.querySelectorAll("progress") ?? [])];
      const shown = bars.map((bar) => `${bar.value} ${bar.closest(".progress")?.textContent}`).join("\n");
      const now = performance.now();
      if (bars.length > 0) state.longest = Math.max(state.longest, now - since);
      if (shown !== last) [last, since] = [shown, now];
      if (bars.length === 0) since = now;
    }, 50);
    Object.assign(globalThis, { still: state });
  });
  await work();
  return page.evaluate(() => {
    const { still } = globalThis as unknown as { still: { longest: number; timer: number } };
    clearInterval(still.timer);
    return Math.round(still.longest);
  });
}

test("a large CSV file: bounded memory, progress every second, and a page that answers", async ({
  browser,
  page,
  site,
  freshHub,
}) => {
  test.setTimeout(120_000 + MEGABYTES * 1000);
  const timeout = 60_000 + MEGABYTES * 500;
  const path = join(tmpdir(), `hubframe-large-${process.pid}.csv`);
  try {
    const numRows = largeCsv(path);
    await start(page, site, freshHub, "large");
    const times: number[] = [];
    let [stillReading, stillSending] = [0, 0];
    const task = await longestTask(browser, page, async () => {
      times.push(performance.now());
      stillReading = await longestStill(page, async () => {
        await page.getByLabel("Choose files").setInputFiles(path);
        await expect(step(page, "2 Files").locator("progress")).toHaveCount(1);
        await expect(step(page, "2 Files").locator("progress")).toHaveCount(0, { timeout });
      });
      times.push(performance.now());
      await review(page);
      stillSending = await longestStill(page, async () => {
        await begin(page);
        await isDone(page, timeout);
      });
      times.push(performance.now());
    });
    const peaks = await peakMemory(browser);
    const measured = {
      megabytes: MEGABYTES,
      peaks,
      task: Math.round(task),
      stillReading,
      stillSending,
      seconds: times.map((time) => Math.round((time - (times[0] ?? 0)) / 1000)),
    };
    test.info().annotations.push({ type: "measured", description: JSON.stringify(measured) });
    expect(peaks.renderer).toBeLessThan(MAX_MEMORY);
    expect(task).toBeLessThan(500);
    // The aim is 1000 ms; beside other tests the same work takes longer.
    expect(stillReading).toBeLessThan(5000);
    expect(stillSending).toBeLessThan(5000);
    await inDataset(freshHub, "user/large", async (dataset) => {
      const frame = await dataset.split("train");
      expect(await frame.count()).toBe(numRows);
      expect((await frame.slice(numRows - 1).toRows()).map(({ id }) => Number(id))).toEqual([numRows]);
    });
  } finally {
    rmSync(path, { force: true });
  }
});
