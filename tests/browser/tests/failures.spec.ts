/** Cancelling, and what a page sees when the Hub, the network or a worker fails. */
import { join } from "node:path";
import type { Page } from "@playwright/test";
import type { LocalHub } from "../support/local-hub.js";
import { FIXTURES } from "../support/paths.js";
import { expect, test } from "../support/test.js";

const INDEXED = "hf://datasets/vega/flights-indexed";

/** The code and message of what `read` rejects with, or the number of rows. */
async function outcome(page: Page, hub: LocalHub, path: string, token?: string) {
  return await page.evaluate(
    async ({ endpoint, path, token }) => {
      const hub = new hubframe.Hub({ endpoint, ...(token && { token }) });
      try {
        return { numRows: (await (await hub.readParquet(path)).head(10)).length };
      } catch (error) {
        if (!hubframe.isHubframeError(error)) throw error;
        const { code, message, retryable, context } = error;
        return { code, message, retryable, context };
      } finally {
        hub.close();
      }
    },
    { endpoint: hub.endpoint, path, token },
  );
}

test.describe("cancelling", () => {
  test("aborts the requests in flight", async ({ plainPage, freshHub }) => {
    await freshHub.network("storage", { bytes_per_second: 200_000 });
    const code = await plainPage.evaluate(async (endpoint) => {
      const hub = new hubframe.Hub({ endpoint, workers: 2 });
      const frame = await hub.readParquet("hf://datasets/vega/flights/flights-3m.parquet");
      const controller = new AbortController();
      const read = frame.toArrow({ signal: controller.signal });
      setTimeout(() => controller.abort(), 300);
      const code = await read.then(
        () => "read",
        (error) => error.code,
      );
      // The hub stays open: what ends the requests is the signal alone.
      Object.assign(globalThis, { kept: hub });
      return code;
    }, freshHub.endpoint);
    expect(code).toBe("aborted");
    await expect.poll(async () => (await freshHub.counters()).storage.aborted).toBeGreaterThan(0);
    await expect.poll(async () => (await freshHub.counters()).storage.in_flight).toBe(0);
  });

  test("by leaving a loop does so too", async ({ plainPage, freshHub }) => {
    await freshHub.network("storage", { bytes_per_second: 1_000_000 });
    const numBatches = await plainPage.evaluate(async (endpoint) => {
      const hub = new hubframe.Hub({ endpoint, workers: 2 });
      const frame = await hub.readParquet("hf://datasets/vega/flights-20-files");
      let numBatches = 0;
      for await (const batch of frame.batches()) {
        numBatches += batch.numRows > 0 ? 1 : 0;
        break;
      }
      Object.assign(globalThis, { kept: hub });
      return numBatches;
    }, freshHub.endpoint);
    expect(numBatches).toBe(1);
    await expect.poll(async () => (await freshHub.counters()).storage.in_flight).toBe(0);
  });

  test("leaves the hub usable", async ({ plainPage, freshHub }) => {
    const numRows = await plainPage.evaluate(
      async ({ endpoint, path }) => {
        const hub = new hubframe.Hub({ endpoint, workers: 1 });
        const frame = await hub.readParquet(path);
        const controller = new AbortController();
        const cancelled = frame.toArrow({ signal: controller.signal }).catch((error) => error.code);
        controller.abort();
        const rows = await frame.head(10);
        hub.close();
        return [await cancelled, rows.length];
      },
      { endpoint: freshHub.endpoint, path: INDEXED },
    );
    expect(numRows).toEqual(["aborted", 10]);
  });
});

test.describe("errors", () => {
  test("name what is absent", async ({ plainPage, freshHub }) => {
    for (const path of ["hf://datasets/vega/nothing", `${INDEXED}/nothing.parquet`, `${INDEXED}@nothing`]) {
      expect(await outcome(plainPage, freshHub, path)).toMatchObject({ code: "not_found", retryable: false });
    }
    expect(await outcome(plainPage, freshHub, "hf://nonsense")).toMatchObject({ code: "invalid" });
  });

  test("tell a gated dataset and a wrong token from an absent one", async ({ plainPage, freshHub }) => {
    const file = { file: join(FIXTURES, "fixtures/chat/data/train-00000-of-00001.parquet") };
    await freshHub.create({ id: "someone/gated", gated: "manual", files: { "a.parquet": file } });
    const gated = "hf://datasets/someone/gated/a.parquet";
    expect(await outcome(plainPage, freshHub, gated, "hf_read")).toMatchObject({ code: "gated" });
    expect(await outcome(plainPage, freshHub, INDEXED, "hf_nobody")).toMatchObject({ code: "unauthorized" });
  });

  test("of the server and the network are retried", async ({ plainPage, freshHub }) => {
    await freshHub.fault({ origin: "hub", kind: "status", status: 503, count: 1 });
    await freshHub.fault({ origin: "storage", kind: "drop", count: 1 });
    expect(await outcome(plainPage, freshHub, INDEXED)).toEqual({ numRows: 10 });
  });

  test("of an expired signed URL are mended by resolving it again", async ({ plainPage, freshHub }) => {
    const opened = await plainPage.evaluateHandle(
      async ({ endpoint, path }) => {
        const hub = new hubframe.Hub({ endpoint, workers: 1 });
        return { hub, frame: await hub.readParquet(path) };
      },
      { endpoint: freshHub.endpoint, path: INDEXED },
    );
    await freshHub.expireUrls();
    const numRows = await opened.evaluate(async ({ hub, frame }) => {
      const rows = await frame.head(10);
      hub.close();
      return rows.length;
    });
    expect(numRows).toBe(10);
    const log = await freshHub.log();
    const expired = log.filter(({ origin, status }) => origin === "storage" && status === 403).length;
    const resolved = log.filter(({ origin, path }) => origin === "hub" && path.includes("/resolve/")).length;
    expect(expired).toBeGreaterThan(0);
    // Once to open, and at most once for each range that came back with 403.
    expect(resolved).toBeGreaterThan(1);
    expect(resolved).toBeLessThanOrEqual(1 + expired);
  });

  test("say that a file was replaced, instead of mixing two", async ({ plainPage, freshHub }) => {
    // The footer is that of the file that was opened; what follows is another's.
    await freshHub.fault({ origin: "storage", kind: "changed", grow: 10, after: 1 });
    expect(await outcome(plainPage, freshHub, INDEXED)).toMatchObject({ code: "changed", retryable: true });
  });
});

test.describe("workers", () => {
  test("start when they are needed, share one module, and end with the hub", async ({
    plainPage,
    site,
    freshHub,
  }) => {
    const before = site.requests.filter((path) => path.endsWith(".wasm")).length;
    const hub = await plainPage.evaluateHandle(
      (endpoint) => new hubframe.Hub({ endpoint, workers: 3 }),
      freshHub.endpoint,
    );
    expect(plainPage.workers()).toHaveLength(0);
    await hub.evaluate(async (hub, path) => (await hub.readParquet(path)).head(1), INDEXED);
    expect(plainPage.workers()).toHaveLength(1);
    await hub.evaluate(async (hub) => {
      const frame = await hub.readParquet("hf://datasets/vega/flights-20-files");
      for await (const batch of frame.batches()) batch.numRows;
    });
    expect(plainPage.workers()).toHaveLength(3);
    expect(site.requests.filter((path) => path.endsWith(".wasm")).length - before).toBe(1);
    await hub.evaluate((hub) => hub.close());
    await expect.poll(() => plainPage.workers().length).toBe(0);
  });

  test("are not needed: workers: 0 reads in the page, by the fetch that it is given", async ({
    plainPage,
    freshHub,
  }) => {
    const read = await plainPage.evaluate(
      async ({ endpoint, path }) => {
        const urls: string[] = [];
        const hub = new hubframe.Hub({
          endpoint,
          fetch: (request) => {
            urls.push(request.url);
            return fetch(request);
          },
        });
        const rows = await (await hub.readParquet(path)).head(10);
        hub.close();
        return { numRows: rows.length, numRequests: urls.length };
      },
      { endpoint: freshHub.endpoint, path: INDEXED },
    );
    expect(read.numRows).toBe(10);
    expect(read.numRequests).toBeGreaterThan(2);
    expect(plainPage.workers()).toHaveLength(0);
  });

  test("that cannot start say what to serve", async ({ plainPage, freshHub }) => {
    const error = await plainPage.evaluate(
      async ({ endpoint, path }) => {
        const createWorker = () => new Worker("/nowhere/worker.js", { type: "module" });
        const hub = new hubframe.Hub({ endpoint, createWorker });
        return await hub.readParquet(path).then(
          () => undefined,
          ({ code, message }) => ({ code, message }),
        );
      },
      { endpoint: freshHub.endpoint, path: INDEXED },
    );
    expect(error).toEqual({ code: "internal", message: expect.stringContaining("dist/worker.js") });
  });

  test("that die are replaced", async ({ plainPage, freshHub }) => {
    const read = await plainPage.evaluate(
      async ({ endpoint, path }) => {
        const made: Worker[] = [];
        const createWorker = () => {
          const worker = new Worker("/pkg/worker.js", { type: "module" });
          made.push(worker);
          return worker;
        };
        const hub = new hubframe.Hub({ endpoint, createWorker, workers: 1 });
        const frame = await hub.readParquet(path);
        const rows = frame.head(10);
        // What the page hears when a worker throws outside of any call, as a trap of the module does.
        made[0]?.dispatchEvent(new ErrorEvent("error", { message: "unreachable" }));
        const numRows = (await rows).length;
        hub.close();
        return { numRows, made: made.length };
      },
      { endpoint: freshHub.endpoint, path: INDEXED },
    );
    expect(read).toEqual({ numRows: 10, made: 2 });
  });
});
