/** What the uploader finds in files, and the mends that it offers: each on a file that needs it. */
import { Hub } from "hubframe";
import type { LocalHub } from "../support/local-hub.js";
import { expect } from "../support/test.js";
import { add, file, open, review, send, signIn, step, test } from "../support/uploader.js";

/** The columns and rows of a split, as hubframe reads them, class labels by name. */
async function rowsOf(hub: LocalHub, repo: string, split = "train", config?: string) {
  const client = new Hub({ endpoint: hub.endpoint, token: "hf_write" });
  const dataset = await client.dataset(repo);
  const frame = await dataset.split(split, config === undefined ? {} : { config });
  const types = Object.fromEntries(frame.schema.fields.map(({ name, type }) => [name, type]));
  const rows = (await frame.toRows({ labels: "names" })).map((row) =>
    JSON.stringify(Object.values(row), plain),
  );
  client.close();
  return { types, rows };
}

const plain = (_: string, value: unknown) => (typeof value === "bigint" ? Number(value) : value);

test("columns that differ are kept as text, or become what is chosen", async ({ page, site, freshHub }) => {
  await open(page, site, freshHub);
  await signIn(page);
  await page.getByLabel("Dataset name").fill("mends");
  await add(page, [
    file("a.csv", "id,price,note,old,junk\n1,1.10,x,1,q\n2,2.50,,2,q\n"),
    file("b.jsonl", '{"id": "A-3", "price": 3, "note": "y", "old": 3}\n'),
  ]);
  const matrix = page.getByRole("region", { name: "Columns of default" });
  await expect(matrix.getByRole("row").filter({ has: page.getByLabel("Name of id") })).toContainText(
    "string, since its files differ",
  );
  await expect(matrix.getByRole("row").filter({ has: page.getByLabel("Name of junk") })).toContainText(
    "null in 1 of 2 files",
  );
  await page.getByLabel("Change price").selectOption({ label: "Keep as text" });
  await page.getByLabel("Change old").selectOption({ label: "As int32" });
  await page.getByLabel("Name of old").fill("new");
  await page.keyboard.press("Tab");
  await page.getByLabel("Change junk").selectOption({ label: "Leave it out" });
  await review(page);
  await send(page);
  const { types, rows } = await rowsOf(freshHub, "user/mends");
  expect(types).toEqual({ id: "Utf8", price: "Utf8", note: "Utf8", new: "Int32" });
  expect(rows).toEqual(['["1","1.10","x",1]', '["2","2.50",null,2]', '["A-3","3","y",3]']);
});

test("a value that does not fit its type stops the upload, by name, before anything is committed", async ({
  page,
  site,
  freshHub,
}) => {
  await open(page, site, freshHub);
  await signIn(page);
  await page.getByLabel("Dataset name").fill("misfit");
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
  await open(page, site, freshHub);
  await signIn(page);
  await page.getByLabel("Dataset name").fill("labels");
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
  await open(page, site, freshHub);
  await signIn(page);
  await page.getByLabel("Dataset name").fill("odd");
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
  await expect(check).toContainText(/ragged\.csv, line 3/);
  await expect(check).toContainText(".env looks like a file of keys or passwords");
  await expect(step(page, "5 Review")).toContainText("cannot be read. Remove it, or upload it as it is.");
});

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
  await open(page, site, freshHub);
  await signIn(page);
  await page.getByLabel("Dataset name").fill("mine");
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
  const client = new Hub({ endpoint: freshHub.endpoint, token: "hf_write" });
  const read = async (path: string) =>
    new TextDecoder().decode(await client.readFile(`hf://datasets/user/mine/${path}`));
  const lines = (await read("README.md")).split("\n");
  const from = lines.indexOf("configs:");
  expect(from).toBeGreaterThan(0);
  expect([...lines.slice(0, from), ...lines.slice(from + 5)].join("\n")).toBe(readme);
  expect(await read("original/a.csv")).toBe("n\n1\n");
  client.close();
  expect((await rowsOf(freshHub, "user/mine", "extra")).rows).toEqual(["[1]"]);

  // The same split again is refused until it is said what becomes of it.
  await page.getByRole("button", { name: "Upload more" }).click();
  await add(page, [file("a.csv", "n\n2\n")]);
  await page.getByRole("combobox", { name: "Split of a.csv" }).fill("extra");
  await page.keyboard.press("Tab");
  await page.getByLabel("Keep the original files").uncheck();
  await page.getByRole("button", { name: "Review the commit" }).click();
  await expect(page.getByRole("alert")).toContainText("already");
  await page.getByLabel("Splits that are there").selectOption({ label: "Get more rows" });
  await review(page);
  await send(page);
  expect((await rowsOf(freshHub, "user/mine", "extra")).rows).toEqual(["[1]", "[2]"]);
});

test("a pull request leaves main as it is", async ({ page, site, freshHub }) => {
  await freshHub.create({ id: "user/asked", files: { "README.md": "# x\n" } });
  await open(page, site, freshHub);
  await signIn(page);
  await page.getByLabel("Dataset name").fill("asked");
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
