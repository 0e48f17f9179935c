/** What goes wrong in the middle of an upload, and that it costs little: a killed tab, a lost network, refusals of the Hub. */
import { renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Page, TestInfo } from "@playwright/test";
import { Hub } from "hubframe";
import type { LocalHub } from "../support/local-hub.js";
import { expect } from "../support/test.js";
import {
  add,
  begin,
  inDataset,
  isDone,
  open,
  review,
  send,
  signIn,
  start,
  test,
} from "../support/uploader.js";

/** How many bytes may be sent in all, for each byte of the dataset. */
const MAX_SENT = 1.1;

/** Rows of all files together: 60 MB, which compress badly. */
const NUM_ROWS = 900_000;

/** Files of so many rows in all, on disk. */
function csvFiles(info: TestInfo, count: number, numRows = NUM_ROWS): string[] {
  let state = count;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state.toString(36).padStart(7, "0");
  };
  return Array.from({ length: count }, (_, index) => {
    const path = info.outputPath(`part-${index}.csv`);
    const rows = Array.from(
      { length: numRows / count },
      (_, row) => `${row},${Array.from({ length: 8 }, next).join("")}`,
    );
    writeFileSync(path, `id,text\n${rows.join("\n")}\n`);
    return path;
  });
}

/** The bytes of the bodies of the storage's `PUT`s, whether or not they came to an end. */
async function sent(hub: LocalHub): Promise<number> {
  const puts = (await hub.log()).filter(({ method }) => method === "PUT");
  return puts.reduce((sum, { bytes_received }) => sum + bytes_received, 0);
}

/** Waits until so many bytes were sent. */
async function hasSent(hub: LocalHub, bytes: number): Promise<void> {
  await expect.poll(() => sent(hub), { intervals: [50], timeout: 60_000 }).toBeGreaterThan(bytes);
}

/** The bytes of a dataset's Parquet files, and its rows. */
function held(hub: LocalHub, repo: string): Promise<{ bytes: number; rows: number }> {
  return inDataset(hub, repo, async (dataset) => {
    const frame = await dataset.split("train");
    return { bytes: frame.files.reduce((sum, { size }) => sum + size, 0), rows: await frame.count() };
  });
}

/** The dataset is whole, and little was sent twice. */
async function isWhole(hub: LocalHub, repo: string, numRows = NUM_ROWS): Promise<void> {
  const [dataset, all] = [await held(hub, repo), await sent(hub)];
  expect(dataset.rows).toBe(numRows);
  const share = all / dataset.bytes;
  test
    .info()
    .annotations.push({ type: "sent", description: `${share.toFixed(3)} of ${dataset.bytes} bytes` });
  expect(share).toBeLessThanOrEqual(MAX_SENT);
}

/** Whether a repo holds any data. */
async function isEmpty(hub: LocalHub, repo: string): Promise<boolean> {
  const answer = await fetch(`${hub.endpoint}/api/datasets/${repo}/tree/main?recursive=true`, {
    headers: { Authorization: "Bearer hf_write" },
  });
  const entries = answer.ok ? ((await answer.json()) as { path: string }[]) : [];
  return entries.every(({ path }) => !path.endsWith(".parquet"));
}

/** All that the page keeps in the browser, as text. */
function kept(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const { result } = await new Promise<IDBOpenDBRequest>((resolve) => {
      const opening = indexedDB.open("hubframe-uploader");
      opening.onsuccess = () => resolve(opening);
    });
    const request = result.transaction("plans").objectStore("plans").getAll();
    await new Promise((resolve) => {
      request.onsuccess = resolve;
    });
    result.close();
    return JSON.stringify(request.result) + JSON.stringify({ ...localStorage, ...sessionStorage });
  });
}

/** In the page: how many files there are in each folder of the origin's private file system. */
async function scratchFiles(): Promise<number[]> {
  type Folder = FileSystemDirectoryHandle & { values(): AsyncIterable<FileSystemHandle> };
  const counts: number[] = [];
  for await (const folder of ((await navigator.storage.getDirectory()) as Folder).values()) {
    let count = 0;
    for await (const _ of (folder as Folder).values()) count += 1;
    counts.push(count);
  }
  return counts;
}

test.slow();

for (const count of [1, 2, 20]) {
  test(`a tab that is killed in the middle of 60 MB in ${count} file(s) is gone on with: little is sent twice`, async ({
    context,
    site,
    freshHub,
  }, info) => {
    const repo = `user/killed-${count}`;
    const files = csvFiles(info, count);
    await freshHub.network("storage", { bytes_per_second: 8_000_000 });
    const page = await context.newPage();
    await start(page, site, freshHub, `killed-${count}`);
    await add(page, files);
    await review(page);
    await begin(page);
    // Half of what the files come to as Parquet.
    await hasSent(freshHub, 20e6);
    await page.close({ runBeforeUnload: false });
    expect(await isEmpty(freshHub, repo)).toBe(true);
    const before = await sent(freshHub);

    const again = await context.newPage();
    await open(again, site, freshHub);
    await expect(again.getByText("was not finished")).toContainText(repo);
    expect(await kept(again)).toContain("part-0.csv");
    expect(await kept(again)).not.toMatch(/hf_write|Signature/);
    await again.getByRole("button", { name: "Go on" }).click();
    await signIn(again);
    await expect(again.getByText(`give ${count} file${count === 1 ? "" : "s"} again`)).toBeVisible();
    // By other names, and in another order.
    const renamed = files.toReversed().map((path) => {
      const other = join(dirname(path), `copy-of-${basename(path)}`);
      renameSync(path, other);
      return other;
    });
    await add(again, renamed);
    await expect(again.getByText("again. They are known")).toBeHidden();
    await review(again);
    await send(again);
    await isWhole(freshHub, repo);
    const { bytes } = await held(freshHub, repo);
    expect(before).toBeGreaterThan(0.35 * bytes);
    expect(before).toBeLessThan(0.75 * bytes);
    // Neither this page nor the one that was killed leaves its files behind.
    expect(await again.evaluate(scratchFiles)).toEqual([0]);
    await again.reload();
    await expect(again.getByText("was not finished")).toBeHidden();
  });
}

test("a lost network stops it, and it goes on by itself when there is one again", async ({
  context,
  page,
  site,
  freshHub,
}, info) => {
  await freshHub.network("storage", { bytes_per_second: 8_000_000 });
  await start(page, site, freshHub, "offline");
  await add(page, csvFiles(info, 2));
  await review(page);
  await begin(page);
  await hasSent(freshHub, 20e6);
  await context.setOffline(true);
  await expect(page.getByText("when the network is back")).toBeVisible({ timeout: 60_000 });
  expect(await isEmpty(freshHub, "user/offline")).toBe(true);
  await context.setOffline(false);
  await isDone(page);
  await isWhole(freshHub, "user/offline");
});

test("pause stops what is sent, cancel commits nothing, and both are gone on from", async ({
  page,
  site,
  freshHub,
}, info) => {
  await freshHub.network("storage", { bytes_per_second: 8_000_000 });
  await start(page, site, freshHub, "paused");
  await add(page, csvFiles(info, 1));
  await review(page);
  await begin(page);
  await hasSent(freshHub, 10e6);
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByText("Paused:")).toBeVisible();
  // What is on its way comes to its end, and then nothing more.
  let last = -1;
  const isStill = async () => {
    const before = last;
    last = await sent(freshHub);
    return last === before;
  };
  await expect.poll(isStill, { intervals: [1500] }).toBe(true);
  await page.getByRole("button", { name: "Go on" }).click();
  await hasSent(freshHub, last);
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByText("Cancelled. Nothing was committed.")).toBeVisible();
  expect(await isEmpty(freshHub, "user/paused")).toBe(true);
  await page.getByRole("button", { name: "Try again" }).click();
  await isDone(page);
  await isWhole(freshHub, "user/paused");
});

test("a token that ends in the middle is asked for again, and the plan stays", async ({
  page,
  site,
  freshHub,
}, info) => {
  await start(page, site, freshHub, "expired");
  await add(page, csvFiles(info, 1));
  await review(page);
  await freshHub.fault({ origin: "hub", path: "preupload", kind: "status", status: 401, after: 6, count: 1 });
  await begin(page);
  await expect(page.getByRole("alert")).toContainText("does not know this token any more");
  expect(await sent(freshHub)).toBeGreaterThan(10e6);
  await page.getByRole("button", { name: "Sign out" }).click();
  await signIn(page);
  await page.getByRole("button", { name: "Try again" }).click();
  await isDone(page);
  await isWhole(freshHub, "user/expired");
});

test("429 and 412 are waited for and planned around", async ({ page, site, freshHub }, info) => {
  await start(page, site, freshHub, "busy");
  await add(page, csvFiles(info, 1));
  await review(page);
  const limited = { kind: "rate_limited", retry_after: 1, count: 1 };
  await freshHub.fault({ ...limited, origin: "hub", path: "preupload", after: 2 });
  await freshHub.fault({ ...limited, origin: "storage", method: "PUT", after: 4 });
  await freshHub.fault({ origin: "hub", path: "/commit/main", kind: "slow", delay_ms: 3000, count: 1 });
  await begin(page);
  await expect(page.getByText("under way")).toBeVisible({ timeout: 60_000 });
  // Somebody else commits while the page's own commit is on its way: the Hub answers it with 412.
  const other = new Hub({ endpoint: freshHub.endpoint, token: "hf_write" });
  await other.commitFiles("user/busy", { add: [{ path: ".keep", blob: new Blob(["other"]) }] });
  other.close();
  await isDone(page);
  const statuses = (await freshHub.log()).map(({ status }) => status);
  expect(statuses.filter((status) => status === 429)).toHaveLength(2);
  expect(statuses).toContain(412);
  await isWhole(freshHub, "user/busy");
});

test("two tabs do not upload at the same time", async ({ context, site, freshHub }, info) => {
  await freshHub.network("storage", { bytes_per_second: 500_000 });
  const files = csvFiles(info, 1, 100_000);
  const [one, two] = await Promise.all([context.newPage(), context.newPage()]);
  for (const [page, name] of [
    [one, "tab-one"],
    [two, "tab-two"],
  ] as const) {
    await start(page, site, freshHub, name);
    await add(page, files);
    await review(page);
  }
  await begin(one);
  await expect(one.getByRole("button", { name: "Pause" })).toBeVisible();
  await begin(two);
  await expect(two.getByRole("alert")).toContainText("Another tab of this page uploads");
  await one.getByRole("button", { name: "Cancel" }).click();
  await expect(one.getByText("Cancelled. Nothing was committed.")).toBeVisible();
  await freshHub.network("storage", {});
  await two.getByRole("button", { name: "Try again" }).click();
  await isDone(two);
});
