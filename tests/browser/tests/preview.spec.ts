/** The preview page as it is built, in Chromium: what a person sees of it. */

import { APPEARANCES, axeViolations } from "../support/axe.js";
import { goldenByRepo } from "../support/golden.js";
import { address, cell, drawnRows, expect, grid, query, row, test } from "../support/preview.js";

test("shows the columns and the first rows of a dataset", async ({ page, site, freshHub }) => {
  await page.goto(address(site, freshHub, "vega/flights"));
  expect((await row(page, 0)).slice(1)).toEqual(["33", "2176", "LAS", "PHL"]);
  await expect(grid(page).getByRole("columnheader")).toHaveText([
    "Row",
    /^datetimestamp2001-01-01 00:01:00 – 2001-07-01 00:00:00$/,
    /^delayint64-1116 – 1688$/,
    /^distanceint64\d+ – \d+$/,
    /^originstring/,
    /^destinationstring/,
  ]);
  await expect(page.getByText("3,000,000 rows · 5 columns · 13 MB · commit")).toBeVisible();
  await expect(grid(page)).toHaveAttribute("aria-rowcount", "3000001");
});

test("opens at a row that the address names, and goes to others", async ({ page, site, freshHub }) => {
  await page.goto(address(site, freshHub, "vega/flights", "&row=2999999&col=origin"));
  expect((await row(page, 2_999_999)).slice(1)).toEqual(["33", "373", "ATL", "CVG"]);
  await page.getByLabel("Row", { exact: true }).fill("1,500,000");
  await page.keyboard.press("Enter");
  await row(page, 1_500_000);
  expect(query(page)).toMatchObject({ row: "1500000", col: "origin" });
});

test("is used by keyboard alone, with one tab stop in the grid", async ({ page, site, freshHub }) => {
  await page.goto(address(site, freshHub, "vega/flights"));
  await row(page, 0);
  const isInGrid = () => grid(page).evaluate((element) => element.matches(":focus"));
  for (let presses = 0; presses < 25 && !(await isInGrid()); presses++) await page.keyboard.press("Tab");
  expect(await isInGrid()).toBe(true);

  await page.keyboard.press("Control+End");
  expect(await row(page, 2_999_999)).toHaveLength(5);
  await expect(grid(page)).toHaveAttribute("aria-activedescendant", "active");
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("End");
  expect(query(page)).toMatchObject({ row: "1", col: "destination" });

  // Scrolled away from the active cell, the grid is still the stop.
  await grid(page).evaluate((element) => element.scrollTo(0, 1e6));
  await expect(grid(page)).not.toHaveAttribute("aria-activedescendant", "active");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Tab");
  expect(await isInGrid()).toBe(true);

  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: "Cell destination" })).toHaveText("SAV");
  await page.keyboard.press("Alt+ArrowDown");
  await expect(page.getByRole("region", { name: "Cell destination" })).toHaveText("MDW");
  await page.keyboard.press("Escape");
  expect(await isInGrid()).toBe(true);
});

test("skips no row in a long run of the wheel", async ({ page, site, freshHub }) => {
  await page.goto(address(site, freshHub, "vega/flights", "&row=2000000"));
  await row(page, 2_000_000);
  await grid(page).hover();
  const seen = new Set<number>();
  for (let step = 0; step < 60; step++) {
    for (const index of await drawnRows(page)) seen.add(index);
    await page.mouse.wheel(0, 300);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  const rows = [...seen].sort((a, b) => a - b);
  expect(rows.length).toBeGreaterThan(400);
  expect((rows.at(-1) ?? 0) - (rows[0] ?? 0)).toBe(rows.length - 1);
});

test("moves by the share of all rows when the scrollbar is dragged, to the very ends", async ({
  page,
  site,
  freshHub,
}) => {
  await page.goto(address(site, freshHub, "vega/flights"));
  await row(page, 0);
  const scrollTo = (share: number) =>
    grid(page).evaluate((element, share) => {
      element.scrollTop = share * (element.scrollHeight - element.clientHeight);
    }, share);
  await scrollTo(0.5);
  await expect.poll(async () => Math.abs(((await drawnRows(page))[0] ?? 0) - 1_500_000)).toBeLessThan(50);
  await scrollTo(1);
  await expect.poll(async () => (await drawnRows(page)).at(-1)).toBe(2_999_999);
  await scrollTo(0);
  await expect.poll(async () => (await drawnRows(page))[0]).toBe(0);
});

test("chooses configs and splits, and keeps them in the address", async ({ page, site, freshHub }) => {
  await page.goto(address(site, freshHub, "fixtures/configs"));
  await row(page, 0);
  const configs = page.getByRole("combobox", { name: "Config" });
  const names = await configs.locator("option").allTextContents();
  expect(names.length).toBeGreaterThan(1);
  for (const name of names) {
    await configs.selectOption(name);
    await row(page, 0);
    expect(query(page)).toMatchObject({ config: name });
  }
  await page.goBack();
  await expect(configs).toHaveValue(names.at(-2) ?? "");
});

test("shows cells in full, through the lenses that fit them", async ({ page, site, freshHub }) => {
  await page.goto(address(site, freshHub, "fixtures/chat"));
  await row(page, 0);
  await cell(page, 0, 1).click();
  await expect(page.locator(".chat section").first()).toBeVisible();
  await page.getByRole("button", { name: "JSON" }).click();
  await page.locator(".json").getByText(/^0: /).first().click();
  await expect(page.locator(".json").getByText('role: "user"')).toBeVisible();
  await page.getByRole("button", { name: "Close" }).click();

  await page.goto(address(site, freshHub, "fixtures/images"));
  await row(page, 0);
  const thumbnail = cell(page, 0, 0).locator("img");
  await expect
    .poll(() => thumbnail.evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBeGreaterThan(0);
  await cell(page, 0, 0).click();
  await expect(page.locator("figcaption")).toHaveText(/^png · \d+ × \d+ pixels · /);
  await page.getByRole("button", { name: "Hex" }).click();
  await expect(page.locator(".hex")).toContainText("89 50 4e 47");
  await page.getByRole("button", { name: "Next row" }).click();
  await expect(page.locator(".hex")).toContainText("89 50 4e 47");
});

test("filters rows by chips, and says what that reads", async ({ page, site, freshHub }) => {
  await page.goto(address(site, freshHub, "vega/flights-20-files"));
  await row(page, 0);
  await grid(page).getByRole("columnheader").filter({ hasText: "delay" }).click();
  const form = page.getByRole("form", { name: "Filter delay" });
  await form.getByLabel("Condition").selectOption("≥");
  await form.getByLabel("Value").fill("500");
  await form.getByRole("button", { name: "Filter" }).click();
  const group = page.getByRole("group", { name: "Filter" });
  await expect(group).toContainText(/385 matches · reads 40 of 40 row groups/);
  expect((await row(page, 0)).slice(1)).toEqual(["573", "630", "PDX", "SLC"]);
  expect(query(page).f).toBe('[["delay","ge","500"]]');

  // A second one; statistics leave one file of twenty.
  await page.goto(page.url().replace(/&f=[^&]*/, `&f=${encodeURIComponent('[["date","lt","2001-01-02"]]')}`));
  await expect(group).toContainText(/matches.* reads \d of 40 row groups/);
  await group.getByRole("button", { name: "Reset" }).click();
  await expect(grid(page)).toHaveAttribute("aria-rowcount", "3000001");
  expect(query(page)).not.toHaveProperty("f");
});

test("says why a condition cannot be", async ({ page, site, freshHub }) => {
  const filter = encodeURIComponent('[["delay","ge","much"]]');
  await page.goto(address(site, freshHub, "vega/flights-indexed", `&f=${filter}`));
  await expect(page.getByRole("alert")).toContainText('The column "delay" cannot be filtered so');
  await page.getByRole("button", { name: "Remove delay ≥ much" }).click();
  await row(page, 0);
});

test("shows what was requested, and how much was read", async ({ page, site, freshHub }) => {
  await page.goto(address(site, freshHub, "vega/flights-indexed"));
  await row(page, 0);
  await expect(page.getByRole("status")).toHaveText("");
  const { hub, storage } = await freshHub.counters();
  const log = await freshHub.log();
  const redirects = log.filter(({ status }) => status >= 300 && status < 400).length;
  const summary = page.locator(".requests summary");
  await expect(summary).toHaveText(
    new RegExp(`^\\s*[\\d.]+ [kM]B read · ${log.length - redirects}\\s+requests\\s*$`),
  );
  await summary.click();
  await expect(page.locator(".requests li")).toHaveCount(log.length - redirects);
  expect(hub.preflights + storage.preflights).toBe(0);
});

test("says what is wrong in a sentence, and goes on with another dataset", async ({
  page,
  site,
  freshHub,
}) => {
  await page.goto(address(site, freshHub, "vega/nothing"));
  await expect(page.getByRole("alert")).toContainText("There is no dataset vega/nothing");
  await page.getByLabel("Dataset", { exact: true }).fill("https://huggingface.co/datasets/fixtures/labels");
  await page.keyboard.press("Enter");
  await row(page, 0);
  await expect(page.getByRole("alert")).toBeHidden();
  expect(query(page)).toMatchObject({ repo: "fixtures/labels" });
});

test("can be stopped, and goes on afterwards", async ({ page, site, freshHub }) => {
  await freshHub.network("storage", { rtt_ms: 5000 });
  await page.goto(address(site, freshHub, "vega/flights"));
  await expect(page.getByRole("status")).toContainText("Opening vega/flights");
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByRole("alert")).toContainText("Stopped");
  await freshHub.reset();
  await page.getByRole("button", { name: "Try again" }).click();
  await row(page, 0);
});

test("never shows a cell's text as markup", async ({ page, site, freshHub }) => {
  await page.goto(address(site, freshHub, "fixtures/types"));
  await row(page, 0);
  expect(await grid(page).locator("[role=gridcell] *").count()).toBe(0);
});

for (const [repo, files] of goldenByRepo()) {
  test(`shows ${repo}, or says why not`, async ({ page, site, freshHub }) => {
    await page.goto(address(site, freshHub, repo));
    const first = grid(page).locator('[role=row][aria-rowindex="2"] [role=gridcell]:not(.absent)').first();
    await expect(first.or(page.getByRole("alert")).first()).toBeVisible();
    expect(files.length).toBeGreaterThan(0);
  });
}

for (const [appearance, media] of Object.entries(APPEARANCES)) {
  test(`has no accessibility violations, ${appearance}`, async ({ page, site, freshHub }, testInfo) => {
    await page.emulateMedia(media);
    const addresses = {
      welcome: `${site.origin}/preview/`,
      rows: address(site, freshHub, "fixtures/chat"),
      error: address(site, freshHub, "vega/nothing"),
    };
    for (const [name, url] of Object.entries(addresses)) {
      await page.goto(url);
      if (name === "rows") {
        await row(page, 0);
        await cell(page, 0, 0).click();
        await page.locator(".requests summary").click();
      }
      if (name === "error") await expect(page.getByRole("alert")).toBeVisible();
      await page.screenshot({ path: testInfo.outputPath(`${name}.png`) });
      expect(await axeViolations(page)).toEqual([]);
    }
  });
}
