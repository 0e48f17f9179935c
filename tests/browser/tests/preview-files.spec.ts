/** Splits whose files do not all hold the same, or not all hold anything; and files with one huge row group. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "@playwright/test";
import { axeViolations } from "../support/axe.js";
import type { LocalHub } from "../support/local-hub.js";
import { FIXTURES } from "../support/paths.js";
import { address, cell, expect, grid, row, test } from "../support/preview.js";

const alert = (page: Page): Locator => page.getByRole("alert");
const notice = (page: Page): Locator => page.getByRole("note");
const files = (page: Page): Locator => page.getByRole("dialog", { name: "Files of this split" });

/** Parquet files, as hubframe itself writes them. */
async function parquet(
  page: Page,
  tables: readonly (readonly Record<string, unknown>[])[],
): Promise<string[]> {
  return page.evaluate(async (tables) => {
    const base64 = async (rows: (typeof tables)[number]) => {
      const blob = await (await hubframe.fromRows(rows)).toParquetBlob();
      const bytes = new Uint8Array(await blob.arrayBuffer());
      return btoa(String.fromCharCode(...bytes));
    };
    return Promise.all(tables.map(base64));
  }, tables);
}

async function create(
  page: Page,
  hub: LocalHub,
  id: string,
  tables: Record<string, readonly Record<string, unknown>[]>,
  others: Record<string, { readonly base64: string }> = {},
): Promise<void> {
  const contents = await parquet(page, Object.values(tables));
  const names = Object.keys(tables).map((name, index) => [name, { base64: contents[index] ?? "" }]);
  await hub.create({ id, files: { ...Object.fromEntries(names), ...others } });
}

/** The bytes of a file that says of its column chunks that they are of another codec: field 4 of `ColumnMetaData`. */
function withCodec(file: Buffer, codec: number): Buffer {
  const changed = Buffer.from(file);
  const start = file.length - 8 - file.readUInt32LE(file.length - 8);
  const before = Buffer.from([0x15, 0, 0x16]);
  for (let at = changed.indexOf(before, start); at > 0; at = changed.indexOf(before, at))
    changed[at + 1] = 2 * codec;
  return changed;
}

/** A page in which `hubframe` is a global, and a hub. */
test.beforeEach(async ({ page, site }) => {
  await page.goto(`${site.origin}/plain.html`);
  await page.evaluate(async () => {
    globalThis.hubframe = await import("hubframe");
  });
});

test("shows the columns of all files, and says where one is absent", async ({ page, site, freshHub }) => {
  await create(page, freshHub, "user/mixed", {
    "train/a.parquet": [{ id: 1, a: "x" }],
    "train/b.parquet": [{ id: 2, b: 0.5 }],
    "train/c.parquet": [{ id: 3, a: null, b: 1.5 }],
  });
  await page.goto(address(site, freshHub, "user/mixed"));
  await expect(notice(page)).toContainText("2 of 3 files have other columns than the first one.");
  expect(await row(page, 0)).toEqual(["1", "x", "absent"]);
  expect(await row(page, 1)).toEqual(["2", "absent", "0.5"]);
  expect(await row(page, 2)).toEqual(["3", "null", "1.5"]);
  await expect(grid(page).getByRole("columnheader").nth(3)).toContainText("float64 · in 2 of 3 files");
  await expect(cell(page, 1, 1)).toHaveAttribute("title", "train/b.parquet has no such column.");

  await page.getByRole("button", { name: "Compare files…" }).click();
  const items = files(page).locator(".files > li");
  await expect(items.nth(1)).toContainText("Has no a (string).");
  await expect(items.nth(1)).toContainText("Has b (float64) besides.");
  await expect(items.nth(0)).toContainText("1 row in 1 row group");
  expect(await axeViolations(page)).toEqual([]);
  await page.keyboard.press("Escape");

  // A column that only another file has can be filtered by, as any.
  await page.goto(address(site, freshHub, "user/mixed", `&f=${encodeURIComponent('[["b","ge","1"]]')}`));
  expect(await row(page, 0)).toEqual(["3", "null", "1.5"]);
});

test("the files of a long split are compared when it is asked for, with the cost before it", async ({
  page,
  site,
  freshHub,
}) => {
  // So many rows a file that the first rows are those of few files.
  const [numRows, count] = [5000, 250];
  const rows = Array.from({ length: numRows }, () => ({ id: 1 }));
  const [common = "", last = ""] = await parquet(page, [rows, [{ id: 2, b: 0.5 }]]);
  const names = Array.from(
    { length: count },
    (_, index) => `train/${String(index).padStart(4, "0")}.parquet`,
  );
  const files = names.map((name, index) => [name, { base64: index < count - 1 ? common : last }]);
  const info = `dataset_info:\n  splits:\n  - name: train\n    num_examples: ${numRows * (count - 1) + 1}\n`;
  await freshHub.create({
    id: "user/long",
    files: { ...Object.fromEntries(files), "README.md": `---\n${info}---\n` },
  });
  await page.goto(address(site, freshHub, "user/long"));
  expect(await row(page, 0)).toEqual(["1"]);
  await expect(notice(page)).toContainText("The columns are those of the first of 250 files.");
  const dialog = page.getByRole("dialog", { name: "Files of this split" });
  await page.getByRole("button", { name: "Compare files…" }).click();
  await expect(dialog).toContainText("up to 250 requests");
  expect(await axeViolations(page)).toEqual([]);

  // It can be stopped, and begun again.
  await freshHub.network("storage", { rtt_ms: 1500 });
  await dialog.getByRole("button", { name: "Compare all files" }).click();
  await expect(dialog.getByRole("progressbar")).toBeVisible();
  await expect(dialog.getByRole("status")).toContainText("of 250 files");
  await dialog.getByRole("button", { name: "Stop" }).click();
  await expect(dialog.getByRole("progressbar")).toHaveCount(0);
  await freshHub.network("storage", { rtt_ms: 0 });
  await dialog.getByRole("button", { name: "Compare all files" }).click();
  const items = dialog.locator(".files > li");
  await expect(items).toHaveCount(count);
  await expect(items.nth(1)).toContainText(names.at(-1) ?? "");
  await expect(items.nth(1)).toContainText("Has b (float64) besides.");
  expect(await axeViolations(page)).toEqual([]);
  await page.keyboard.press("Escape");

  await expect(notice(page)).toContainText("1 of 250 files has other columns than the first one.");
  await expect(grid(page).getByRole("columnheader").nth(2)).toContainText("float64 · in 1 of 250 files");
  expect(await row(page, 0)).toEqual(["1", "absent"]);
  await page.getByLabel("Row", { exact: true }).fill(String(numRows * (count - 1)));
  await page.keyboard.press("Enter");
  expect(await row(page, numRows * (count - 1))).toEqual(["2", "0.5"]);
});

test("where types do not go together, the other columns can be read", async ({ page, site, freshHub }) => {
  await create(page, freshHub, "user/types", {
    "train/a.parquet": [{ id: 1, code: 7 }],
    "train/b.parquet": [{ id: 2, code: "seven" }],
  });
  await page.goto(address(site, freshHub, "user/types"));
  await expect(alert(page)).toContainText("train/b.parquet");
  await expect(alert(page)).toContainText('"code" is Utf8');
  await page.getByRole("button", { name: "Compare files…" }).click();
  await expect(files(page)).toContainText("code is string, not int64, and cannot be read so.");
  await page.keyboard.press("Escape");
  await alert(page).getByRole("button", { name: "Show the other columns" }).click();
  await expect(alert(page)).toHaveCount(0);
  expect(await row(page, 1)).toEqual(["2"]);
});

for (const [what, broken, said] of [
  ["damaged", Buffer.from("PAR1 this is no table PAR1"), /not a Parquet file, or it is damaged.*at byte 18/s],
  ["encrypted", Buffer.from(`PAR1${"x".repeat(40)}\x10\0\0\0PARE`), /encrypted/],
] as const) {
  for (const place of ["first", "last"] as const) {
    test(`a file that is ${what} is named, and the others are shown: the ${place}`, async ({
      page,
      site,
      freshHub,
    }) => {
      const bad = place === "first" ? "train/0.parquet" : "train/9.parquet";
      await create(
        page,
        freshHub,
        `user/${what}-${place}`,
        { "train/a.parquet": [{ id: 1 }], "train/b.parquet": [{ id: 2 }] },
        { [bad]: { base64: broken.toString("base64") } },
      );
      await page.goto(address(site, freshHub, `user/${what}-${place}`));
      expect(await row(page, 0)).toEqual(["1"]);
      expect(await row(page, 1)).toEqual(["2"]);
      await expect(notice(page)).toContainText("1 of 3 files cannot be read and is left out.");
      await expect(page.getByText("2 rows", { exact: false }).first()).toBeVisible();
      await page.getByRole("button", { name: "Compare files…" }).click();
      await expect(files(page)).toContainText(bad);
      await expect(files(page)).toContainText(said);
    });
  }
}

test("a split of which no file can be read says why", async ({ page, site, freshHub }) => {
  const base64 = Buffer.from("PAR1 this is no table PAR1").toString("base64");
  await freshHub.create({ id: "user/none", files: { "train.parquet": { base64 } } });
  await page.goto(address(site, freshHub, "user/none"));
  await expect(alert(page)).toContainText("train.parquet");
  await expect(alert(page)).toContainText("damaged");
});

test("a codec that cannot be read is named, and the rows of the other files are shown", async ({
  page,
  site,
  freshHub,
}) => {
  const name = join(FIXTURES, "fixtures/codecs/none.parquet");
  const bytes = readFileSync(name);
  await freshHub.create({
    id: "user/codec",
    files: {
      "train/a.parquet": { file: name },
      "train/b.parquet": { base64: withCodec(bytes, 3).toString("base64") },
    },
  });
  await page.goto(address(site, freshHub, "user/codec"));
  await row(page, 0);
  await page.getByLabel("Row", { exact: true }).fill("1999");
  await page.keyboard.press("Enter");
  await expect(alert(page)).toContainText("compressed with LZO");
  await expect(alert(page)).toContainText("train/b.parquet");
  await page.getByLabel("Row", { exact: true }).fill("0");
  await page.keyboard.press("Enter");
  await row(page, 0);
  await expect(alert(page)).toHaveCount(0);
});

test("of one huge row group the first rows are shown at once, and it is named", async ({
  page,
  site,
  freshHub,
}) => {
  await page.goto(address(site, freshHub, "fixtures/large-row-group"));
  await row(page, 0);
  await expect(notice(page)).toContainText(/^\s*train\.parquet is one row group of 300 MB: /);
  expect((await freshHub.counters()).storage.bytes_sent).toBeLessThan(30e6);
});
