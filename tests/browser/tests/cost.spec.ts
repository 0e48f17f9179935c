/** What reading costs in requests and bytes, as the local Hub counts them. */
import { statSync } from "node:fs";
import { join } from "node:path";
import type { LogEntry } from "../support/local-hub.js";
import { GENERATED } from "../support/paths.js";
import { expect, test } from "../support/test.js";

const INDEXED = "vega/flights-indexed";

/** The requests that are not for the listing: those for the bytes of files. */
function fileRequests(log: readonly LogEntry[]): LogEntry[] {
  return log.filter(({ origin, path }) => origin === "storage" || path.includes("/resolve/"));
}

test("the first 100 rows of three columns of an indexed file", async ({ plainPage, freshHub }) => {
  const { rows, events } = await plainPage.evaluate(
    async ({ endpoint, path }) => {
      const events: import("hubframe").RequestEvent[] = [];
      const hub = new hubframe.Hub({ endpoint, onRequest: (event) => events.push(event) });
      const frame = await hub.readParquet(path);
      const rows = await frame.select(...frame.columns.slice(0, 3)).head(100);
      hub.close();
      return { rows: rows.length, events };
    },
    { endpoint: freshHub.endpoint, path: `hf://datasets/${INDEXED}` },
  );
  const log = await freshHub.log();
  const read = fileRequests(log);
  const [file] = read.map(({ path }) => path.split("/resolve/")[1]).filter((path) => path !== undefined);
  const { size } = statSync(join(GENERATED, INDEXED, file?.split("/").slice(1).join("/") ?? ""));
  const numBytes = read.reduce((sum, { bytes_sent }) => sum + bytes_sent, 0);
  test
    .info()
    .annotations.push({ type: "cost", description: `${read.length} requests, ${numBytes} of ${size} bytes` });
  expect(rows).toBe(100);
  // A redirect from the Hub to the storage is one request of the page, and two here.
  const pageRequests = events.filter(({ range }) => range !== undefined);
  expect(pageRequests.length).toBeLessThanOrEqual(4);
  expect(numBytes).toBeLessThan(0.03 * size);
  expect(pageRequests.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(0.03 * size);
});

test("progress says what crossed the network", async ({ plainPage, freshHub }) => {
  await freshHub.reset();
  const ask = (filter: [string, string, number][]) =>
    plainPage.evaluate(
      async ({ endpoint, path, filter }) => {
        const hub = new hubframe.Hub({ endpoint });
        const frame = await hub.readParquet(path, { filter: filter as import("hubframe").Filter });
        const told: import("hubframe").ReadProgress[] = [];
        await frame.toRows({ onProgress: (progress) => told.push(progress) });
        hub.close();
        return told.at(-1);
      },
      { endpoint: freshHub.endpoint, path: `hf://datasets/${INDEXED}`, filter },
    );
  const read = await ask([["distance", "<", 60]]);
  const log = fileRequests(await freshHub.log()).filter(({ origin }) => origin === "storage");
  // Opening read the footer before.
  const [footer, ...rest] = log;
  expect(footer?.bytes_sent).toBeGreaterThan(0);
  expect(read?.requests).toBe(rest.length);
  expect(read?.bytesRead).toBe(rest.reduce((sum, { bytes_sent }) => sum + bytes_sent, 0));
  expect(read?.numRows).toBeGreaterThan(0);
});

test("public data is read without a preflight, and the signed URL is used again", async ({
  plainPage,
  freshHub,
}) => {
  await plainPage.evaluate(
    async ({ endpoint, path }) => {
      const hub = new hubframe.Hub({ endpoint });
      const frame = await hub.readParquet(path);
      await frame.head(10);
      await frame.slice(1000, 10).toRows();
      hub.close();
    },
    { endpoint: freshHub.endpoint, path: `hf://datasets/${INDEXED}` },
  );
  const { hub, storage } = await freshHub.counters();
  expect(hub.preflights).toBe(0);
  expect(storage.preflights).toBe(0);
  const log = await freshHub.log();
  expect(log.filter(({ origin, path }) => origin === "hub" && path.includes("/resolve/"))).toHaveLength(1);
  expect(log.filter(({ origin }) => origin === "storage").length).toBeGreaterThan(1);
});

test("a token is sent to the Hub, and never to the storage", async ({ plainPage, freshHub }) => {
  const token = "hf_read";
  await freshHub.create({ id: "user/secret", private: true, files: { "a.parquet": flights() } });
  await freshHub.reset();
  const urls = await plainPage.evaluate(
    async ({ endpoint, token }) => {
      const urls: string[] = [];
      const hub = new hubframe.Hub({ endpoint, token, onRequest: ({ url }) => urls.push(url) });
      const frame = await hub.readParquet("hf://datasets/user/secret/a.parquet");
      await frame.head(10);
      hub.close();
      return urls;
    },
    { endpoint: freshHub.endpoint, token },
  );
  const { hub, storage } = await freshHub.counters();
  expect(hub.authorized).toBeGreaterThan(0);
  expect(storage.authorized).toBe(0);
  expect((await freshHub.log()).filter(({ origin }) => origin === "storage").length).toBeGreaterThan(0);
  expect(urls.join()).not.toContain(token);
  expect(urls.join()).not.toContain("?");
});

test("count() of 20 files: one request a file beyond the listing", async ({ plainPage, freshHub }) => {
  const numRows = await plainPage.evaluate(async (endpoint) => {
    const hub = new hubframe.Hub({ endpoint });
    const frame = await hub.readParquet("hf://datasets/vega/flights-20-files");
    const counts = [await frame.count(), await frame.count()];
    hub.close();
    return { counts, files: frame.numPartitions };
  }, freshHub.endpoint);
  expect(numRows.files).toBe(20);
  expect(numRows.counts[0]).toBe(numRows.counts[1]);
  const log = await freshHub.log();
  expect(log.filter(({ path }) => path.includes("/resolve/"))).toHaveLength(20);
});

test("every row over several workers: each footer and each byte once", async ({ plainPage, freshHub }) => {
  const { numRows, size } = await plainPage.evaluate(async (endpoint) => {
    const hub = new hubframe.Hub({ endpoint, workers: 3 });
    const frame = await hub.readParquet("hf://datasets/vega/flights-20-files");
    let numRows = 0;
    for await (const batch of frame.batches()) numRows += batch.numRows;
    hub.close();
    return { numRows, size: frame.files.reduce((sum, file) => sum + file.size, 0) };
  }, freshHub.endpoint);
  expect(numRows).toBeGreaterThan(0);
  const read = fileRequests(await freshHub.log());
  const numBytes = read.reduce((sum, { bytes_sent }) => sum + bytes_sent, 0);
  // Tails are read with some data before them, and rows of the same bytes again.
  expect(numBytes).toBeLessThan(1.5 * size);
});

function flights() {
  return { file: join(GENERATED, "vega/flights-20-files/data", firstFile()) };
}

function firstFile(): string {
  return "train-00000-of-00020.parquet";
}
