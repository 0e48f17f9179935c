/** What the preview page opens beside a repo's splits, and how its views are named: files, paths, revisions, links. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { FIXTURES } from "../support/paths.js";
import { address, cell, expect, grid, query, row, test } from "../support/preview.js";

const LABELS = join(FIXTURES, "fixtures/labels/data");
const TABLE = { file: join(LABELS, "train-00000-of-00001.parquet") };
const OTHER = { file: join(LABELS, "test-00000-of-00001.parquet") };

const choose = (page: Page, files: { name: string; text: string }[]) =>
  page
    .getByLabel("Choose files")
    .setInputFiles(
      files.map(({ name, text }) => ({ name, mimeType: "text/plain", buffer: Buffer.from(text) })),
    );

test("opens files of the user, and asks the network for none of them", async ({ page, site }) => {
  await page.goto(`${site.origin}/preview/`);
  await expect(page.getByText("Drop Parquet, CSV")).toBeVisible();
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await choose(page, [{ name: "codes.csv", text: 'code,note\n00123,"two\nlines"\n9007199254740993,x\n' }]);
  expect(await row(page, 0)).toEqual(["00123", "two ↵ lines"]);
  expect(await row(page, 1)).toEqual(["9007199254740993", "x"]);
  await expect(page.getByRole("heading", { name: "codes.csv" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Copy link" })).toHaveCount(0);
  expect(asked.filter((url) => !url.startsWith(site.origin) && !url.startsWith("blob:"))).toEqual([]);
  expect(query(page)).toEqual({});
});

test("takes files that are dropped on rows, of each kind", async ({ page, site, freshHub }) => {
  await page.goto(address(site, freshHub, "fixtures/labels", "&split=test"));
  await row(page, 0);
  const dropped = await page.evaluateHandle(
    async (base64) => {
      const transfer = new DataTransfer();
      const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
      transfer.items.add(new File([bytes], "mine.parquet"));
      return transfer;
    },
    readFileSync(TABLE.file, "base64"),
  );
  const shown = await row(page, 0);
  await page.locator("hf-dataset-preview").dispatchEvent("dragover", { dataTransfer: dropped });
  await expect(page.locator("hf-dataset-preview")).toHaveAttribute("dropping", "");
  await page.locator("hf-dataset-preview").dispatchEvent("drop", { dataTransfer: dropped });
  await expect(page.getByRole("heading", { name: "mine.parquet" })).toBeVisible();
  expect(await row(page, 0)).toHaveLength(shown.length);
  expect(query(page)).not.toHaveProperty("repo");

  // Back is the dataset again.
  await page.goBack();
  await expect(page.getByRole("heading", { name: "fixtures/labels" })).toBeVisible();
  expect(await row(page, 0)).toEqual(shown);

  await page.goto(`${site.origin}/preview/`);
  await choose(page, [{ name: "a.jsonl", text: '{"a":1,"b":[1,2]}\n{"a":null}\n' }]);
  expect(await row(page, 0)).toEqual(["1", "[1, 2]"]);
  expect(await row(page, 1)).toEqual(["null", "null"]);
});

test("a file that cannot be read is named, with the line", async ({ page, site }) => {
  await page.goto(`${site.origin}/preview/`);
  await choose(page, [{ name: "broken.jsonl", text: '{"a":1}\n{"a":\n' }]);
  await expect(page.getByRole("alert")).toContainText("broken.jsonl");
  await expect(page.getByRole("alert")).toContainText(/line 2/);
});

test("opens the Parquet files of a path, or of what was pasted into the field", async ({
  page,
  site,
  freshHub,
}) => {
  const field = page.getByRole("textbox", { name: "Dataset" });
  await page.goto(address(site, freshHub, ""));
  for (const [typed, path, heading] of [
    [
      "hf://datasets/fixtures/types/int*.parquet",
      "hf://datasets/fixtures/types/int*.parquet",
      "int*.parquet",
    ],
    [
      `${freshHub.endpoint}/datasets/fixtures/types/blob/main/floats.parquet`,
      "hf://datasets/fixtures/types@main/floats.parquet",
      "floats.parquet",
    ],
  ] as const) {
    await field.fill(typed);
    await field.press("Enter");
    await expect(page.getByRole("heading", { name: heading })).toBeVisible();
    await row(page, 0);
    expect(query(page)).toMatchObject({ path });
    expect(query(page)).not.toHaveProperty("repo");
  }
  await field.fill(`${freshHub.endpoint}/datasets/fixtures/labels/viewer/default/test?row=1`);
  await field.press("Enter");
  await expect(page.getByRole("combobox", { name: "Split" })).toHaveValue("test");
  await field.fill("fixtures/labels@main");
  await field.press("Enter");
  await row(page, 0);
  expect(query(page)).toMatchObject({ repo: "fixtures/labels", rev: "main" });
});

test("chooses among branches, tags and commits, and copies a link to the commit", async ({
  page,
  context,
  site,
  freshHub,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await freshHub.create({
    id: "user/versions",
    files: { "train.parquet": TABLE },
    refs: { "refs/heads/dev": { files: { "train.parquet": OTHER } }, "refs/tags/v1": { at: "main" } },
  });
  await page.goto(address(site, freshHub, "user/versions", "&row=1"));
  const main = await row(page, 1);
  const revision = page.getByLabel("Revision");
  await revision.focus();
  await expect(page.locator("datalist option")).toHaveCount(3);
  expect(
    await page
      .locator("datalist option")
      .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value)),
  ).toEqual(["dev", "main", "v1"]);
  await revision.fill("dev");
  await revision.press("Enter");
  await expect.poll(() => query(page).rev).toBe("dev");
  await expect.poll(async () => JSON.stringify(await row(page, 0))).not.toBe(JSON.stringify(main));

  await page.goBack();
  expect(await row(page, 1)).toEqual(main);
  await cell(page, 1, 0).click();
  await page.getByRole("button", { name: "Close" }).click();
  await page.getByRole("button", { name: "Copy link" }).click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(Object.fromEntries(new URL(link).searchParams)).toMatchObject({
    repo: "user/versions",
    rev: expect.stringMatching(/^[0-9a-f]{40}$/),
    row: "1",
    endpoint: freshHub.endpoint,
  });
  await page.goto(link);
  expect(await row(page, 1)).toEqual(main);

  await revision.fill("gone");
  await revision.press("Enter");
  await expect(page.getByRole("alert")).toContainText('user/versions has no branch, tag or commit "gone"');
  await page.getByRole("button", { name: "Show the default view" }).click();
  await row(page, 0);
  expect(query(page)).not.toHaveProperty("rev");
  await expect(grid(page)).toBeVisible();
});
