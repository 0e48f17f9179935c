/** The user's own text files in Chromium: chosen by a picker, inspected and read in workers. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { ROOT } from "../support/paths.js";
import { expect, test } from "../support/test.js";

const VEGA = join(ROOT, "node_modules/vega-datasets/data");

/** Makes `chosen` of the page's scope the files of a picker. */
async function choose(page: Page, files: Parameters<ReturnType<Page["locator"]>["setInputFiles"]>[0]) {
  await page.setContent('<input type="file" multiple>');
  await page.locator("input").setInputFiles(files);
  await page.evaluate(() => {
    Object.assign(globalThis, { chosen: [...(document.querySelector("input")?.files ?? [])] });
  });
}

declare global {
  /** The files chosen last. */
  var chosen: readonly File[];
}

const text = (name: string, content: string | Buffer) => ({
  name,
  mimeType: "text/plain",
  buffer: Buffer.from(content),
});

test("a CSV file is a frame with types, filters and slices", async ({ plainPage: page }) => {
  await choose(page, join(VEGA, "birdstrikes.csv"));
  const found = await page.evaluate(async () => {
    const { Hub, col } = hubframe;
    const hub = new Hub({ workers: 2 });
    const frame = await hubframe.fromFiles(chosen, { hub });
    const costly = frame.filter(col("Cost Total $").gt(1_000_000)).select("Airport Name", "Flight Date");
    const result = {
      columns: frame.schema.fields.map(({ name, type }) => `${name}: ${type}`),
      count: await frame.count(),
      costly: await costly.count(),
      head: await costly.head(2),
      tail: await frame.select("Cost Total $", "Speed IAS in knots").tail(1),
      far: await frame.select("Flight Date").slice(9_000, 1).toRows(),
    };
    hub.close();
    return result;
  });
  expect(found.columns).toContain("Flight Date: Date32");
  expect(found.columns).toContain("Cost Total $: Int64");
  // What pandas counts in the same file.
  expect([found.count, found.costly]).toEqual([10_000, 8]);
  expect(found.head.length).toBe(2);
});

test("JSON in an array, and lines of it, are frames of structs and lists", async ({ plainPage: page }) => {
  const file = text("movies.json", readFileSync(join(VEGA, "movies.json")));
  await choose(page, [file, text("rows", '{"a": {"b": [1, 2]}}\n{"a": null}\n')]);
  const [movies, rows] = await page.evaluate(async () => {
    const [movies, rows] = await Promise.all(chosen.map((file) => hubframe.fromFiles([file])));
    return [
      { count: await movies?.count(), head: await movies?.select("Title", "IMDB Rating").head(1) },
      await rows
        ?.toRows()
        .then((rows) =>
          rows.map((row) => JSON.stringify(row, (_, v) => (typeof v === "bigint" ? Number(v) : v))),
        ),
    ] as const;
  });
  expect(movies).toEqual({ count: 3201, head: [{ Title: "The Land Girls", "IMDB Rating": 6.1 }] });
  expect(rows).toEqual(['{"a":{"b":[1,2]}}', '{"a":null}']);
});

test("findings and errors name file and line", async ({ plainPage: page }) => {
  await choose(page, [
    text("codes.csv", "zip,n\n00501,1\n94110,2\n10001,x\n"),
    text("ragged.csv", "a,b\n1,2\n1,2,3\n"),
    text("open.csv", 'a,b\n1,2\n"1,2\n'),
    text("latin1.csv", Buffer.from("a\ncaf\xe9\n", "latin1")),
    text("empty.csv", ""),
    text("array.jsonl", '[{"a": 1}]'),
  ]);
  const found = await page.evaluate(async () => {
    const [codes] = await hubframe.inspectFiles(chosen.slice(0, 1));
    const errors = chosen.slice(1).map(async (file) => {
      try {
        const frame = await hubframe.fromFiles(
          [file],
          file.name.endsWith("l") ? { format: "jsonlines" } : {},
        );
        await frame.toRows();
        return "read";
      } catch (error) {
        if (!hubframe.isHubframeError(error)) throw error;
        return `${error.code} ${error.context.file} ${error.context.line}`;
      }
    });
    const typed = await hubframe.fromFiles(chosen.slice(0, 1), { types: { zip: "int32" } });
    return {
      findings: codes?.findings.map(({ kind, line, column }) => `${kind} ${line} ${column}`),
      errors: await Promise.all(errors),
      zips: (await typed.toRows()).map((row) => row.zip),
    };
  });
  expect(found.findings).toEqual(["mixed_types 4 n", "leading_zeros 2 zip"]);
  expect(found.zips).toEqual([501, 94110, 10001]);
  expect(found.errors).toEqual([
    "corrupt 0/ragged.csv 3",
    "corrupt open.csv 3",
    "corrupt latin1.csv 2",
    "invalid empty.csv undefined",
    "corrupt array.jsonl 1",
  ]);
});

test("odd tables are read whole, and what was mended is said with its line", async ({ plainPage: page }) => {
  const names = Array.from({ length: 10_000 }, (_, column) => `c${column}`);
  await choose(page, [
    text("twice.csv", "a,b,a\n1,2,3\n4,5,6\n"),
    text("wide.csv", `${names.join(",")}\n${names.map((_, column) => column).join(",")}\n`),
    text("short.csv", "a,b\n1,2\n3\n"),
    text("header.csv", "a,b\n"),
    text("twice.json", '[{"a": 1},\n{"a": 2, "a": 3}]'),
    text("cut.json", '[{"a": 1},\n{"a": 2'),
  ]);
  const found = await page.evaluate(async () => {
    const look = async (file: File) => {
      const [inspection] = await hubframe.inspectFiles([file]);
      const frame = await hubframe.fromFiles([file]);
      const rows = (await frame.toRows()).map((row) =>
        Object.values(row).map((value) => value && Number(value)),
      );
      return {
        findings: inspection?.findings.map(({ kind, line }) => `${kind} ${line}`),
        columns: frame.columns.length,
        rows,
        last: frame.columns.at(-1),
      };
    };
    const fails = async (file: File) => {
      const error = await look(file).catch((error: unknown) => error);
      if (!hubframe.isHubframeError(error)) throw new Error(`${file.name} was read`);
      return `${error.code} ${error.context.file} ${error.context.line}`;
    };
    return {
      read: await Promise.all(chosen.slice(0, 4).map(look)),
      errors: await Promise.all(chosen.slice(4).map(fails)),
    };
  });
  const [twice, wide, short, header] = found.read;
  expect(twice).toMatchObject({ findings: ["duplicate_column 1"], columns: 3, last: "a.1" });
  expect(twice?.rows).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  expect(wide).toMatchObject({ findings: ["many_columns undefined"], columns: 10_000 });
  expect(wide?.rows[0]?.[9_999]).toBe(9_999);
  expect(short).toMatchObject({
    findings: ["short_rows 3"],
    rows: [
      [1, 2],
      [3, null],
    ],
  });
  expect(header).toMatchObject({ findings: ["no_rows undefined"], columns: 2, rows: [] });
  expect(found.errors).toEqual(["corrupt twice.json 2", "corrupt cut.json 2"]);
});

test("a large file is read in slices, side by side, and can be cancelled", async ({ plainPage: page }) => {
  const result = await page.evaluate(async () => {
    const line = (n: number) => `${n},text of row ${n},${n / 8}\n`;
    const parts = Array.from({ length: 100 }, (_, part) => {
      return Array.from({ length: 20_000 }, (_, row) => line(part * 20_000 + row)).join("");
    });
    const blob = new Blob(["n,text,x\n", ...parts]);
    const hub = new hubframe.Hub({ workers: 2 });
    const steps: number[] = [];
    const started = performance.now();
    const frame = await hubframe.fromFiles([new File([blob], "large.csv")], {
      hub,
      onProgress: ({ bytesRead }) => steps.push(bytesRead),
    });
    const inspected = performance.now();
    let [sum, rows] = [0n, 0];
    for await (const batch of frame.select("n").batches()) {
      rows += batch.numRows;
      for (const n of batch.getChild("n") ?? []) sum += BigInt(n as bigint);
    }
    const read = performance.now();
    const cancel = new AbortController();
    const cancelled = hubframe.inspectFiles([new File([blob], "large.csv")], {
      hub,
      signal: cancel.signal,
      onProgress: () => cancel.abort(),
    });
    const code = await cancelled.then(
      () => "none",
      (error) => (hubframe.isHubframeError(error) ? error.code : "other"),
    );
    const middle = await frame.slice(1_234_567, 1).toRows();
    hub.close();
    const mb = blob.size / 1e6;
    return {
      rows,
      sum: String(sum),
      steps: steps.length,
      size: blob.size,
      code,
      middle: middle[0]?.text,
      inspect: mb / ((inspected - started) / 1e3),
      read: mb / ((read - inspected) / 1e3),
    };
  });
  test.info().annotations.push({
    type: "speed",
    description: `inspect ${result.inspect.toFixed(0)} MB/s, read ${result.read.toFixed(0)} MB/s`,
  });
  expect([result.rows, result.sum]).toEqual([2_000_000, "1999999000000"]);
  expect(result.steps).toBeGreaterThan(result.size / (5 << 20));
  expect([result.code, result.middle]).toEqual(["aborted", "text of row 1234567"]);
});
