/** `--memory`: a split of some 2 GB streamed through two workers, and what the page's process holds meanwhile. */
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Browser } from "@playwright/test";
import type { LocalHub } from "../tests/browser/support/local-hub.js";
import { MemoryMeter } from "./memory.js";

const REPO = "bench/large";

/** Files of the split; each is `numeric`. */
const NUM_FILES = 10;

const WORKERS = 2;

/** What the process held beyond the empty page, in each tenth of the stream. */
export interface Streamed {
  readonly numRows: number;
  readonly workers: number;
  readonly peakBytes: readonly number[];
}

/** Streams the split once. The page does nothing with a batch but count its rows. */
export async function streamSplit(
  browser: Browser,
  hub: LocalHub,
  page: string,
  data: string,
): Promise<Streamed> {
  const content = { file: join(data, "bench/files/numeric.parquet") };
  await hub.create({
    id: REPO,
    files: {},
    many: [{ template: "data/train-{}.parquet", count: NUM_FILES, content }],
  });
  const context = await browser.newContext();
  try {
    const tab = await context.newPage();
    await tab.goto(page);
    await tab.waitForFunction(() => "stream" in globalThis);
    const memory = await MemoryMeter.start(browser);
    const path = `hf://datasets/${REPO}`;
    let isOver = false;
    const streaming = tab
      .evaluate(([endpoint, path, workers]) => globalThis.stream(endpoint, path, workers), [
        hub.endpoint,
        path,
        WORKERS,
      ] as const)
      .finally(() => {
        isOver = true;
      });
    const samples: number[] = [];
    while (!isOver) {
      await setTimeout(250);
      samples.push((await memory.heldBytes()) ?? 0);
    }
    const { numRows } = await streaming;
    const tenth = Math.max(1, Math.ceil(samples.length / 10));
    const tenths = Array.from({ length: Math.ceil(samples.length / tenth) }, (_, index) =>
      Math.max(...samples.slice(index * tenth, (index + 1) * tenth)),
    );
    return { numRows, workers: WORKERS, peakBytes: tenths };
  } finally {
    await context.close();
  }
}
