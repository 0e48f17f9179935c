/** Cells that would harm a page that trusts them: shown as data; nothing runs, and nothing freezes. */
import { longestTask } from "../support/page-thread.js";
import { address, cell, expect, grid, row, test } from "../support/preview.js";

const NUM_ROWS = 8;
const COLUMNS = ["<img src=x", "__proto__", "long", "nested", "image", "score"];

/** The longest that the page's thread may be busy at a stretch, in milliseconds of its own time. */
const MAX_TASK = 1000;

test("the page runs its own scripts only", async ({ page, site, freshHub, problems }) => {
  await page.goto(address(site, freshHub, "fixtures/hostile"));
  const policy = await page.locator("meta[http-equiv=Content-Security-Policy]").getAttribute("content");
  const directives = Object.fromEntries((policy ?? "").split("; ").map((part) => [part.split(" ")[0], part]));
  expect(directives).toMatchObject({
    "default-src": "default-src 'none'",
    "script-src": "script-src 'self' 'wasm-unsafe-eval'",
    "style-src": "style-src 'self'",
    "base-uri": "base-uri 'none'",
  });
  // It is in force: what another script would add to the page does not run.
  const ran = await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.hacked = true";
    document.body.append(script);
    script.remove();
    return "hacked" in window;
  });
  expect(ran).toBe(false);
  await expect.poll(() => problems.splice(0)).toEqual([expect.stringContaining("Content Security Policy")]);
});

test("cells are shown as data, in the grid and through every lens", async ({
  page,
  browser,
  site,
  freshHub,
}) => {
  test.slow();
  page.on("dialog", () => {
    throw new Error("A cell's script ran.");
  });
  const longest = await longestTask(browser, page, async () => {
    await page.goto(address(site, freshHub, "fixtures/hostile"));
    await row(page, 0);
    for (let index = 0; index < NUM_ROWS; index++) {
      for (const [column, name] of COLUMNS.entries()) {
        await cell(page, index, column).click();
        const panel = page.locator("hf-cell-panel");
        await expect(panel.locator("h3")).toContainText(name);
        const lenses = panel.locator(".lenses button");
        for (const lens of await lenses.allTextContents()) {
          await lenses.filter({ hasText: lens }).click();
          await expect(panel.locator(".body > *")).toHaveCount(1);
        }
        const harmful = panel.locator(
          "script, iframe, object, embed, svg, [href^='javascript:' i], [src^='javascript:' i]",
        );
        await expect(harmful).toHaveCount(0);
      }
    }
  });
  test.info().annotations.push({ type: "longest task", description: `${Math.round(longest)} ms` });
  expect(longest).toBeLessThan(MAX_TASK);
  expect(await page.evaluate(() => "hacked" in window || "hacked" in {})).toBe(false);
  // Whatever is no picture of a safe size is text; nothing else in a cell is an element.
  expect(await grid(page).locator("[role=gridcell] *:not(img)").count()).toBe(0);
  await expect(cell(page, 1, 4)).toHaveText(/^image of 100000 × 100000 pixels/);
});

test("a text of 50 MB is named by its size, and read whole when it is opened", async ({
  page,
  browser,
  site,
  freshHub,
}) => {
  await page.goto(address(site, freshHub, "fixtures/hostile"));
  await row(page, 1);
  await expect(cell(page, 0, 2)).toHaveText("50 MB text – open");
  const longest = await longestTask(browser, page, async () => {
    await cell(page, 0, 2).click();
    const body = page.locator("hf-cell-panel .body");
    await expect(body.locator("pre")).toContainText("0123456789");
    await expect(body.getByRole("button")).toHaveText(/^Show more: 49,899,\d{3} characters are left$/);
  });
  test.info().annotations.push({ type: "longest task", description: `${Math.round(longest)} ms` });
  expect(longest).toBeLessThan(MAX_TASK);
});

test("a filter and an order leave it to be read as well, each row its own", async ({
  page,
  site,
  freshHub,
}) => {
  const filter = encodeURIComponent('[["score","ge","0.5"]]');
  for (const [rest, at] of [
    [`&f=${filter}`, 0],
    ["&sort=score", 2],
    [`&f=${filter}&sort=-score`, 2],
  ] as const) {
    await page.goto(address(site, freshHub, "fixtures/hostile", rest));
    await row(page, at);
    await expect(cell(page, at, 2)).toHaveText("50 MB text – open");
    await cell(page, at, 2).click();
    await expect(page.locator("hf-cell-panel .body pre")).toContainText("0123456789");
  }
});

test("rows of the same rank are told apart when one is read again", async ({ page, site, freshHub }) => {
  await page.goto(`${site.origin}/preview/?endpoint=${encodeURIComponent(freshHub.endpoint)}`);
  const ranks = [1, 2, 1, 2, null, 1];
  const lines = ranks.map((rank, id) => JSON.stringify({ rank, text: `text ${id} ${"x".repeat(2 ** 20)}` }));
  await page
    .getByLabel("Choose files")
    .setInputFiles({ name: "ranks.jsonl", mimeType: "text/plain", buffer: Buffer.from(lines.join("\n")) });
  await row(page, 5);
  await grid(page).focus();
  await page.keyboard.press("f");
  await page.getByRole("button", { name: "Sort descending" }).click();
  await page.getByRole("button", { name: "Close" }).click();
  for (const [index, id] of [1, 3, 0, 2, 5, 4].entries()) {
    await row(page, index);
    await expect(cell(page, index, 1)).toHaveText("1.0 MB text – open");
    await cell(page, index, 1).click();
    await expect(page.locator("hf-cell-panel .body pre")).toContainText(`text ${id} x`);
  }
});

test("controls that turn text around are written out", async ({ page, site, freshHub }) => {
  await page.goto(address(site, freshHub, "fixtures/hostile"));
  await row(page, 4);
  await cell(page, 4, 0).click();
  await page.getByRole("button", { name: "Text", exact: true }).click();
  await expect(page.locator("hf-cell-panel .body")).toContainText("user⟨U+202E⟩gnp.exe");
  await expect(cell(page, 4, 0)).toContainText("⟨U+202E⟩");
});

test("text that is no UTF-8 is shown as the bytes that it is, beside text that is", async ({
  page,
  site,
  freshHub,
}) => {
  await page.goto(address(site, freshHub, "fixtures/hostile", "&split=validation"));
  const texts = grid(page).locator("[role=gridcell]");
  await row(page, 0);
  await expect(texts.filter({ hasText: /^no UTF-8: .*\uFFFD/ }).first()).toBeVisible();
  await texts
    .filter({ hasText: /^no UTF-8: / })
    .first()
    .click();
  await expect(page.locator("hf-cell-panel .body")).toContainText("These bytes are no UTF-8");
  await expect(page.locator("hf-cell-panel .text pre")).toContainText("\uFFFD");
  await page.getByRole("button", { name: "Hex", exact: true }).click();
  await expect(page.locator("hf-cell-panel .hex")).toContainText(/\b(ff|fe|c0|80)\b/);
  await expect(page.getByRole("alert")).toHaveCount(0);
});

for (const [what, rest, at] of [
  ["in lists, structs and maps", "", 3],
  ["where rows are filtered", `&f=${encodeURIComponent('[["id","ge","2"]]')}`, 1],
  ["where it is searched itself", "&q=lone", 0],
  ["where rows are sorted", "&sort=-id", 2],
  ["where rows are searched and sorted", "&q=lone&sort=id", 0],
] as const) {
  test(`text that is no UTF-8 ends no read: ${what}`, async ({ page, site, freshHub }) => {
    await page.goto(address(site, freshHub, "fixtures/hostile", `&split=test${rest}`));
    const [id, text, ...nested] = await row(page, at);
    expect([id, text]).toEqual(["3", "no UTF-8: \uFFFD\uFFFD lone"]);
    expect(nested).toEqual([
      "[binary, 7 B]",
      "{ content: binary, 7 B, turn: 3 }",
      "[{ content: binary, 7 B, turn: 3 }]",
      '[["key 3", binary, 7 B]]',
    ]);
    await cell(page, at, 2).click();
    await expect(page.locator("hf-cell-panel .body")).toContainText("binary");
    await expect(page.getByRole("alert")).toHaveCount(0);
  });
}

test("text that is no UTF-8 is searched where it is hidden", async ({ page, site, freshHub }) => {
  await page.goto(address(site, freshHub, "fixtures/hostile", "&split=test&cols=id,turn&q=lone"));
  await row(page, 0);
  await expect(page.getByRole("status").filter({ hasText: "1 match" })).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
});

for (const [order, expected] of [
  ["score", ["-Infinity", "0", "0.5", "2", "Infinity", "NaN", "null", "null"]],
  ["-score", ["Infinity", "2", "0.5", "0", "-Infinity", "NaN", "null", "null"]],
] as const) {
  test(`sorts by ${order}, nulls and NaNs last`, async ({ page, site, freshHub }) => {
    await page.goto(address(site, freshHub, "fixtures/hostile", `&sort=${order}&col=score`));
    await row(page, NUM_ROWS - 1);
    const scores = [];
    for (let index = 0; index < NUM_ROWS; index++) scores.push(await cell(page, index, 5).textContent());
    expect(scores).toEqual(expected);
  });
}
