/** What the preview page says when something is wrong, and the way out of it: each state provoked on the local Hub. */
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { FIXTURES } from "../support/paths.js";
import { address, expect, grid, query, row, test } from "../support/preview.js";

const TABLE = { file: join(FIXTURES, "fixtures/labels/data/train-00000-of-00001.parquet") };

const alert = (page: Page) => page.getByRole("alert");
const again = (page: Page) => alert(page).getByRole("button", { name: "Try again" });

test("a Hub that limits requests is waited for, which the page says; then it goes on by itself", async ({
  page,
  site,
  freshHub,
}) => {
  // The page has asked once by itself, before the workers do: that is not asked again.
  await freshHub.fault({ origin: "hub", path: "/api/datasets", kind: "rate_limited", count: 4 });
  await page.goto(address(site, freshHub, "fixtures/labels"));
  const status = page.getByRole("status").filter({ hasText: "the Hub limits requests" });
  await expect(status).toContainText("Opening fixtures/labels");
  // Second by second.
  const seconds = async () => Number(/waits (\d+) s/.exec((await status.textContent()) ?? "")?.[1]);
  const first = await seconds();
  expect(first).toBeGreaterThan(0);
  await expect.poll(seconds).toBeLessThan(first);
  await row(page, 0);
  await expect(status).toHaveCount(0);
});

test("a Hub that fails is asked again by a press", async ({ page, site, freshHub }) => {
  await freshHub.fault({ origin: "hub", path: "/api/datasets", kind: "status", status: 503 });
  await page.goto(address(site, freshHub, "fixtures/labels"));
  await expect(alert(page)).toContainText("The server failed to answer", { timeout: 50_000 });
  await freshHub.reset();
  await again(page).click();
  await row(page, 0);
});

test("without a network, what was read stays; with it, the rest comes by itself", async ({
  page,
  context,
  site,
  freshHub,
}) => {
  test.slow();
  await page.goto(address(site, freshHub, "vega/flights"));
  const first = await row(page, 0);
  await context.setOffline(true);
  await page.getByLabel("Row", { exact: true }).fill("2,000,000");
  await page.keyboard.press("Enter");
  await expect(alert(page)).toContainText("This machine is offline", { timeout: 60_000 });
  await page.getByLabel("Row", { exact: true }).fill("0");
  await page.keyboard.press("Enter");
  expect(await row(page, 0)).toEqual(first);
  await page.getByLabel("Row", { exact: true }).fill("2,000,000");
  await page.keyboard.press("Enter");
  await context.setOffline(false);
  await row(page, 2_000_000);
  await expect(alert(page)).toHaveCount(0);
});

test("a host that refuses the page is named", async ({ page, site, freshHub }) => {
  await freshHub.fault({ origin: "storage", kind: "drop" });
  await page.goto(address(site, freshHub, "vega/flights"));
  await expect(alert(page)).toContainText(`The request went to ${new URL(freshHub.endpoint).host}`, {
    timeout: 50_000,
  });
  await expect(again(page)).toBeVisible();
});

test("a server that ignores ranges is told from a damaged file", async ({ page, site, freshHub }) => {
  await freshHub.fault({ origin: "storage", kind: "ignore_range" });
  await page.goto(address(site, freshHub, "vega/flights"));
  await expect(alert(page)).toContainText(/range/);
});

test("a file that changes while it is read is no mix of both", async ({ page, site, freshHub }) => {
  await page.goto(address(site, freshHub, "vega/flights"));
  await row(page, 0);
  await freshHub.fault({ origin: "storage", kind: "changed" });
  await page.getByLabel("Row", { exact: true }).fill("2,900,000");
  await page.keyboard.press("Enter");
  await expect(alert(page)).toContainText("changed");
  await freshHub.reset();
  await again(page).click();
  await row(page, 2_900_000);
});

test("a damaged file is named, and the files beside it can be read", async ({ page, site, freshHub }) => {
  await freshHub.create({
    id: "user/damaged",
    files: { "train/a.parquet": TABLE, "train/b.parquet": "PAR1 this is no table PAR1" },
  });
  await page.goto(address(site, freshHub, "user/damaged"));
  await row(page, 0);
  await page.getByRole("button", { name: "Compare files…" }).click();
  await expect(page.getByRole("dialog")).toContainText("train/b.parquet");
});

test("a repo without data, and one of another format, say so", async ({ page, site, freshHub }) => {
  await freshHub.create({ id: "user/empty", files: { "README.md": "# Nothing\n" } });
  await page.goto(address(site, freshHub, "user/empty"));
  await expect(alert(page)).toContainText(/^\s*The repo holds no data file\./);
  await freshHub.create({ id: "user/other", files: { "train/notes.txt": "a\n" } });
  await page.goto(address(site, freshHub, "user/other"));
  await expect(alert(page)).toContainText("user/other holds text files");
  // A table without columns says nothing.
  await expect(grid(page)).toBeHidden();
});

test("after a file that cannot be read, another one can be chosen", async ({ page, site }) => {
  await page.goto(`${site.origin}/preview/`);
  const choose = (name: string, text: string) =>
    page.getByLabel("Choose files").setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
  await choose("broken.csv", 'a,b\n1,"2\n');
  await expect(alert(page)).toContainText("broken.csv, line 2");
  await choose("whole.csv", "a,b\n1,2\n");
  expect(await row(page, 0)).toEqual(["1", "2"]);
  await expect(alert(page)).toHaveCount(0);
});

test("a split without rows shows its columns, and says that there are none", async ({
  page,
  site,
  freshHub,
}) => {
  await page.goto(`${site.origin}/preview/`);
  await page.getByLabel("Choose files").setInputFiles({
    name: "none.csv",
    mimeType: "text/csv",
    buffer: Buffer.from("a,b\n"),
  });
  await expect(page.getByRole("note")).toContainText("There are no rows here");
  await expect(grid(page).getByRole("columnheader").filter({ hasText: "a" }).first()).toBeVisible();
  await freshHub.reset();
});

test("a config or split that is gone leads to the default ones", async ({ page, site, freshHub }) => {
  for (const rest of ["&config=gone", "&split=gone"]) {
    await page.goto(address(site, freshHub, "fixtures/labels", rest));
    await expect(alert(page)).toContainText('"gone"');
    await alert(page).getByRole("button", { name: "Show the default view" }).click();
    await row(page, 0);
    expect(query(page)).toEqual({ repo: "fixtures/labels", endpoint: freshHub.endpoint });
  }
});

test("CSV that nobody converted is read whole: small at once, large when it is asked for", async ({
  page,
  site,
  freshHub,
}) => {
  await freshHub.create({
    id: "user/csv",
    files: { "train.csv": "code,n\n007,1\n", "test.csv": `a\n${"0123456789\n".repeat(3_300_000)}` },
  });
  await page.goto(address(site, freshHub, "user/csv"));
  expect(await row(page, 0)).toEqual(["007", "1"]);
  await expect(page.getByRole("note")).toContainText("These CSV files were read whole");
  await page.getByRole("combobox", { name: "Split" }).selectOption("test");
  await expect(alert(page)).toContainText("36 MB of CSV, which can only be read whole");
  await alert(page).getByRole("button", { name: "Read it whole" }).click();
  expect(await row(page, 0)).toEqual(["0123456789"]);
});

test("rows of the Hub's conversion say that they are", async ({ page, site, freshHub }) => {
  await freshHub.create({
    id: "user/converted",
    files: { "train.csv": "a\n1\n" },
    refs: { "refs/convert/parquet": { files: { "default/train/0000.parquet": TABLE } } },
  });
  await page.goto(address(site, freshHub, "user/converted"));
  await row(page, 0);
  await expect(page.getByRole("note")).toContainText("As the Hub converted it to Parquet.");
});
