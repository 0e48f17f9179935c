/** The preview by keyboard alone: moving, searching, filtering, sorting, selecting, copying. */
import type { Page } from "@playwright/test";
import { APPEARANCES, axeViolations } from "../support/axe.js";
import { address, expect, grid, query, row, test } from "../support/preview.js";

async function copied(page: Page): Promise<string> {
  return page.evaluate(() => navigator.clipboard.readText());
}

/** Tabs until the grid has the focus. */
async function tabToGrid(page: Page): Promise<void> {
  const isInGrid = () => grid(page).evaluate((element) => element.matches(":focus"));
  for (let presses = 0; presses < 30 && !(await isInGrid()); presses++) await page.keyboard.press("Tab");
  expect(await isInGrid()).toBe(true);
}

test("copies a cell, a row and a selection", async ({ page, context, site, freshHub }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(address(site, freshHub, "vega/flights-indexed"));
  await row(page, 2);
  await tabToGrid(page);
  await page.keyboard.press("End");
  await page.keyboard.press("Control+c");
  expect(await copied(page)).toBe("PHL");

  await page.keyboard.press("Shift+Space");
  await page.keyboard.press("Control+c");
  const names = "date\tdelay\tdistance\torigin\tdestination";
  await expect.poll(() => copied(page)).toBe(`${names}\n2001-01-01T00:01:00.000000Z\t33\t2176\tLAS\tPHL`);

  await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Shift+ArrowDown");
  const selection = page.getByRole("group", { name: "Selection" });
  await expect(selection).toContainText("3 rows selected");
  await expect(grid(page).locator("[role=row][aria-selected=true]")).toHaveCount(3);
  await selection.getByRole("button", { name: "Copy as JSON" }).click();
  await expect.poll(() => copied(page)).toMatch(/^\[/);
  const rows = JSON.parse(await copied(page)) as { delay: number }[];
  expect(rows.map(({ delay }) => delay)).toEqual([33, 19, 14]);
  await selection.getByRole("button", { name: "Clear" }).click();
  await expect(selection).toBeHidden();

  // By pointer: from a row's number to another's.
  await grid(page).locator("[role=row][aria-rowindex='2'] [role=rowheader]").click();
  await grid(page)
    .locator("[role=row][aria-rowindex='6'] [role=rowheader]")
    .click({ modifiers: ["Shift"] });
  await expect(selection).toContainText("5 rows selected");
});

test("does everything by keys", async ({ page, site, freshHub }) => {
  await page.goto(address(site, freshHub, "vega/flights-indexed"));
  await row(page, 0);
  await tabToGrid(page);
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keys" });
  await expect(help).toContainText("go to a row");
  await page.keyboard.press("Escape");
  await expect(help).toBeHidden();

  await page.keyboard.press("g");
  await page.keyboard.type("123456");
  await page.keyboard.press("Enter");
  await row(page, 123_456);
  expect(query(page)).toMatchObject({ row: "123456" });

  // Filter on the active column: the form has the focus, and Escape gives it back.
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("f");
  await expect(page.getByRole("form", { name: "Filter delay" })).toBeVisible();
  await expect(page.getByRole("combobox", { name: "Condition" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(grid(page)).toBeFocused();
  await page.keyboard.press("f");
  await expect(page.getByRole("combobox", { name: "Condition" })).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.type("200");
  await page.keyboard.press("Enter");
  await expect.poll(() => query(page)).toMatchObject({ f: '[["delay","eq","200"]]' });
  await expect.poll(async () => (await row(page, 0))[1]).toBe("200");

  await page.keyboard.press("Escape");
  await expect(grid(page)).toBeFocused();
  await page.keyboard.press("/");
  await page.keyboard.type("phl");
  // A key in a form is a letter.
  await page.keyboard.type("g?f/");
  await expect(page.getByRole("searchbox")).toHaveValue("phlg?f/");
});

for (const [appearance, media] of Object.entries(APPEARANCES)) {
  test(`panels and sheets have no accessibility violations, ${appearance}`, async ({
    page,
    site,
    freshHub,
  }, testInfo) => {
    await page.emulateMedia(media);
    await page.goto(address(site, freshHub, "fixtures/labels", "&q=a"));
    await row(page, 0);
    await grid(page).getByRole("columnheader").nth(2).click();
    await page.getByRole("button", { name: /^All columns/ }).click();
    await expect(page.locator("hf-column-panel .chart").first()).toBeVisible();
    await grid(page).focus();
    await page.keyboard.press("Shift+Space");
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 800 });
      await page.screenshot({ path: testInfo.outputPath(`columns-${width}.png`) });
      expect(await axeViolations(page)).toEqual([]);
    }
    await page.keyboard.press("?");
    await page.screenshot({ path: testInfo.outputPath("help.png") });
    expect(await axeViolations(page)).toEqual([]);
  });
}
