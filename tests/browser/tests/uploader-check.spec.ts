/** What the uploader finds in files, and the mends that it offers: each on a file that needs it. */
import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import type { Locator, TestInfo } from "@playwright/test";
import type { LocalHub } from "../support/local-hub.js";
import { expect } from "../support/test.js";
import { add, file, inDataset, open, review, send, signIn, start, step, test } from "../support/uploader.js";

/** The columns and rows of a split, as hubframe reads them, class labels by name. */
function rowsOf(hub: LocalHub, repo: string, split = "train", config?: string) {
  return inDataset(hub, repo, async (dataset) => {
    const frame = await dataset.split(split, config === undefined ? {} : { config });
    const types = Object.fromEntries(frame.schema.fields.map(({ name, type }) => [name, type]));
    const rows = (await frame.toRows({ labels: "names" })).map((row) =>
      JSON.stringify(Object.values(row), plain),
    );
    return { types, rows };
  });
}

const plain = (_: string, value: unknown) => (typeof value === "bigint" ? Number(value) : value);

test("columns that differ are kept as text, or become what is chosen", async ({ page, site, freshHub }) => {
  await start(page, site, freshHub, "mends");
  await add(page, [
    file("a.csv", "id,price,note,old,junk,only\n1,1.10,x,1,q,7\n2,2.50,,2,q,8\n"),
    file("b.jsonl", '{"id": "A-3", "price": 3, "note": "y", "old": 3}\n'),
  ]);
  const matrix = page.getByRole("region", { name: "Columns of default" });
  await expect(matrix.getByRole("row").filter({ has: page.getByLabel("Name of id") })).toContainText(
    "string, since its files differ",
  );
  await expect(matrix.getByRole("row").filter({ has: page.getByLabel("Name of junk") })).toContainText(
    "null in 1 of 2 files",
  );
  await expect(page.getByLabel("Change only")).toHaveValue("");
  await expect(page.getByLabel("Change only")).toContainText("Fill with nulls");
  await page.getByLabel("Change price").selectOption({ label: "Keep as text" });
  await page.getByLabel("Change old").selectOption({ label: "As int32" });
  await page.getByLabel("Name of old").fill("new");
  await page.keyboard.press("Tab");
  await page.getByLabel("Change junk").selectOption({ label: "Leave it out" });
  await review(page);
  await send(page);
  const { types, rows } = await rowsOf(freshHub, "user/mends");
  expect(types).toEqual({ id: "Utf8", price: "Utf8", note: "Utf8", new: "Int32", only: "Int64" });
  expect(rows).toEqual(['["1","1.10","x",1,7]', '["2","2.50",null,2,8]', '["A-3","3","y",3,null]']);
});

test("columns that cannot be one are left out, or their files become configs", async ({
  page,
  site,
  freshHub,
}) => {
  await start(page, site, freshHub, "conflict");
  await add(page, [
    file("a.jsonl", '{"id": 1, "tags": ["x"]}\n'),
    file("b.jsonl", '{"id": 2, "tags": "y"}\n'),
  ]);
  await expect(step(page, "5 Review")).toContainText("Say what the column tags is to be: its files differ.");
  await page.getByLabel("Change tags").selectOption({ label: "Leave it out" });
  await review(page);
  await page.getByLabel("Change tags").selectOption({ label: "As it is" });
  await page.getByRole("button", { name: "Several configs …" }).click();
  await page.getByRole("combobox", { name: "Config of b.jsonl" }).fill("other");
  await page.keyboard.press("Tab");
  await review(page);
  await send(page);
  expect((await rowsOf(freshHub, "user/conflict", "train", "default")).rows).toEqual(['[1,["x"]]']);
  expect((await rowsOf(freshHub, "user/conflict", "train", "other")).rows).toEqual(['[2,"y"]']);
});

test("a value that does not fit its type stops the upload, by name, before anything is committed", async ({
  page,
  site,
  freshHub,
}) => {
  await start(page, site, freshHub, "misfit");
  await add(page, [file("a.csv", "n\n1\nmany\n")]);
  await page.getByLabel("Change n").selectOption({ label: "As int64" });
  await review(page);
  await page.getByRole("button", { name: /^Send/ }).click();
  await expect(page.getByRole("alert")).toContainText(/"many".*line 3|line 3.*"many"/);
  await page.getByLabel("Change n").selectOption({ label: "Keep as text" });
  await review(page);
  await send(page);
  expect((await rowsOf(freshHub, "user/misfit")).rows).toEqual(['["1"]', '["many"]']);
});

test("class labels keep their names, in every split", async ({ page, site, freshHub }) => {
  await start(page, site, freshHub, "labels");
  await add(page, [file("train.csv", "label\npos\nneg\npos\n"), file("test.csv", "label\nneutral\n")]);
  await page.getByLabel("Change label").selectOption({ label: "As class labels" });
  await expect(page.getByLabel("Change label")).toContainText("As class label, 3 names");
  await review(page);
  await send(page);
  const { types, rows } = await rowsOf(freshHub, "user/labels");
  expect([types, rows]).toEqual([{ label: "Int64" }, ['["pos"]', '["neg"]', '["pos"]']]);
  expect((await rowsOf(freshHub, "user/labels", "test")).rows).toEqual(['["neutral"]']);
});

test("what is odd is told with file and line", async ({ page, site, freshHub }) => {
  await start(page, site, freshHub, "odd");
  await add(page, [
    file("train/zip.csv", "zip,n\n00501,1\n94110,2\n10001,x\n"),
    file("ragged.csv", "a,b\n1,2\n1,2,3\n"),
    file("bad.jsonl", '{"a": 1}\n{"a": \n'),
    file("empty.csv", ""),
    file("picture.png", Buffer.from("\x89PNG\r\n\x1a\n\0\0\0\0", "latin1")),
    file(".env", "TOKEN=1\n"),
  ]);
  const files = step(page, "2 Files");
  await expect(files).toContainText("The file is empty.");
  await expect(files).toContainText("This is no table that can be read here");
  await expect(files).toContainText(/bad\.jsonl.*line 2/s);
  const check = step(page, "3 Check");
  await expect(check).toContainText(
    /zip\.csv, line 2, column zip:.*"00501" has digits that a number would lose/,
  );
  await expect(files).toContainText(/ragged\.csv.*Line 3: Row with 3 fields/s);
  await expect(check).toContainText(".env looks like a file of keys or passwords");
  await expect(step(page, "5 Review")).toContainText("cannot be read. Remove it, or upload it as it is.");
});

test("each thing that is odd about a table is told of a file that has it", async ({
  page,
  site,
  freshHub,
}) => {
  const keys = Array.from({ length: 1200 }, (_, index) => JSON.stringify({ d: { [`k${index}`]: 1 } }));
  const wide = Array.from({ length: 1001 }, (_, index) => `c${index}`).join();
  const odd: [name: string, content: string | Buffer, told: RegExp][] = [
    ["no-rows.csv", "a,b\n", /The file has no rows/],
    ["no-header.csv", "1,2\n3,4\n", /line 1: The first row looks like the ones below/],
    ["short.csv", "a,b\n1,2\n3\n", /line 3: Row with 1 fields where there are 2 columns/],
    ["unnamed.csv", "a,\n1,2\n", /line 1, column Unnamed: 1: Column 2 has no name/],
    ["same-name.csv", "a,a\n1,2\n", /column a\.1: There is more than one column "a"/],
    ["wide.csv", `${wide}\n${wide}\n`, /The file has 1001 columns/],
    ["keys.jsonl", keys.join("\n"), /column d: Its objects have so many different keys/],
    ["mixed.jsonl", '{"a":1}\n{"a":{"b":2}}\n', /line 1, column a: 1 of 2 values are objects/],
    ["big.csv", "n\n9223372036854775808\n1\n", /line 2, column n: .* is an integer beyond int64/],
    ["words.csv", "t\nx\nNA\n", /line 3, column t: "NA" may stand for a missing value/],
    ["keys.json", '{"version":1,"rows":[{"a":1}]}', /it has version, which are left out/],
    [
      "utf-16.csv",
      Buffer.from("\ufeffa\n1\n", "utf16le"),
      /The file is not in UTF-8; its text was converted/,
    ],
  ];
  await open(page, site, freshHub);
  await add(
    page,
    odd.map(([name, content]) => file(name, content)),
  );
  const findings = step(page, "3 Check").locator(".findings li");
  for (const [name, , told] of odd) {
    const own = findings.filter({ hasText: new RegExp(`(Wrong|Look|Note): ${name.replace(".", "\\.")}`) });
    await expect(own.filter({ hasText: told })).toHaveCount(1);
  }
});

test("a file that is not UTF-8 is read as Windows-1252, also after a reload", async ({
  page,
  site,
  freshHub,
}) => {
  await start(page, site, freshHub, "latin");
  const latin = file("latin.csv", Buffer.from("name\nM\xfcller\n", "latin1"));
  await add(page, [latin]);
  await expect(step(page, "2 Files")).toContainText("Line 2 is not UTF-8.");
  await page.getByRole("button", { name: "Read it as Windows-1252" }).click();
  await review(page);
  await freshHub.fault({ origin: "hub", path: "preupload", kind: "status", status: 403, count: 1 });
  await page.getByRole("button", { name: /^Send/ }).click();
  await expect(page.getByRole("button", { name: "Try again" })).toBeVisible();
  await page.reload();
  await page.getByRole("button", { name: "Go on" }).click();
  await signIn(page);
  await add(page, [latin]);
  await review(page);
  await send(page);
  expect((await rowsOf(freshHub, "user/latin")).rows).toEqual(['["Müller"]']);
});

test("what one commit cannot take is told before anything is sent", async ({
  page,
  site,
  freshHub,
}, info) => {
  await start(page, site, freshHub, "limits");
  const broken = Array.from({ length: 11 }, (_, index) => {
    const path = info.outputPath(`notes-${index}.json`);
    writeFileSync(path, `[{"a": }${" ".repeat(9_900_000)}`);
    return path;
  });
  await add(page, [...broken, writtenTable(info)]);
  for (const path of broken)
    await step(page, "2 Files")
      .getByRole("row")
      .filter({ has: page.getByLabel(`Select ${basename(path)}`) })
      .locator("+ tr")
      .getByRole("button", { name: "Upload it as it is" })
      .click();
  const sentence = "11 text files that are to be kept as they are come to 109 MB";
  await expect(step(page, "3 Check")).toContainText(sentence);
  await expect(step(page, "5 Review")).toContainText(sentence);
  await expect(page.getByRole("button", { name: "Review the commit" })).toBeDisabled();
  await page.getByRole("button", { name: "Remove notes-0.json" }).click();
  await expect(page.getByRole("button", { name: "Review the commit" })).toBeEnabled();
});

function writtenTable(info: TestInfo): string {
  const path = info.outputPath("train.csv");
  writeFileSync(path, "n\n1\n");
  return path;
}

test("the same file twice, and rows that train and test share, are found", async ({
  page,
  site,
  freshHub,
}) => {
  await open(page, site, freshHub);
  const rows = (from: number) => `n\n${Array.from({ length: 50 }, (_, row) => from + row).join("\n")}\n`;
  await add(page, [file("train.csv", rows(0)), file("again.csv", rows(0)), file("test.csv", rows(40))]);
  const check = step(page, "3 Check");
  await expect(check).toContainText("again.csv and train.csv hold the same bytes");
  await expect(check).toContainText("10 different rows are in both train and test");
});

test("shows the first rows in the grid, and a cell in full", async ({ page, site, freshHub }) => {
  await open(page, site, freshHub);
  const long = "a long text ".repeat(100).trim();
  await add(page, [file("a.csv", `text,n\n${long},1\n`), file("b.csv", "text,n\nshort,2\n")]);
  const cell = page.getByRole("grid").locator('[aria-rowindex="2"] [data-column="0"]');
  await expect(cell).toContainText("a long text");
  await cell.click();
  await expect(page.getByRole("region", { name: "Cell text" })).toHaveText(long);
  await page.getByRole("button", { name: "Close" }).click();
  await page.getByRole("combobox", { name: /^First rows of/ }).selectOption("b.csv");
  await expect(cell).toHaveText("short");
});

test("an existing dataset keeps its README but for what must change, and its splits", async ({
  page,
  site,
  freshHub,
}) => {
  const readme = `---\n# a comment\nlicense:   mit\ntags: [ "a",  b ]\npretty_name: "Ünicode"\n---\n# Mine\r\n\nText  with spaces \n`;
  await freshHub.create({ id: "user/mine", files: { "README.md": readme } });
  await start(page, site, freshHub, "mine");
  await expect(page.getByText("user/mine exists")).toBeVisible();
  await add(page, [file("a.csv", "n\n1\n")]);
  await page.getByRole("combobox", { name: "Split of a.csv" }).fill("extra");
  await page.keyboard.press("Tab");
  await page.getByLabel("Keep the original files").check();
  await review(page);
  await expect(page.locator(".plan")).toContainText("original/a.csv");
  await expect(page.locator(".diff .added")).toHaveCount(5);
  await expect(page.locator(".diff .removed")).toHaveCount(0);
  await send(page);
  const text = (path: string) =>
    inDataset(freshHub, "user/mine", async (_, hub) =>
      new TextDecoder().decode(await hub.readFile(`hf://datasets/user/mine/${path}`)),
    );
  const lines = (await text("README.md")).split("\n");
  const from = lines.indexOf("configs:");
  expect(from).toBeGreaterThan(0);
  expect([...lines.slice(0, from), ...lines.slice(from + 5)].join("\n")).toBe(readme);
  expect(await text("original/a.csv")).toBe("n\n1\n");
  expect((await rowsOf(freshHub, "user/mine", "extra")).rows).toEqual(["[1]"]);

  // The same split again is refused until it is said what becomes of it.
  await page.getByRole("button", { name: "Upload more" }).click();
  await add(page, [file("a.csv", "n\n2\n")]);
  await page.getByRole("combobox", { name: "Split of a.csv" }).fill("extra");
  await page.keyboard.press("Tab");
  await page.getByLabel("Keep the original files").uncheck();
  await page.getByRole("button", { name: "Review the commit" }).click();
  await expect(page.getByRole("alert")).toContainText(
    `There is a Parquet file already, 'extra/part-00000.parquet'. Choose under "Splits that are there"`,
  );
  await page.getByLabel("Splits that are there").selectOption({ label: "Get more rows" });
  await review(page);
  await send(page);
  expect((await rowsOf(freshHub, "user/mine", "extra")).rows).toEqual(["[1]", "[2]"]);
});

test("a pull request leaves main as it is", async ({ page, site, freshHub }) => {
  await freshHub.create({ id: "user/asked", files: { "README.md": "# x\n" } });
  await start(page, site, freshHub, "asked");
  await expect(page.getByText("user/asked exists")).toBeVisible();
  await add(page, [file("train.csv", "n\n1\n")]);
  await page.getByRole("combobox", { name: /^Commit/ }).selectOption({ label: "as a pull request" });
  await page.getByLabel("Commit message").fill("Rows to look at");
  await page.keyboard.press("Tab");
  await review(page);
  await send(page);
  await expect(page.getByRole("link", { name: "The pull request" })).toBeVisible();
  const answer = await fetch(`${freshHub.endpoint}/api/datasets/user/asked/tree/main`);
  expect(((await answer.json()) as { path: string }[]).map(({ path }) => path)).not.toContain("train");
});

test("the first rows take no more room than they need, and scroll where they are many", async ({
  page,
  site,
  freshHub,
}) => {
  await start(page, site, freshHub, "user/heights");
  const heights = (grid: Locator) =>
    grid.evaluate(({ clientHeight, scrollHeight }) => ({ clientHeight, scrollHeight }));
  await add(page, [file("few.csv", "a,b\n1,x\n2,y\n"), file("many.csv", `a\n${"1\n".repeat(200)}`)]);
  const few = page.getByRole("grid", { name: "First rows of few.csv" });
  await expect(few.getByRole("row")).toHaveCount(3);
  const fit = await heights(few);
  expect(fit.clientHeight).toBe(fit.scrollHeight);
  await few.getByRole("gridcell", { name: "y" }).click();
  await expect(page.locator("hf-cell-panel .body")).toHaveText("y");
  await page.keyboard.press("Escape");
  expect(await heights(few)).toEqual(fit);

  await page.getByRole("combobox", { name: /^First rows of/ }).selectOption("many.csv");
  const many = page.getByRole("grid", { name: "First rows of many.csv" });
  await expect(many).toHaveAttribute("aria-rowcount", "101");
  const { clientHeight, scrollHeight } = await heights(many);
  expect(clientHeight).toBeGreaterThan(fit.clientHeight);
  expect(scrollHeight).toBeGreaterThan(clientHeight);
});
