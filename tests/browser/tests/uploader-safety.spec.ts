/** What goes wrong in the middle of an upload, and that it costs little: a killed tab, a lost network, refusals of the Hub. */
import type { Page } from "@playwright/test";
import { Hub } from "hubframe";
import type { LocalHub } from "../support/local-hub.js";
import { expect } from "../support/test.js";
import { add, begin, file, isDone, open, review, send, signIn, test } from "../support/uploader.js";

/** Rows that compress badly, about 6.6 MB of them. */
function csv(seed: number): string {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state.toString(36).padStart(7, "0");
  };
  const rows = Array.from(
    { length: 100_000 },
    (_, row) => `${row},${Array.from({ length: 8 }, next).join("")}`,
  );
  return `id,text\n${rows.join("\n")}\n`;
}

/** The storage's `PUT`s, and the bytes of their bodies, whether or not they came to an end. */
async function sent(hub: LocalHub): Promise<{ count: number; bytes: number }> {
  const puts = (await hub.log()).filter(({ method }) => method === "PUT");
  return { count: puts.length, bytes: puts.reduce((sum, { bytes_received }) => sum + bytes_received, 0) };
}

/** The bytes of a dataset's Parquet files, and its rows. */
async function held(hub: LocalHub, repo: string): Promise<{ bytes: number; rows: number }> {
  const client = new Hub({ endpoint: hub.endpoint, token: "hf_write" });
  const frame = await (await client.dataset(repo)).split("train");
  const rows = await frame.count();
  client.close();
  return { bytes: frame.files.reduce((sum, { size }) => sum + size, 0), rows };
}

/** Whether a repo holds any data. */
async function isEmpty(hub: LocalHub, repo: string): Promise<boolean> {
  const answer = await fetch(`${hub.endpoint}/api/datasets/${repo}/tree/main?recursive=true`, {
    headers: { Authorization: "Bearer hf_write" },
  });
  const entries = answer.ok ? ((await answer.json()) as { path: string }[]) : [];
  return entries.every(({ path }) => !path.endsWith(".parquet"));
}

/** Files small enough that there are a few dozen. */
async function smallFiles(page: Page): Promise<void> {
  await page.getByText("Advanced").click();
  await page.getByLabel("File, MB of data").fill("1");
  await page.getByLabel("Row group, MB").fill("1");
  await page.keyboard.press("Tab");
}

const data = Array.from({ length: 4 }, (_, index) => file(`part-${index}.csv`, csv(index + 1)));

test("a tab that is killed in the middle is gone on with: little is sent twice", async ({
  context,
  site,
  freshHub,
}) => {
  test.slow();
  await freshHub.network("storage", { bytes_per_second: 6_000_000 });
  const page = await context.newPage();
  await open(page, site, freshHub);
  await signIn(page);
  await page.getByLabel("Dataset name").fill("killed");
  await add(page, data);
  await smallFiles(page);
  await review(page);
  await begin(page);
  await expect
    .poll(async () => (await sent(freshHub)).bytes, { intervals: [50], timeout: 60_000 })
    .toBeGreaterThan(6_000_000);
  await page.close({ runBeforeUnload: false });
  expect(await isEmpty(freshHub, "user/killed")).toBe(true);
  const before = await sent(freshHub);

  const again = await context.newPage();
  await open(again, site, freshHub);
  await expect(again.getByText("was not finished")).toContainText("user/killed");
  // Nothing secret was kept.
  const kept = await again.evaluate(async () => {
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
  expect(kept).toContain("part-0.csv");
  expect(kept).not.toContain("hf_write");
  await again.getByRole("button", { name: "Go on" }).click();
  await signIn(again);
  await expect(again.getByText("give 4 files again")).toBeVisible();
  // By other names, and in another order.
  await add(
    again,
    data.toReversed().map((one, index) => ({ ...one, name: `copy-${index}.csv` })),
  );
  await expect(again.getByText("files again")).toBeHidden();
  await review(again);
  await send(again);
  await expect(again.getByText("were already on the Hub").or(again.getByText("Done:")).first()).toBeVisible();

  const dataset = await held(freshHub, "user/killed");
  const all = await sent(freshHub);
  expect(dataset.rows).toBe(400_000);
  expect(before.bytes).toBeGreaterThan(0.2 * dataset.bytes);
  test.info().annotations.push({ type: "sent", description: `${all.bytes} bytes for ${dataset.bytes}` });
  expect(all.bytes).toBeLessThanOrEqual(1.1 * dataset.bytes);
  await again.reload();
  await expect(again.getByText("was not finished")).toBeHidden();
});

test("a lost network stops it, and it goes on by itself when there is one again", async ({
  context,
  page,
  site,
  freshHub,
}) => {
  test.slow();
  await freshHub.network("storage", { bytes_per_second: 6_000_000 });
  await open(page, site, freshHub);
  await signIn(page);
  await page.getByLabel("Dataset name").fill("offline");
  await add(page, data.slice(0, 2));
  await smallFiles(page);
  await review(page);
  await begin(page);
  await expect
    .poll(async () => (await sent(freshHub)).bytes, { intervals: [50], timeout: 60_000 })
    .toBeGreaterThan(2_000_000);
  await context.setOffline(true);
  await expect(page.getByText("when the network is back")).toBeVisible({ timeout: 60_000 });
  expect(await isEmpty(freshHub, "user/offline")).toBe(true);
  await context.setOffline(false);
  await isDone(page);
  const dataset = await held(freshHub, "user/offline");
  expect(dataset.rows).toBe(200_000);
  expect((await sent(freshHub)).bytes).toBeLessThanOrEqual(1.1 * dataset.bytes);
});

test("pause stops what is sent, cancel commits nothing, and both are gone on from", async ({
  page,
  site,
  freshHub,
}) => {
  test.slow();
  await freshHub.network("storage", { bytes_per_second: 4_000_000 });
  await open(page, site, freshHub);
  await signIn(page);
  await page.getByLabel("Dataset name").fill("paused");
  await add(page, data.slice(0, 2));
  await smallFiles(page);
  await review(page);
  await begin(page);
  await expect
    .poll(async () => (await sent(freshHub)).bytes, { intervals: [50], timeout: 60_000 })
    .toBeGreaterThan(1_000_000);
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByText("Paused:")).toBeVisible();
  // What is on its way comes to its end, and then nothing more.
  let last = -1;
  await expect
    .poll(
      async () => {
        const { bytes } = await sent(freshHub);
        const isStill = bytes === last;
        last = bytes;
        return isStill;
      },
      { intervals: [1500] },
    )
    .toBe(true);
  await page.getByRole("button", { name: "Go on" }).click();
  await expect.poll(async () => (await sent(freshHub)).bytes, { intervals: [50] }).toBeGreaterThan(last);
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByText("Cancelled. Nothing was committed.")).toBeVisible();
  expect(await isEmpty(freshHub, "user/paused")).toBe(true);
  await page.getByRole("button", { name: "Try again" }).click();
  await isDone(page);
  const dataset = await held(freshHub, "user/paused");
  expect(dataset.rows).toBe(200_000);
  expect((await sent(freshHub)).bytes).toBeLessThanOrEqual(1.1 * dataset.bytes);
});

test("a token that has ended is asked for again, and the plan stays", async ({ page, site, freshHub }) => {
  await open(page, site, freshHub);
  await signIn(page);
  await page.getByLabel("Dataset name").fill("expired");
  await add(page, [file("train.csv", "a\n1\n2\n")]);
  await review(page);
  await freshHub.fault({ origin: "hub", path: "preupload", kind: "status", status: 401, count: 1 });
  await begin(page);
  await expect(page.getByRole("alert")).toContainText("does not know this token any more");
  await page.getByRole("button", { name: "Sign out" }).click();
  await signIn(page);
  await page.getByRole("button", { name: "Try again" }).click();
  await isDone(page);
  expect((await held(freshHub, "user/expired")).rows).toBe(2);
});

test("429 and 412 of the Hub are waited for and planned around", async ({ page, site, freshHub }) => {
  await open(page, site, freshHub);
  await signIn(page);
  await page.getByLabel("Dataset name").fill("busy");
  await add(page, [file("train.csv", "a\n1\n2\n")]);
  await review(page);
  await freshHub.fault({ origin: "hub", path: "preupload", kind: "rate_limited", retry_after: 1, count: 1 });
  await freshHub.fault({ origin: "hub", path: "/commit/main", kind: "slow", delay_ms: 3000, count: 1 });
  await begin(page);
  await expect(page.getByText("under way")).toBeVisible();
  // Somebody else commits while the page's own commit is on its way: the Hub answers it with 412.
  const other = new Hub({ endpoint: freshHub.endpoint, token: "hf_write" });
  await other.commitFiles("user/busy", { add: [{ path: ".keep", blob: new Blob(["other"]) }] });
  other.close();
  await isDone(page);
  const statuses = (await freshHub.log()).map(({ status }) => status);
  expect(statuses).toContain(429);
  expect(statuses).toContain(412);
  expect((await held(freshHub, "user/busy")).rows).toBe(2);
});

test("two tabs do not upload at the same time", async ({ context, site, freshHub }) => {
  await freshHub.network("storage", { bytes_per_second: 500_000 });
  const [one, two] = await Promise.all([context.newPage(), context.newPage()]);
  for (const [page, name] of [
    [one, "tab-one"],
    [two, "tab-two"],
  ] as const) {
    await open(page, site, freshHub);
    await signIn(page);
    await page.getByLabel("Dataset name").fill(name);
    await add(page, data.slice(0, 1));
    await review(page);
  }
  await begin(one);
  await expect(one.getByRole("button", { name: "Pause" })).toBeVisible();
  await begin(two);
  await expect(two.getByRole("alert")).toContainText("Another tab of this page uploads");
  await one.getByRole("button", { name: "Cancel" }).click();
  await freshHub.network("storage", {});
  await two.getByRole("button", { name: "Try again" }).click();
  await isDone(two);
});
