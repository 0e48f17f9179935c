/** Ranges kept from one visit to the next, in the browser's own storage. */
import type { Page } from "@playwright/test";
import type { LocalHub } from "../support/local-hub.js";
import { expect, test } from "../support/test.js";

const FLIGHTS = "hf://datasets/vega/flights-indexed";

interface Visit {
  readonly options?: Record<string, unknown>;
  readonly start?: number;
  readonly numRows?: number;
  readonly path?: string;
}

/** Rows as a page reads them that knows nothing yet, and the bytes of files that this took. */
async function visit(page: Page, hub: LocalHub, { options, start, numRows, path }: Visit = {}) {
  await hub.reset();
  await page.reload();
  const rows = await page.evaluate(
    async ({ endpoint, options, start, numRows, path }) => {
      const { Hub } = await import("hubframe");
      const hub = new Hub({ endpoint, workers: 2, cache: true, ...options });
      const df = await hub.readParquet(path);
      const rows = await df.slice(start, numRows).toRows();
      // What was used is kept and written down a little later: then nothing changes for a second.
      const state = async () => {
        const cache = await globalThis.caches?.open("hubframe-ranges").catch(() => undefined);
        const entries = (await cache?.keys()) ?? [];
        const index = await (await cache?.match("https://ranges.invalid/index").catch(() => {}))?.text();
        return [index, ...entries.map(({ url }) => url)].join();
      };
      let before = await state();
      for (let same = 0; same < 4; ) {
        await new Promise((resolve) => setTimeout(resolve, 250));
        const now = await state();
        same = now === before ? same + 1 : 0;
        before = now;
      }
      hub.close();
      return rows.map((row) => Object.values(row).map(String).join());
    },
    { endpoint: hub.endpoint, options, start: start ?? 0, numRows: numRows ?? 100, path: path ?? FLIGHTS },
  );
  return { rows, bytes: (await hub.counters()).storage.bytes_sent };
}

const kept = (page: Page) =>
  page.evaluate(async () => {
    const cache = await caches.open("hubframe-ranges");
    const ranges = (await cache.keys()).flatMap(({ url }) => /(\d+)-(\d+)$/.exec(url) ?? []);
    const bounds = ranges.filter((_, index) => index % 3 > 0).map(Number);
    return bounds.reduce((sum, bound, index) => sum + (index % 2 ? bound : -bound), 0);
  });

test("a second visit reads no byte twice", async ({ plainPage, freshHub }) => {
  const first = await visit(plainPage, freshHub);
  expect(first.bytes).toBeGreaterThan(10_000);
  const second = await visit(plainPage, freshHub);
  expect(second.rows).toEqual(first.rows);
  expect(second.bytes).toBe(0);
  const farther = await visit(plainPage, freshHub, { start: 50, numRows: 3000 });
  expect(farther.rows.slice(0, 50)).toEqual(first.rows.slice(50));
  expect(await visit(plainPage, freshHub, { start: 50, numRows: 3000 })).toMatchObject({ bytes: 0 });

  await plainPage.evaluate(async () => new (await import("hubframe")).Hub().clearCache());
  expect((await visit(plainPage, freshHub)).bytes).toBe(first.bytes);
});

test("keeps no more than it may, and drops what was used longest ago", async ({ plainPage, freshHub }) => {
  const options = { cache: { maxBytes: 400_000 } };
  const first = await visit(plainPage, freshHub, { options });
  for (const start of [500_000, 1_000_000, 1_500_000, 2_000_000])
    await visit(plainPage, freshHub, { options, start });
  expect(await kept(plainPage)).toBeLessThanOrEqual(400_000);
  expect((await visit(plainPage, freshHub, { options, start: 2_000_000 })).bytes).toBe(0);
  expect((await visit(plainPage, freshHub, { options })).rows).toEqual(first.rows);
});

test("keeps nothing without being asked, nor what only a token can see", async ({ plainPage, freshHub }) => {
  await visit(plainPage, freshHub, { options: { cache: false } });
  await visit(plainPage, freshHub, { options: { token: "hf_owner" } }).catch(() => {});
  expect(await kept(plainPage)).toBe(0);
});

test("does without a storage that is full, broken or missing", async ({ plainPage, freshHub }) => {
  const expected = (await visit(plainPage, freshHub, { options: { cache: false } })).rows;
  const spoil = {
    full: 'Cache.prototype.put = async () => { throw new DOMException("full", "QuotaExceededError"); };',
    broken: 'Cache.prototype.match = async () => { throw new Error("broken"); };',
    missing: "delete globalThis.caches; Object.defineProperty(globalThis, 'caches', { value: undefined });",
  };
  for (const [name, script] of Object.entries(spoil)) {
    const page = await plainPage.context().newPage();
    // In the page, where a script can spoil it: a worker's globals are its own.
    await page.addInitScript(script);
    await page.goto(plainPage.url());
    const { rows } = await visit(page, freshHub, { options: { workers: 0 } });
    expect(rows, name).toEqual(expected);
    await page.close();
  }
});

test("two tabs that keep the same at once do not meet", async ({ plainPage, freshHub, context }) => {
  const other = await context.newPage();
  await other.goto(plainPage.url());
  const read = (page: Page) =>
    page.evaluate(
      async ({ endpoint, path }) => {
        const { Hub } = await import("hubframe");
        const hub = new Hub({ endpoint, workers: 2, cache: true });
        const rows = await (await hub.readParquet(path)).slice(0, 5000).toRows();
        await new Promise((resolve) => setTimeout(resolve, 1000));
        hub.close();
        return rows.length;
      },
      { endpoint: freshHub.endpoint, path: FLIGHTS },
    );
  expect(await Promise.all([read(plainPage), read(other)])).toEqual([5000, 5000]);
  expect(await visit(plainPage, freshHub, { numRows: 5000 })).toMatchObject({ bytes: 0 });
});
