/** Which columns the preview shows, and in which order: chosen by hand, kept in the address, followed by all else. */
import { readFileSync } from "node:fs";
import type { Locator, Page } from "@playwright/test";
import { APPEARANCES, axeViolations } from "../support/axe.js";
import { address, expect, grid, query, row, test } from "../support/preview.js";

const dialog = (page: Page): Locator => page.getByRole("dialog", { name: "Columns" });
const box = (page: Page, name: string): Locator =>
  dialog(page).getByRole("checkbox", { name: new RegExp(`^${name}\\b`) });

async function heads(page: Page): Promise<string[]> {
  const names = grid(page).getByRole("columnheader").locator("> span");
  return (await names.allTextContents()).slice(1);
}

test("hides columns, which are then not read, and keeps that in the address", async ({
  page,
  site,
  freshHub,
}) => {
  await page.goto(address(site, freshHub, "vega/flights", "&row=3"));
  const all = await row(page, 3);
  await page.getByRole("button", { name: "Columns…" }).click();
  await expect(dialog(page).getByRole("status")).toContainText("5 of 5 shown");
  await box(page, "date").uncheck();
  await box(page, "distance").uncheck();
  await dialog(page).getByRole("button", { name: "Show these columns" }).click();
  await expect(dialog(page)).toHaveCount(0);
  expect(await row(page, 3)).toEqual([all[1], all[3], all[4]]);
  expect(await heads(page)).toEqual(["delay", "origin", "destination"]);
  await expect(page.getByText("3 of 5 columns")).toBeVisible();
  expect(query(page)).toMatchObject({ cols: "delay,origin,destination", row: "3" });

  const bytes = async (columns: string) => {
    await freshHub.reset();
    await page.goto(address(site, freshHub, "vega/flights", `&row=1500000&cols=${columns}`));
    await row(page, 1_500_000);
    return (await freshHub.counters()).storage.bytes_sent;
  };
  expect(await bytes("delay")).toBeLessThan(0.6 * (await bytes("")));

  await page.goBack();
  await page.goBack();
  await row(page, 3);
  expect(await heads(page)).toEqual(["delay", "origin", "destination"]);
});

test("filters, searches and sorts by columns that are hidden", async ({ page, site, freshHub }) => {
  const filter = encodeURIComponent('[["delay","ge","500"]]');
  await page.goto(address(site, freshHub, "vega/flights-indexed", `&cols=origin&f=${filter}&sort=-delay`));
  const find = page.getByRole("button", { name: /^Sort: reads/ });
  await find.click();
  const hidden = await row(page, 0);
  expect(hidden).toHaveLength(1);
  await page.goto(
    address(site, freshHub, "vega/flights-indexed", `&cols=delay,origin&f=${filter}&sort=-delay`),
  );
  await find.click();
  const shown = await row(page, 0);
  expect(shown[1]).toBe(hidden[0]);
  expect(Number(shown[0])).toBeGreaterThan(1000);
});

test("programs and downloads have the columns that are shown", async ({ page, site, freshHub }) => {
  await page.goto(address(site, freshHub, "fixtures/labels", "&cols=label"));
  await row(page, 0);
  await page.getByRole("button", { name: "Use or download…" }).click();
  await page.getByRole("button", { name: "hubframe", exact: true }).click();
  await expect(page.getByRole("region", { name: "Program" })).toContainText('.select("label")');
  await page.evaluate(() => Object.assign(window, { showSaveFilePicker: undefined }));
  await page.getByLabel("Format").selectOption("CSV");
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download", exact: true }).click();
  const [head, first] = readFileSync(await (await download).path(), "utf8").split("\r\n");
  expect(head).toBe("label");
  expect(first).toMatch(/^-?\d+$/);
});

test("a list of columns that are gone shows all", async ({ page, site, freshHub }) => {
  await page.goto(address(site, freshHub, "fixtures/labels", "&cols=gone,away"));
  const all = await row(page, 0);
  await page.goto(address(site, freshHub, "fixtures/labels"));
  expect(await row(page, 0)).toEqual(all);
});

test("columns are found, moved and hidden by keys alone", async ({ page, site, freshHub }) => {
  await page.goto(address(site, freshHub, "vega/flights-indexed"));
  await row(page, 0);
  await grid(page).focus();
  await page.keyboard.press("c");
  await expect(dialog(page)).toBeVisible();
  await box(page, "delay").focus();
  await page.keyboard.press("Alt+ArrowUp");
  await expect(dialog(page).getByRole("status")).toContainText("delay is number 1 now.");
  await expect(box(page, "delay")).toBeFocused();
  await box(page, "distance").focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("Enter");
  await expect(dialog(page)).toHaveCount(0);
  await expect.poll(() => query(page).cols).toBe("delay,date,origin,destination");
  expect((await row(page, 0))[0]).toBe("33");

  await grid(page).focus();
  await page.keyboard.press("c");
  await dialog(page).getByRole("searchbox").fill("DEST");
  await expect(dialog(page).getByRole("checkbox")).toHaveCount(1);
  // The first Escape clears the field.
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await expect(dialog(page)).toHaveCount(0);
  await expect(grid(page)).toBeFocused();
  expect(query(page).cols).toBe("delay,date,origin,destination");

  await page.keyboard.press("c");
  await dialog(page).getByRole("button", { name: "Hide all" }).click();
  await expect(dialog(page).getByRole("button", { name: "Show these columns" })).toBeDisabled();
  await dialog(page).getByRole("button", { name: "Show all" }).click();
  await box(page, "date").focus();
  await page.keyboard.press("Alt+ArrowUp");
  await page.keyboard.press("Enter");
  await expect.poll(() => query(page).cols).toBe("date,delay,origin,destination,distance");
});

for (const [appearance, media] of Object.entries(APPEARANCES)) {
  test(`the dialog has no accessibility violations, ${appearance}`, async ({
    page,
    site,
    freshHub,
  }, testInfo) => {
    await page.emulateMedia(media);
    await page.goto(address(site, freshHub, "vega/flights-indexed"));
    await row(page, 0);
    await page.getByRole("button", { name: "Columns…" }).click();
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 800 });
      await page.screenshot({ path: testInfo.outputPath(`chooser-${width}.png`) });
      expect(await axeViolations(page)).toEqual([]);
    }
  });
}
