/** The preview for everybody: axe on each of its parts in three looks, the whole page by keys, and what it gives back. */
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { APPEARANCES, axeViolations } from "../support/axe.js";
import { GENERATED } from "../support/paths.js";
import { address, cell, expect, grid, query, row, test } from "../support/preview.js";

const panel = (page: Page) => page.locator("hf-cell-panel");

for (const [appearance, media] of Object.entries(APPEARANCES)) {
  test(`axe finds nothing on any part of the page, ${appearance}`, async ({ page, site, freshHub }, info) => {
    test.slow();
    await page.emulateMedia(media);
    const check = async (name: string) => {
      await page.screenshot({ path: info.outputPath(`${name}.png`) });
      expect(await axeViolations(page), name).toEqual([]);
    };
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 800 });
      await page.goto(`${site.origin}/preview/`);
      await expect(page.getByText("Drop Parquet, CSV")).toBeVisible();
      await check(`start-${width}`);
      await page.getByText("Sign in with a token").click();
      await check(`sign-in-${width}`);

      await page.goto(address(site, freshHub, "fixtures/chat"));
      await row(page, 0);
      await cell(page, 0, 1).click();
      for (const lens of await panel(page).locator(".lenses button").allTextContents()) {
        await panel(page).getByRole("button", { name: lens, exact: true }).click();
        await expect(panel(page).locator(".body > *").first()).toBeVisible();
        await check(`lens-${lens}-${width}`);
      }
      await page.goto(address(site, freshHub, "fixtures/images"));
      await row(page, 0);
      await cell(page, 0, 0).click();
      await expect(panel(page).locator("figcaption")).toBeVisible();
      await check(`image-${width}`);
      const filter = encodeURIComponent('[["delay","ge","500"]]');
      await page.goto(address(site, freshHub, "vega/flights-indexed", `&f=${filter}&sort=-delay`));
      await page.getByRole("button", { name: /^Sort: reads/ }).click();
      await row(page, 0);
      await grid(page).focus();
      await page.keyboard.press("f");
      await page.getByRole("button", { name: /^All rows/ }).click();
      await expect(page.locator("hf-column-panel .chart").first()).toBeVisible();
      await check(`column-${width}`);
      await page.getByRole("button", { name: "Close" }).click();
      await page.locator(".search summary").click();
      await page.locator(".requests summary").click();
      await check(`search-${width}`);
    }
  });

  test(`axe finds nothing on the sign-in element by itself, ${appearance}`, async ({
    page,
    site,
    freshHub,
  }) => {
    await page.emulateMedia(media);
    await page.goto(`${site.origin}/preview/?endpoint=${encodeURIComponent(freshHub.endpoint)}`);
    await page.evaluate(() => {
      const main = document.createElement("main");
      const heading = document.createElement("h1");
      heading.textContent = "Only this";
      main.append(heading, document.querySelector("hf-sign-in") as HTMLElement);
      document.body.replaceChildren(main);
    });
    expect(await axeViolations(page)).toEqual([]);
    await page.getByText("Sign in with a token").click();
    await page.getByLabel("Access token").fill("hf_nobody");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("alert")).toBeVisible();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByLabel("Access token").fill("hf_write");
    await page.keyboard.press("Enter");
    await expect(page.getByText("Signed in as")).toBeVisible();
    expect(await axeViolations(page)).toEqual([]);
  });
}

/** Presses Tab until what has the focus is of this role and name. */
async function tabTo(page: Page, label: string): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press("Tab");
    const name = await page.evaluate(() => {
      let focused = document.activeElement;
      while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
      const labels = (focused as HTMLInputElement | null)?.labels;
      return [focused?.ariaLabel, labels?.[0]?.textContent, focused?.textContent]
        .filter(Boolean)
        .join(" ")
        .trim();
    });
    if (name.includes(label)) return;
  }
  throw new Error(`No Tab leads to ${label}.`);
}

test("the whole page is used without a pointer", async ({ page, site, freshHub, context }) => {
  test.slow();
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(`${site.origin}/preview/?endpoint=${encodeURIComponent(freshHub.endpoint)}`);
  await tabTo(page, "Dataset");
  await page.keyboard.type("fixtures/configs");
  await page.keyboard.press("Enter");
  await row(page, 0);

  await tabTo(page, "Config");
  await page.keyboard.press("ArrowDown");
  await expect.poll(() => query(page)).toHaveProperty("config");
  await row(page, 0);
  await tabTo(page, "Columns…");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "Columns" })).toBeVisible();
  await page.keyboard.press("Escape");
  await tabTo(page, "Copy link");
  await page.keyboard.press("Enter");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain("fixtures%2Fconfigs");
  await tabTo(page, "Use or download…");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toBeVisible();
  await tabTo(page, "hubframe");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: "Program" })).toContainText("readParquet");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);

  await tabTo(page, "Rows of fixtures/configs");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  // It takes the focus once its code is here.
  await expect(panel(page).getByRole("region")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(grid(page)).toBeFocused();
  await tabTo(page, "read ·");
  await page.keyboard.press("Enter");
  await expect(page.locator(".requests li").first()).toBeVisible();
});

test("addresses of pictures are given back when they leave the screen", async ({ page, site, freshHub }) => {
  await page.addInitScript(() => {
    const live = new Set<string>();
    Object.assign(window, { live });
    const { createObjectURL, revokeObjectURL } = URL;
    URL.createObjectURL = (blob) => {
      const address = createObjectURL.call(URL, blob);
      if (blob instanceof Blob && blob.type.startsWith("image/")) live.add(address);
      return address;
    };
    URL.revokeObjectURL = (address) => {
      live.delete(address);
      revokeObjectURL.call(URL, address);
    };
  });
  const live = () => page.evaluate(() => (window as unknown as { live: Set<string> }).live.size);
  await page.goto(address(site, freshHub, "fixtures/images"));
  await row(page, 0);
  const thumbnails = await grid(page).locator("[role=gridcell] img").count();
  expect(thumbnails).toBeGreaterThan(0);
  expect(await live()).toBe(thumbnails);
  await cell(page, 0, 0).click();
  await expect(panel(page).locator("figcaption")).toBeVisible();
  await page.getByRole("button", { name: "Next row" }).click();
  await expect.poll(live).toBe((await grid(page).locator("[role=gridcell] img").count()) + 1);
  await page.getByRole("button", { name: "Close" }).click();
  await expect.poll(live).toBe(await grid(page).locator("[role=gridcell] img").count());
  // Filling cells again makes no second address for the same picture, and leaving gives all back.
  await page.setViewportSize({ width: 700, height: 500 });
  await expect
    .poll(async () => (await live()) - (await grid(page).locator("[role=gridcell] img").count()))
    .toBe(0);
  await page.locator("hf-dataset-preview").evaluate((element) => element.remove());
  await expect.poll(live).toBe(0);
});

test("opens an Arrow file of the user", async ({ page, site }) => {
  await page.goto(`${site.origin}/preview/`);
  await page.getByLabel("Choose files").setInputFiles(join(GENERATED, "vega/tables/flights-200k.arrow"));
  await row(page, 0);
  await expect(page.getByText("200,000 rows")).toBeVisible();
  await page.getByLabel("Row", { exact: true }).fill("199999");
  await page.keyboard.press("Enter");
  expect(await row(page, 199_999)).toHaveLength(3);
});
