/** What the first rows of the preview page cost: JavaScript until its WebAssembly works and until they are on screen, round trips. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Page } from "@playwright/test";
import type { LogEntry } from "../support/local-hub.js";
import { PAGES } from "../support/paths.js";
import { address, expect, row, test } from "../support/preview.js";

/** The scripts that the WebAssembly waits for, after gzip, in bytes: the page's and the worker's. */
const MAX_BEFORE_WASM = 37_000;

/** All scripts until the first rows: with those that are fetched beside the WebAssembly. */
const MAX_BEFORE_ROWS = 68_000;

/** The paths of the scripts that the page itself names. */
function scriptsOfPage(): string[] {
  const html = readFileSync(join(PAGES, "preview/index.html"), "utf8");
  return Array.from(html.matchAll(/(?:src|href)="\.\.(\/[^"]+\.js)"/g), ([, path = ""]) => path);
}

declare global {
  /** When the first rows were drawn, in milliseconds since 1970. */
  var rowsAt: number | undefined;
}

/** Has a page note when it first draws a row, and tell an address. */
async function noteFirstRows(page: Page, told?: string): Promise<void> {
  await page.addInitScript((told) => {
    const { attachShadow } = Element.prototype;
    Element.prototype.attachShadow = function (options) {
      const root = attachShadow.call(this, options);
      const changes = new MutationObserver(() => {
        if (!root.querySelector("[role=gridcell]:not(.absent)")) return;
        globalThis.rowsAt = performance.timeOrigin + performance.now();
        if (told) void fetch(told, { mode: "no-cors" });
        changes.disconnect();
      });
      changes.observe(root, { subtree: true, childList: true, attributeFilter: ["class"] });
      return root;
    };
  }, told);
}

/** The paths of the scripts that were begun to be loaded before the first rows, once each. */
async function scriptsBeforeRows(page: Page): Promise<readonly string[]> {
  const rowsAt = await (await page.waitForFunction(() => globalThis.rowsAt)).jsonValue();
  const loaded = () =>
    performance.getEntriesByType("resource").map(({ name, startTime }) => ({
      path: new URL(name).pathname,
      at: performance.timeOrigin + startTime,
    }));
  const inWorkers = page.workers().map((worker) => worker.evaluate(loaded));
  const all = await Promise.all([page.evaluate(loaded), ...inWorkers]);
  const before = all.flat().filter(({ path, at }) => path.endsWith(".js") && at < (rowsAt ?? 0));
  return [...new Set([...before.map(({ path }) => path), ...workerPaths(page)])];
}

/** The scripts that workers were started with, which are no resources of theirs. */
function workerPaths(page: Page): string[] {
  return page.workers().map((worker) => new URL(worker.url()).pathname);
}

/** The sizes of scripts after gzip, by their paths. */
function sizesOf(paths: Iterable<string>): Record<string, number> {
  return Object.fromEntries(
    [...paths].map((path) => [path, gzipSync(readFileSync(join(PAGES, path))).length]),
  );
}

function sum(sizes: Readonly<Record<string, number>>): number {
  return Object.values(sizes).reduce((total, size) => total + size, 0);
}

test("the JavaScript that the WebAssembly waits for keeps to its budget", async ({
  page,
  site,
  freshHub,
}) => {
  const before = new Set(scriptsOfPage());
  expect(before.size).toBeGreaterThan(0);
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route("**/*.js", async (route) => {
    const { pathname } = new URL(route.request().url());
    if (/\/worker-/.test(pathname)) before.add(pathname);
    if (!before.has(pathname)) await released;
    await route.continue();
  });
  await page.goto(address(site, freshHub, "fixtures/labels"));
  // The footer is asked for by the WebAssembly, while every other script is held back.
  await expect
    .poll(async () => (await freshHub.log()).filter(({ origin }) => origin === "storage").length)
    .toBeGreaterThan(0);
  const sizes = sizesOf(before);
  test.info().annotations.push({ type: "bytes", description: JSON.stringify(sizes) });
  expect(sum(sizes)).toBeLessThanOrEqual(MAX_BEFORE_WASM);
  await expect(page.getByRole("gridcell")).toHaveCount(0);
  release();
  await row(page, 0);
});

test("the JavaScript before the first rows keeps to its budget", async ({ page, site, freshHub }) => {
  await noteFirstRows(page);
  await page.goto(address(site, freshHub, "fixtures/labels"));
  const paths = await scriptsBeforeRows(page);
  await row(page, 0);
  const sizes = sizesOf(paths);
  test.info().annotations.push({ type: "bytes", description: JSON.stringify(sizes) });
  expect(paths.filter((path) => /\/worker-/.test(path))).toHaveLength(1);
  expect(sum(sizes)).toBeLessThanOrEqual(MAX_BEFORE_ROWS);
});

test("the first rows are on screen two round trips after the footer", async ({ page, site, freshHub }) => {
  await freshHub.reset();
  await freshHub.network("both", { rtt_ms: 200 });
  await noteFirstRows(page, `${freshHub.endpoint}/api/datasets/vega/flights-indexed?drawn`);
  await page.goto(address(site, freshHub, "vega/flights-indexed"));
  await row(page, 0);
  const isDrawn = ({ query }: LogEntry) => query.includes("drawn");
  await expect.poll(async () => (await freshHub.log()).some(isDrawn)).toBe(true);
  const log = await freshHub.log();
  const drawn = log.find(isDrawn)?.started_ms ?? 0;
  const reads = log
    .filter(({ range }) => range !== null)
    .map(({ origin, started_ms, duration_ms }) => ({
      origin,
      start: started_ms,
      end: started_ms + (duration_ms ?? Number.POSITIVE_INFINITY),
    }))
    .filter(({ end }) => end <= drawn)
    .sort((a, b) => a.end - b.end);
  let free = reads.find(({ origin }) => origin === "storage")?.end ?? 0;
  let roundTrips = 0;
  for (const { start, end } of reads) {
    if (start < free) continue;
    roundTrips += 1;
    free = end;
  }
  test.info().annotations.push({ type: "round trips", description: String(roundTrips) });
  expect(roundTrips).toBeGreaterThan(0);
  expect(roundTrips).toBeLessThanOrEqual(2);
});

test("the WebAssembly is fetched beside the scripts, once", async ({ page, site, freshHub }) => {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(address(site, freshHub, "fixtures/labels"));
  await row(page, 0);
  const modules = asked.filter((path) => path.endsWith(".wasm"));
  expect(modules).toHaveLength(1);
  const initiator = await page.evaluate(
    (wasm) => performance.getEntriesByType("resource").find(({ name }) => name.endsWith(wasm)),
    modules[0] ?? "",
  );
  expect(initiator).toMatchObject({ initiatorType: "link" });
});
