/** The uploader page as it is built, in Chromium: from files to a dataset that loads. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { APPEARANCES, axeViolations } from "../support/axe.js";
import type { LocalHub } from "../support/local-hub.js";
import { ROOT } from "../support/paths.js";
import { expect } from "../support/test.js";
import { add, file, inDataset, open, review, send, signIn, start, step, test } from "../support/uploader.js";

const VEGA = join(ROOT, "node_modules/vega-datasets/data");

/** The configs, splits and rows of a dataset, as hubframe finds them. */
function shape(hub: LocalHub, repo: string): Promise<Record<string, Record<string, number>>> {
  return inDataset(hub, repo, async (dataset) => {
    const shape: Record<string, Record<string, number>> = {};
    for (const { name, splits } of dataset.configs) {
      const counts = splits.map(async (split) => {
        const frame = await dataset.split(split.name, { config: name });
        return [split.name, await frame.count()] as const;
      });
      shape[name] = Object.fromEntries(await Promise.all(counts));
    }
    return shape;
  });
}

test("a new user's way from four kinds of files to a dataset takes few clicks", async ({
  page,
  site,
  freshHub,
}) => {
  test.slow();
  await open(page, site, freshHub);
  await page.evaluate(() => {
    Object.assign(globalThis, { clicks: 0 });
    addEventListener(
      "click",
      (event) => {
        if (event.isTrusted && event.detail > 0) (globalThis as unknown as { clicks: number }).clicks += 1;
      },
      true,
    );
  });
  await signIn(page);
  await page.getByLabel("Dataset name").click();
  await page.getByLabel("Dataset name").fill("vega-four");
  await expect(page.getByText("user/vega-four is free")).toBeVisible();
  const names = ["birdstrikes.csv", "movies.json", "flights-3m.parquet", "flights-200k.arrow"];
  await add(
    page,
    names.map((name) => join(VEGA, name)),
  );
  await expect(step(page, "2 Files").getByRole("row")).toHaveText([
    /File/,
    /birdstrikes.csv.*CSV.*10,000/s,
    /movies.json.*JSON.*3,201/s,
    /flights-3m.parquet.*Parquet.*3,000,000/s,
    /flights-200k.arrow.*Arrow.*200,000/s,
  ]);
  await page.getByRole("button", { name: "Make a config of each table" }).click();
  await review(page);
  await expect(page.locator(".plan")).toContainText("birdstrikes/train/part-00000.parquet");
  await expect(page.locator(".diff")).toContainText("+ - config_name: flights-3m");
  await send(page);
  await expect(page.getByRole("link", { name: "Its rows, in our preview" })).toHaveAttribute(
    "href",
    /preview\/\?repo=user%2Fvega-four&rev=[0-9a-f]{40}&endpoint=/,
  );
  // Choosing the files is a click, and one in the browser's own dialog.
  const clicks = (await page.evaluate(() => (globalThis as unknown as { clicks: number }).clicks)) + 2;
  expect(clicks).toBeLessThan(12);
  expect(await shape(freshHub, "user/vega-four")).toEqual({
    birdstrikes: { train: 10_000 },
    movies: { train: 3201 },
    "flights-3m": { train: 3_000_000 },
    "flights-200k": { train: 200_000 },
  });
});

test("splits follow the names of files, and are set one by one or many at once", async ({
  page,
  site,
  freshHub,
}) => {
  await start(page, site, freshHub, "splits");
  await add(page, [
    file("train.csv", "a\n1\n2\n3\n"),
    file("my_test.csv", "a\n4\n"),
    file("x.csv", "a\n5\n"),
    file("y.csv", "a\n6\n"),
  ]);
  const splits = step(page, "2 Files")
    .getByRole("textbox", { name: /^Split of/ })
    .or(step(page, "2 Files").getByRole("combobox", { name: /^Split of .*csv/ }));
  await expect(splits).toHaveCount(4);
  expect(
    await splits.evaluateAll((inputs) => inputs.map((input) => (input as HTMLInputElement).value)),
  ).toEqual(["train", "test", "train", "train"]);
  await page.getByLabel("Select x.csv").check();
  await page.getByLabel("Select y.csv").check();
  await page.getByLabel("Split of 2 selected").fill("my-split");
  await page.keyboard.press("Tab");
  await expect(page.getByText("no '-', no spaces").first()).toBeVisible();
  await page.getByLabel("Split of 2 selected").fill("my_split");
  await page.keyboard.press("Tab");
  await review(page);
  await send(page);
  expect(await shape(freshHub, "user/splits")).toEqual({
    default: { train: 3, test: 1, my_split: 2 },
  });
});

test("while a large file is read its rows are estimated, and it can be taken out", async ({
  page,
  site,
  freshHub,
}, info) => {
  await start(page, site, freshHub, "taken-out");
  const path = info.outputPath("large.csv");
  const numRows = 4_000_000;
  writeFileSync(path, `n\n${"123456789012345\n".repeat(numRows)}`);
  await page.getByLabel("Choose files").setInputFiles(path);
  const rows = step(page, "2 Files").getByRole("row").nth(1);
  await expect(rows).toContainText(/about [34],\d{3},\d{3}/);
  const bar = rows.getByRole("progressbar");
  expect(await bar.evaluate((bar: HTMLProgressElement) => bar.position)).toBeGreaterThan(0);
  await page.getByRole("button", { name: "Remove large.csv" }).click();
  await expect(bar).toBeHidden();
  await add(page, [file("small.csv", "a\n1\n")]);
  await review(page);
  await expect(page.locator(".plan")).toContainText("1 file to add");
});

/** What a page may have to download before it needs the WebAssembly: all of its JavaScript, after gzip, in bytes. */
const MAX_JAVASCRIPT = 50_000;

test("the page's JavaScript keeps to its budget, and the rest comes when it is needed", async ({
  page,
  site,
  freshHub,
}) => {
  const scripts = new Map<string, number>();
  page.on("response", async (response) => {
    if (new URL(response.url()).pathname.endsWith(".js")) {
      scripts.set(response.url(), gzipSync(await response.body()).length);
    }
  });
  await open(page, site, freshHub);
  await page.waitForLoadState("networkidle");
  const total = [...scripts.values()].reduce((sum, size) => sum + size, 0);
  test.info().annotations.push({ type: "bytes", description: String(total) });
  expect(total).toBeGreaterThan(5000);
  expect(total).toBeLessThanOrEqual(MAX_JAVASCRIPT);
  const before = scripts.size;
  await add(page, [file("a.csv", "a\n1\n")]);
  await expect(page.getByRole("grid")).toBeVisible();
  expect(scripts.size).toBeGreaterThan(before);
});

test("is used by keyboard alone, from the first field to the commit", async ({ page, site, freshHub }) => {
  // A listener from the start: one that comes with the key press may be heard of by Chromium after it.
  page.on("filechooser", () => {});
  await open(page, site, freshHub);
  const focused = () =>
    page.evaluate(() => {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      return element?.getAttribute("aria-label") ?? (element as HTMLElement | null)?.innerText ?? "";
    });
  const tabTo = async (name: RegExp) => {
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press("Tab");
      if (name.test(await focused())) return;
    }
    throw new Error(`Tab does not get to ${name}`);
  };
  await tabTo(/^Sign in with a token/);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.type("hf_write");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Signed in as")).toBeVisible();
  await page.getByLabel("Dataset name").focus();
  await page.keyboard.type("by-keyboard");
  await tabTo(/^Choose files$/);
  const chooser = page.waitForEvent("filechooser");
  await page.keyboard.press("Enter");
  await (await chooser).setFiles([file("train.csv", "a\n1\n")]);
  await expect(step(page, "2 Files").getByRole("row")).toHaveCount(2);
  await expect(page.getByRole("grid")).toBeVisible();
  await tabTo(/^Review the commit$/);
  await page.keyboard.press("Enter");
  await expect(page.locator(".plan")).toBeVisible();
  await tabTo(/^Send$/);
  await page.keyboard.press("Enter");
  await expect(page.getByText("Done:")).toBeVisible();
});

test("fits a narrow screen", async ({ page, site, freshHub }) => {
  await page.setViewportSize({ width: 390, height: 800 });
  await open(page, site, freshHub);
  await signIn(page);
  await add(page, [
    file("train.csv", `${"a long name of a column,".repeat(12)}n\n`),
    file("b.csv", "a,b\n1,2\n"),
  ]);
  await expect(page.getByRole("grid")).toBeVisible();
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(390);
});

for (const [appearance, media] of Object.entries(APPEARANCES)) {
  test(`has no accessibility violations, ${appearance}`, async ({ page, site, freshHub }, testInfo) => {
    await page.emulateMedia(media);
    const check = async (name: string) => {
      await page.screenshot({ path: testInfo.outputPath(`${name}.png`), fullPage: true });
      expect(await axeViolations(page)).toEqual([]);
    };
    await open(page, site, freshHub);
    await check("welcome");
    await signIn(page);
    await page.getByLabel("Dataset name").fill(`axe-${appearance.replace(" ", "-")}`);
    await add(page, [
      file("train.csv", "a,b\n1,x\n2,y\n"),
      file("test.jsonl", '{"a": "z"}\n'),
      file("broken.csv", '"'),
    ]);
    await expect(page.getByRole("grid")).toBeVisible();
    await check("files");
    await page.getByRole("button", { name: "Remove broken.csv" }).click();
    await review(page);
    await check("review");
    await send(page);
    await check("done");
  });
}
