/** The rows of the preview taken elsewhere: as a program, and as a file. */
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { APPEARANCES, axeViolations } from "../support/axe.js";
import { address, test as base, expect, row } from "../support/preview.js";

/** A browser that has no dialog to save files with, as most have not: files are saved as downloads. */
const test = base.extend({
  page: async ({ page }, use) => {
    await page.addInitScript(() => {
      Object.assign(window, { showSaveFilePicker: undefined });
    });
    await use(page);
  },
});

const SLOW = `&f=${encodeURIComponent('[["delay","ge","500"]]')}`;

async function open(page: Page): Promise<void> {
  await row(page, 0);
  await page.getByRole("button", { name: "Use or download…" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
}

/** Downloads in a format, and gives the file's name and content. */
async function downloaded(page: Page, format: string): Promise<{ name: string; content: Buffer }> {
  await page.getByLabel("Format").selectOption(format);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download", exact: true }).click();
  const file = await download;
  await expect(page.getByRole("dialog")).toContainText("Done:");
  return { name: file.suggestedFilename(), content: readFileSync(await file.path()) };
}

test("writes the view as programs, with its commit, filter and columns", async ({
  page,
  context,
  site,
  freshHub,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(address(site, freshHub, "vega/flights", SLOW));
  await open(page);
  const program = page.getByRole("region", { name: "Program" });
  for (const [tool, words] of [
    ["datasets", "load_dataset("],
    ["pandas", "to_pandas("],
    ["Polars", "pl.from_arrow("],
    ["DuckDB", "duckdb.sql("],
    ["Dask", "dd.from_map("],
    ["hubframe", '.filter(col("delay").ge('],
  ] as const) {
    await page.getByRole("button", { name: tool, exact: true }).click();
    await expect(program).toContainText(words);
    await expect(program).toContainText(/datasets\/vega\/flights@[0-9a-f]{40}/);
    await expect(program).toContainText("500");
  }
  await page.getByRole("button", { name: "Copy program" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await program.textContent());
});

test("downloads the rows that pass the filter, after saying what that reads", async ({
  page,
  site,
  freshHub,
}) => {
  await page.goto(address(site, freshHub, "vega/flights", SLOW));
  await open(page);
  await expect(page.getByRole("dialog")).toContainText(/reads up to \d+ MB in \d+ requests/);

  const csv = await downloaded(page, "CSV");
  expect(csv.name).toBe("vega-flights.csv");
  const lines = csv.content.toString().split("\r\n");
  expect(lines[0]).toBe("date,delay,distance,origin,destination");
  expect(lines).toHaveLength(1 + 385 + 1);
  expect(lines[1]).toMatch(/,573,630,PDX,SLC$/);

  const jsonl = await downloaded(page, "JSON Lines");
  const rows = jsonl.content
    .toString()
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(rows).toHaveLength(385);
  expect(rows[0]).toMatchObject({ delay: 573, distance: 630, origin: "PDX", destination: "SLC" });
  expect(lines[1]).toBe(Object.values(rows[0]).join());

  const parquet = await downloaded(page, "Parquet");
  expect(parquet.name).toBe("vega-flights.parquet");
  expect(parquet.content.subarray(0, 4).toString()).toBe("PAR1");
  // Read back: the rows are the same.
  await page.goto(`${site.origin}/preview/`);
  await page
    .getByLabel("Choose files")
    .setInputFiles({ name: "again.parquet", mimeType: "", buffer: parquet.content });
  expect((await row(page, 0)).slice(1)).toEqual(["573", "630", "PDX", "SLC"]);
  await expect(page.getByText("385 rows")).toBeVisible();
});

test("text follows the order of the rows, also by a hidden column; Parquet says that it does not", async ({
  page,
  site,
  freshHub,
}) => {
  await page.goto(address(site, freshHub, "vega/flights", `${SLOW}&sort=-delay&cols=origin,destination`));
  await page.getByRole("button", { name: /^Sort: reads up to/ }).click();
  const first = await row(page, 0);
  await open(page);
  await expect(page.getByRole("dialog")).toContainText("In the order of the files, not of delay ↓");
  await page.getByLabel("Format").selectOption("csv");
  await expect(page.getByRole("dialog")).toContainText("In the order of delay ↓");
  const { content } = await downloaded(page, "CSV");
  const lines = content.toString().trimEnd().split("\r\n");
  expect(lines[0]).toBe("origin,destination");
  expect(lines).toHaveLength(386);
  expect(lines[1]?.split(",")).toEqual(first);
});

test("keeps every digit of a file's integers and decimals", async ({ page, site, freshHub }) => {
  const path = encodeURIComponent("hf://datasets/fixtures/types/decimals.parquet");
  await page.goto(address(site, freshHub, "", `&path=${path}`));
  const shown = await row(page, 0);
  await open(page);
  const { content } = await downloaded(page, "CSV");
  const [, first] = content.toString().split("\r\n");
  expect(first?.split(",").map((text) => text || "null")).toEqual(shown);
});

test("streams into the file that the user chose, where the browser has that", async ({
  page,
  site,
  freshHub,
}) => {
  await page.addInitScript(() => {
    Object.assign(window, {
      showSaveFilePicker: async () =>
        (await navigator.storage.getDirectory()).getFileHandle("saved.csv", { create: true }),
    });
  });
  await page.goto(address(site, freshHub, "vega/flights", SLOW));
  await open(page);
  await page.getByLabel("Format").selectOption("CSV");
  await page.getByRole("button", { name: "Download", exact: true }).click();
  await expect(page.getByRole("dialog")).toContainText("Done: 385 rows");
  const saved = await page.evaluate(async () => {
    const handle = await (await navigator.storage.getDirectory()).getFileHandle("saved.csv");
    return (await handle.getFile()).text();
  });
  expect(saved.split("\r\n")).toHaveLength(387);
});

test("stops when it is told to, or closed, and saves nothing", async ({ page, site, freshHub }) => {
  await page.goto(address(site, freshHub, "vega/flights-20-files"));
  await open(page);
  await freshHub.network("storage", { rtt_ms: 200, bytes_per_second: 300_000 });
  let files = 0;
  page.on("download", () => files++);
  await page.getByLabel("Format").selectOption("CSV");
  await page.getByRole("button", { name: "Download", exact: true }).click();
  await expect(page.getByRole("progressbar")).toBeVisible();
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByRole("dialog")).toContainText("Stopped. No file was saved.");
  await expect.poll(async () => (await freshHub.counters()).storage.in_flight).toBe(0);

  await page.getByRole("button", { name: "Download", exact: true }).click();
  await expect(page.getByRole("progressbar")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect.poll(async () => (await freshHub.counters()).storage.in_flight).toBe(0);
  expect(files).toBe(0);
});

test("axe finds nothing in the dialog, in light, dark and forced colours", async ({
  page,
  site,
  freshHub,
}) => {
  for (const media of Object.values(APPEARANCES)) {
    await page.emulateMedia(media);
    await page.goto(address(site, freshHub, "vega/flights"));
    await open(page);
    expect(await axeViolations(page)).toEqual([]);
  }
});
