/** The preview page as it is built, in Chromium: what a person sees of it. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";
import { goldenByRepo, hfPath } from "../support/golden.js";
import type { LocalHub } from "../support/local-hub.js";
import type { StaticServer } from "../support/static.js";
import { test as base, expect } from "../support/test.js";

/** Errors that the page logged or threw, and violations of its Content-Security-Policy. */
const test = base.extend<{ problems: string[] }>({
  problems: [
    async ({ page }, use) => {
      const problems: string[] = [];
      page.on("pageerror", (error) => problems.push(String(error)));
      page.on("console", (message) => {
        // A browser logs every answer that is an error; the page says so in its own words.
        const isAnswer = message.text().startsWith("Failed to load resource");
        if (message.type() === "error" && !isAnswer) problems.push(message.text());
      });
      await use(problems);
      expect(problems).toEqual([]);
    },
    { auto: true },
  ],
});

function address(site: StaticServer, hub: LocalHub, path: string, rest = ""): string {
  return `${site.origin}/preview/?path=${encodeURIComponent(path)}&endpoint=${encodeURIComponent(hub.endpoint)}${rest}`;
}

async function rows(page: Page): Promise<string[][]> {
  await expect(page.locator("#dataset")).toHaveAttribute("aria-busy", "false");
  return await page
    .locator("#rows tbody tr")
    .evaluateAll((lines) => lines.map((line) => [...line.children].map((cell) => cell.textContent ?? "")));
}

const FLIGHTS = "hf://datasets/vega/flights/flights-3m.parquet";

test("shows the first 100 rows of flights-3m.parquet, and pages through them", async ({
  page,
  site,
  freshHub,
}) => {
  await page.goto(address(site, freshHub, FLIGHTS));
  const first = await rows(page);
  expect(first).toHaveLength(100);
  expect(first[0]?.[0]).toBe("0");
  await expect(page.locator("#position")).toHaveText("Rows 0 to 99 of 3,000,000");
  await expect(page.locator("#dataset-facts")).toContainText("1 file · 13 MB · commit");
  await expect(page.getByRole("button", { name: "Previous" })).toBeDisabled();

  await page.getByRole("button", { name: "Next" }).click();
  await expect(page.locator("#position")).toHaveText("Rows 100 to 199 of 3,000,000");
  expect((await rows(page))[0]?.[0]).toBe("100");
  expect(new URL(page.url()).searchParams.get("start")).toBe("100");

  await page.goBack();
  await expect(page.locator("#position")).toHaveText("Rows 0 to 99 of 3,000,000");
  expect(await rows(page)).toEqual(first);
});

test("opens at a row that the URL names, down to the last", async ({ page, site, freshHub }) => {
  await page.goto(address(site, freshHub, FLIGHTS, "&start=2999950"));
  expect(await rows(page)).toHaveLength(50);
  await expect(page.locator("#position")).toHaveText("Rows 2,999,950 to 2,999,999 of 3,000,000");
  await expect(page.getByRole("button", { name: "Next" })).toBeDisabled();
});

test("takes an address that is typed in", async ({ page, site, freshHub }) => {
  await page.goto(`${site.origin}/preview/`);
  await expect(page.getByText("nothing is sent anywhere else")).toBeVisible();
  await page.getByLabel("Parquet file, directory or glob").fill("hf://datasets/fixtures/labels");
  await page.getByLabel("Hub").fill(freshHub.endpoint);
  await page.keyboard.press("Enter");
  expect((await rows(page)).length).toBeGreaterThan(0);
  await expect(page.getByRole("heading", { name: "fixtures/labels" })).toBeVisible();
  expect(new URL(page.url()).searchParams.get("path")).toBe("hf://datasets/fixtures/labels");
});

test("counts the rows of many files when it is asked to, saying what that costs", async ({
  page,
  site,
  freshHub,
}) => {
  await page.goto(address(site, freshHub, "hf://datasets/vega/flights-20-files"));
  await rows(page);
  await expect(page.locator("#position")).toHaveText("Rows 0 to 99");
  await page.getByRole("button", { name: "Count all rows (up to 20 requests)" }).click();
  await expect(page.locator("#position")).toHaveText(/^Rows 0 to 99 of [\d,]+$/);
});

test("shows what was requested, and how much was read", async ({ page, site, freshHub }) => {
  await page.goto(address(site, freshHub, "hf://datasets/vega/flights-indexed"));
  await rows(page);
  const { hub, storage } = await freshHub.counters();
  const log = await freshHub.log();
  const redirects = log.filter(({ status }) => status >= 300 && status < 400).length;
  const summary = new RegExp(`^${log.length - redirects} requests · [\\d.]+ [kM]B read$`);
  await expect(page.getByRole("status")).toHaveText(summary);
  await page.getByText("Requests", { exact: true }).click();
  await expect(page.locator("#requests tbody tr")).toHaveCount(log.length - redirects);
  expect(hub.preflights + storage.preflights).toBe(0);
});

test("says what is wrong in a sentence", async ({ page, site, freshHub }) => {
  await page.goto(address(site, freshHub, "hf://datasets/vega/nothing"));
  await expect(page.getByRole("alert")).toHaveText(/^The repo does not exist.* check the name/);
  await expect(page.locator("#dataset")).toBeHidden();
  await expect(page.getByRole("button", { name: "Cancel" })).toBeHidden();

  await page.getByLabel("Parquet file, directory or glob").fill("hf://datasets/fixtures/labels");
  await page.keyboard.press("Enter");
  expect((await rows(page)).length).toBeGreaterThan(0);
  await expect(page.getByRole("alert")).toBeHidden();
});

test("can be cancelled, and goes on afterwards", async ({ page, site, freshHub }) => {
  await freshHub.network("storage", { rtt_ms: 5000 });
  await page.goto(address(site, freshHub, FLIGHTS));
  await expect(page.getByRole("status")).toContainText("Reading hf://");
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("alert")).toContainText("Cancelled");
  await freshHub.reset();
  await page.getByRole("button", { name: "Open" }).click();
  expect(await rows(page)).toHaveLength(100);
});

test("never shows a cell's text as markup, and bounds it", async ({ page, site, freshHub }) => {
  await page.goto(address(site, freshHub, "hf://datasets/fixtures/types"));
  for (const text of (await rows(page)).flat()) expect(text.length).toBeLessThanOrEqual(700);
  expect(await page.locator("#rows td *").count()).toBe(0);
});

/** Repos whose files all have the same columns are opened as a whole. */
const UNIFORM = new Set(["fixtures/dask", "fixtures/many-files", "fixtures/splits"]);

for (const [repo, files] of goldenByRepo()) {
  test(`shows the rows of ${repo}`, async ({ page, site, freshHub }) => {
    const whole = {
      path: `hf://datasets/${repo}`,
      numRows: files.reduce((sum, file) => sum + file.num_rows, 0),
    };
    const shown = UNIFORM.has(repo)
      ? [whole]
      : files.map((golden) => ({ path: hfPath(golden), numRows: golden.num_rows }));
    for (const { path, numRows } of shown) {
      await test.step(path, async () => {
        await page.goto(address(site, freshHub, path));
        expect(await rows(page)).toHaveLength(Math.min(100, numRows));
        await expect(page.getByRole("alert")).toBeHidden();
      });
    }
  });
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

for (const colorScheme of ["light", "dark"] as const) {
  test(`has no accessibility violations, ${colorScheme}`, async ({ page, site, freshHub }, testInfo) => {
    await page.emulateMedia({ colorScheme });
    const addresses = {
      welcome: `${site.origin}/preview/`,
      rows: address(site, freshHub, "hf://datasets/fixtures/chat"),
      error: address(site, freshHub, "hf://datasets/vega/nothing"),
    };
    for (const [name, url] of Object.entries(addresses)) {
      await page.goto(url);
      if (name === "rows") await rows(page);
      if (name === "error") await expect(page.getByRole("alert")).toBeVisible();
      await page.screenshot({ path: testInfo.outputPath(`${name}.png`) });
      for (const summary of await page.locator("summary:visible").all()) await summary.click();
      const violations = await page.evaluate(`${axe}; axe.run().then(({ violations }) => violations)`);
      expect(violations).toEqual([]);
    }
  });
}

test("can be used by keyboard alone", async ({ page, site, freshHub }) => {
  await page.goto(address(site, freshHub, FLIGHTS));
  await rows(page);
  const reached: string[] = [];
  for (let presses = 0; presses < 10; presses++) {
    await page.keyboard.press("Tab");
    reached.push(
      await page.evaluate(() => document.activeElement?.id || document.activeElement?.nodeName || ""),
    );
  }
  for (const id of ["next", "rows"]) expect(reached).toContain(id);
  await page.getByRole("button", { name: "Next" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.locator("#position")).toHaveText(/^Rows 100 to 199/);
});
