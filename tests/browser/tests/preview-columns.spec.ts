/** The preview's columns: statistics in two steps, search, sort, and what a click on a bar does. */
import type { Locator, Page } from "@playwright/test";
import { address, expect, grid, query, row, test } from "../support/preview.js";

const head = (page: Page, name: string): Locator =>
  grid(page).getByRole("columnheader").filter({ hasText: name });
const statistics = (page: Page): Locator => page.getByRole("region", { name: "Statistics" });
const filters = (page: Page): Locator => page.getByRole("group", { name: "Filter" });

/** The values of a column on screen, from the first row on. */
async function shown(page: Page, column: number, count: number): Promise<(string | undefined)[]> {
  const values = [];
  for (let index = 0; index < count; index++) values.push((await row(page, index))[column]);
  return values;
}

test("summarises columns by footers, for nothing", async ({ page, site, freshHub }) => {
  await page.goto(address(site, freshHub, "vega/flights-20-files"));
  await row(page, 0);
  await expect(head(page, "delay")).toContainText("-1116 – 1688");
  const before = (await freshHub.log()).length;
  await head(page, "delay").click();
  await expect(statistics(page)).toContainText("no nulls of all 3,000,000 rows, from the footers");
  await expect(
    statistics(page).getByRole("button", { name: /^All rows – reads up to [\d.]+ MB/ }),
  ).toBeVisible();
  expect(await freshHub.log()).toHaveLength(before);
});

test("describes a column when it is asked to, and says of which rows", async ({ page, site, freshHub }) => {
  await page.goto(address(site, freshHub, "vega/flights"));
  await row(page, 0);
  await head(page, "delay").click();
  await statistics(page)
    .getByRole("button", { name: /^First 10,000 rows – reads up to/ })
    .click();
  await expect(statistics(page)).toContainText("Basis: first 10,000 rows");
  await expect(head(page, "delay")).toContainText("first 10,000 rows");
  await expect(head(page, "delay").getByRole("img")).toHaveAttribute("aria-label", /^-67 – 59: 9,236; /);

  await statistics(page)
    .getByRole("button", { name: /^All rows/ })
    .click();
  await expect(statistics(page)).toContainText("Basis: all 3,000,000 rows");
  const counts = await statistics(page).locator(".chart .count").allTextContents();
  expect(counts.reduce((sum, count) => sum + Number(count.replaceAll(",", "")), 0)).toBe(3_000_000);
});

test("filters by a bar, and the other columns' statistics follow", async ({ page, site, freshHub }) => {
  await page.goto(address(site, freshHub, "vega/flights-indexed"));
  await row(page, 0);
  await head(page, "origin").click();
  await statistics(page)
    .getByRole("button", { name: /^All columns, first 10,000 rows/ })
    .click();
  await expect(head(page, "distance").getByRole("img")).toBeVisible();
  const bar = statistics(page).locator(".chart button").first();
  const [airport, count] = await bar.locator("span").allTextContents();
  await bar.click();
  await expect(filters(page)).toContainText(`origin = ${airport}`);
  expect(query(page).f).toBe(JSON.stringify([["origin", "eq", airport]]));
  expect(Number(count)).toBeGreaterThan(0);
  expect((await row(page, 3))[3]).toBe(airport);
  await expect(head(page, "distance")).toContainText("that pass the filter");
  await expect(statistics(page)).toContainText("that pass the filter");
});

test("searches text in any case, in the columns that are chosen", async ({ page, site, freshHub }) => {
  await page.goto(address(site, freshHub, "vega/flights-indexed"));
  await row(page, 0);
  await page.keyboard.press("Tab");
  await grid(page).focus();
  await page.keyboard.press("/");
  await page.keyboard.type("la");
  await page.keyboard.press("Enter");
  await expect(filters(page)).toContainText("“la”");
  for (const line of [await row(page, 0), await row(page, 9)]) expect(line.slice(3).join()).toMatch(/LA/);
  await page.locator(".search summary").click();
  await page.getByRole("checkbox", { name: "origin" }).uncheck();
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await expect.poll(() => query(page)).toMatchObject({ q: "la", in: "destination" });
  for (const value of await shown(page, 4, 8)) expect(value).toMatch(/LA/);
  await filters(page).getByRole("button", { name: "Remove “la”" }).click();
  await expect(grid(page)).toHaveAttribute("aria-rowcount", "3000001");
});

test("says what a long search reads before it begins, tells how far it is, and stops", async ({
  page,
  site,
  freshHub,
}) => {
  await page.goto(address(site, freshHub, "vega/flights-20-files"));
  await row(page, 0);
  await freshHub.network("storage", { rtt_ms: 400 });
  await page.getByRole("searchbox").fill("nowhere at all");
  await page.keyboard.press("Enter");
  await expect(filters(page)).toContainText(/at least 0 matches so far, \d+ of 20 files done/);
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByRole("button", { name: "Stop" })).toBeHidden();
  await expect(filters(page)).toContainText("at least 0 matches so far");
});

test("sorts after it said what that reads", async ({ page, site, freshHub }) => {
  await page.goto(address(site, freshHub, "vega/flights-20-files"));
  await row(page, 0);
  await head(page, "delay").click();
  await page.getByRole("button", { name: "Sort descending" }).click();
  const ask = filters(page).getByRole("button", { name: /^Sort: reads up to [\d.]+ MB$/ });
  await ask.click();
  const delays = (await shown(page, 1, 12)).map(Number);
  expect(delays).toEqual(delays.toSorted((a, b) => b - a));
  expect(delays[0]).toBe(1688);
  await expect(head(page, "delay")).toHaveAttribute("aria-sort", "descending");
  expect(query(page)).toMatchObject({ sort: "-delay" });
  await filters(page).getByRole("button", { name: "Remove delay ↓" }).click();
  await expect(grid(page)).toHaveAttribute("aria-rowcount", "3000001");
});

test("sorts one row group at once", async ({ page, site, freshHub }) => {
  await page.goto(address(site, freshHub, "fixtures/labels", "&sort=label"));
  await row(page, 0);
  await expect(filters(page)).toContainText(/\d+ rows · reads 1 of 1 row groups/);
  const labels = await grid(page).locator("[role=row] [data-column='1']").allTextContents();
  expect(labels.length).toBeGreaterThan(1);
});
