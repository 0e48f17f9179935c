/** Frames in a page: what their methods give, and what that costs in requests and bytes. */
import { statSync } from "node:fs";
import { join } from "node:path";
import type { LocalHub } from "../support/local-hub.js";
import { GENERATED } from "../support/paths.js";
import { expect, test } from "../support/test.js";

/** Three million rows in 30 row groups with a page index, in the order of their column `date`. */
const FLIGHTS = "hf://datasets/vega/flights-indexed";
const FLIGHTS_FILE = join(GENERATED, "vega/flights-indexed/data/train-00000-of-00001.parquet");

/** The requests for bytes of files, and how many bytes these were. */
async function cost(hub: LocalHub) {
  const log = await hub.log();
  const read = log.filter(({ origin }) => origin === "storage");
  return { requests: read.length, bytes: read.reduce((sum, { bytes_sent }) => sum + bytes_sent, 0) };
}

test.describe("filters", () => {
  test("on sorted data read few pages, and explain says which", async ({ plainPage, freshHub }) => {
    const page = { endpoint: freshHub.endpoint, path: FLIGHTS };
    const explained = await plainPage.evaluate(async ({ endpoint, path }) => {
      const { Hub, col } = hubframe;
      const hub = new Hub({ endpoint });
      const morning = col("date").between("2001-02-03T08:00", new Date("2001-02-03T09:00:00Z"));
      const frame = (await hub.readParquet(path, { filter: morning })).select("delay", "origin");
      const { kept, cost, atMost, text } = await frame.explain();
      Object.assign(globalThis, { frame });
      return { kept, cost, atMost, text };
    }, page);
    expect(explained.kept.files).toEqual({ kept: 1, of: 1 });
    expect(explained.kept.rowGroups.of).toBe(30);
    expect(explained.kept.rowGroups.kept).toBeLessThanOrEqual(2);
    // One page of each of the columns.
    expect(explained.kept.pages.kept).toBeLessThanOrEqual(0.2 * explained.kept.pages.of);
    expect(explained.text).toContain('filter: (date >= "2001-02-03T08:00"');
    expect(explained.text).toContain(`row groups: ${explained.kept.rowGroups.kept} of 30`);
    expect(explained.text).toContain("by statistics: date");

    await freshHub.reset();
    const rows = await plainPage.evaluate(async () => {
      const { frame } = globalThis as unknown as { frame: import("hubframe").Frame };
      return { columns: frame.columns, found: (await frame.toRows()).length, counted: await frame.count() };
    });
    expect(rows.columns).toEqual(["delay", "origin"]);
    expect(rows.found).toBeGreaterThan(100);
    expect(rows.counted).toBe(rows.found);
    const { requests, bytes } = await cost(freshHub);
    test.info().annotations.push({ type: "cost", description: `${requests} requests, ${bytes} bytes` });
    // Reading and counting, each no more than was said.
    expect(requests).toBeLessThanOrEqual(2 * explained.atMost.requests);
    expect(bytes).toBeLessThanOrEqual(2 * explained.atMost.bytes);
    expect(bytes).toBeLessThan(0.02 * statSync(FLIGHTS_FILE).size);
  });

  test("give the same rows as without statistics, whatever the number of workers", async ({
    plainPage,
    freshHub,
  }) => {
    const sums = await plainPage.evaluate(async (endpoint) => {
      const { Hub, col } = hubframe;
      const sums: [number, number][] = [];
      for (const workers of [0, 3]) {
        const hub = new Hub({ endpoint, workers });
        const whole = await hub.readParquet("hf://datasets/vega/flights-20-files/data/train-0000[0-2]*");
        const some = whole.filter(col("delay").gt(500).or(col("origin").eq("ANC"))).select("delay");
        const numbers = (await some.toRows()).map(({ delay }) => Number(delay));
        let expected = 0;
        for await (const batch of whole.select("delay", "origin").batches()) {
          const delay = batch.getChild("delay").toArray();
          const origin = batch.getChild("origin").toArray();
          for (let row = 0; row < batch.numRows; row++) {
            if (Number(delay[row]) > 500 || origin[row] === "ANC") expected += 1;
          }
        }
        sums.push([numbers.length - expected, numbers.length - (await some.count())]);
        hub.close();
      }
      return sums;
    }, freshHub.endpoint);
    expect(sums).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  test("stop as soon as there are rows enough, and cut slices to the row", async ({
    plainPage,
    freshHub,
  }) => {
    const result = await plainPage.evaluate(
      async ({ endpoint, path }) => {
        const { Hub, col } = hubframe;
        const hub = new Hub({ endpoint, workers: 2 });
        const frame = await hub.readParquet(path);
        const late = frame.filter(col("delay").gt(60)).select("date", "delay");
        const head = await late.head(10);
        Object.assign(globalThis, { hub, late });
        return { head: head.map(({ delay }) => Number(delay)) };
      },
      { endpoint: freshHub.endpoint, path: FLIGHTS },
    );
    expect(result.head).toHaveLength(10);
    expect(Math.min(...result.head)).toBeGreaterThan(60);
    const { bytes } = await cost(freshHub);
    // The footer with what lies before it, and at most one of 30 row groups.
    expect(bytes).toBeLessThan(0.08 * statSync(FLIGHTS_FILE).size);

    const slices = await plainPage.evaluate(async () => {
      const { late } = globalThis as unknown as { late: import("hubframe").Frame };
      const text = (rows: readonly import("hubframe").Row[]) => rows.map(({ date }) => String(date)).join();
      const first = await late.head(50);
      const slice = await late.slice(7, 30).toRows();
      const tail = await late.tail(5);
      const total = await late.count();
      const end = await late.slice(total - 5).toRows();
      const rest = await late.limit(20).slice(5).count();
      return [text(slice) === text(first.slice(7, 37)), text(tail) === text(end), end.length, rest];
    });
    expect(slices).toEqual([true, true, 5, 15]);
  });

  test("know labels by name, fields of structs, and lists", async ({ plainPage, freshHub }) => {
    const found = await plainPage.evaluate(async (endpoint) => {
      const { Hub, col } = hubframe;
      const hub = new Hub({ endpoint, workers: 1 });
      const labels = await hub.readParquet("hf://datasets/fixtures/labels/data/train-00000-of-00001.parquet");
      const names = labels.schema.fields.find(({ name }) => name === "label")?.feature?.names as string[];
      const [name = ""] = names;
      const images = await hub.readParquet("hf://datasets/fixtures/images");
      const all = await images.select("image").toRows();
      const withPath = all.filter(({ image }) => (image as { path?: unknown } | null)?.path != null);
      return {
        byName: await labels.filter(col("label").eq(name)).count(),
        byNumber: await labels.filter([["label", "=", 0]]).count(),
        long: await labels.filter(col("topics").length().gt(1)).count(),
        short: await labels.filter(col("topics").length().gt(1).not()).count(),
        paths: await images.filter(col("image.path").isNotNull()).count(),
        withPath: withPath.length,
      };
    }, freshHub.endpoint);
    expect(found.byName).toBe(found.byNumber);
    expect(found.byName).toBeGreaterThan(0);
    expect(found.long + found.short).toBeLessThanOrEqual(80);
    expect(found.long).toBeGreaterThan(0);
    expect(found.paths).toBe(found.withPath);
  });

  test("that make no sense fail where they are written", async ({ plainPage, freshHub }) => {
    const errors = await plainPage.evaluate(
      async ({ endpoint, path }) => {
        const { Hub, col } = hubframe;
        const hub = new Hub({ endpoint });
        const frame = await hub.readParquet(path);
        const message = (build: () => unknown) => {
          try {
            build();
            return "none";
          } catch (error) {
            return String(error);
          }
        };
        return [
          message(() => frame.filter(col("delai").gt(1))),
          message(() => frame.filter(col("delay").gt("1"))),
          await hub.readParquet(path, { filter: [["delay", ">", "1"]] }).catch(String),
          await frame.filter(col("origin").matches("(")).count().catch(String),
        ];
      },
      { endpoint: freshHub.endpoint, path: FLIGHTS },
    );
    expect(errors[0]).toContain('There is no column "delai". Did you mean "delay"?');
    expect(errors[1]).toContain(
      'The column "delay" cannot be filtered so: Int64 cannot be compared with "1".',
    );
    expect(errors[2]).toContain('The column "delay" cannot be filtered so');
    expect(errors[3]).toContain("malformed");
  });
});

test.describe("columns", () => {
  test("go by their new names everywhere, and keep what they mean", async ({ plainPage, freshHub }) => {
    const result = await plainPage.evaluate(async (endpoint) => {
      const { Hub, col } = hubframe;
      const hub = new Hub({ endpoint, workers: 1 });
      const labels = await hub.readParquet("hf://datasets/fixtures/labels/data/train-00000-of-00001.parquet");
      const renamed = labels.rename({ label: "class", text: "label" }).select("class", "label");
      const some = renamed.filter(col("class").gt(0)).slice(2, 5);
      const rows = await some.toRows({ labels: "names" });
      const table = await some.toArrow();
      return {
        rows: rows.map((row) => Object.entries(row).map(([name, value]) => `${name}:${typeof value}`)),
        names: table.names,
        features: table.schema.metadata?.get("huggingface"),
        field: renamed.schema.fields[0]?.feature?._type,
      };
    }, freshHub.endpoint);
    expect(result.rows).toHaveLength(5);
    expect(new Set(result.rows.map(String))).toEqual(new Set(["class:string,label:string"]));
    expect(result.names).toEqual(["class", "label"]);
    expect(Object.keys(JSON.parse(result.features ?? "").info.features)).toEqual(["class", "label"]);
    expect(result.field).toBe("ClassLabel");
  });

  test("in part are structs of that part, read without the rest", async ({ plainPage, freshHub }) => {
    await freshHub.reset();
    const result = await plainPage.evaluate(async (endpoint) => {
      const hub = new hubframe.Hub({ endpoint, workers: 1 });
      const images = await hub.readParquet("hf://datasets/fixtures/images");
      const paths = images.select("image.path", "caption");
      const type = paths.schema.fields[0]?.type;
      const rows = await paths.toRows();
      const whole = await images.select("image").toRows();
      const path = (row: import("hubframe").Row) => (row.image as { path: string } | null)?.path;
      return {
        type,
        keys: Object.keys(rows[0]?.image ?? {}),
        same: rows.every((row, i) => path(row) === path(whole[i] ?? {})),
      };
    }, freshHub.endpoint);
    expect(result).toEqual({ type: 'Struct("path": Utf8)', keys: ["path"], same: true });
  });
});

test.describe("samples", () => {
  test("split the rows, the same for any number of workers", async ({ plainPage, freshHub }) => {
    const result = await plainPage.evaluate(async (endpoint) => {
      const splits: string[] = [];
      for (const workers of [0, 2]) {
        const hub = new hubframe.Hub({ endpoint, workers });
        const frame = await hub.readParquet("hf://datasets/fixtures/pages/indexed.parquet");
        const [train, test] = frame.select("id").randomSplit([0.9, 0.1], { seed: 3 });
        const ids = async (part = frame) => (await part.toRows()).map(({ id }) => Number(id));
        const both = [...(await ids(train)), ...(await ids(test))].sort((a, b) => a - b);
        const filtered = test?.filter([["id", "<", 5000]]);
        const small = await ids(frame.select("id").sample(0.01, { seed: 3 }));
        const head = await ids(test?.limit(10));
        splits.push(
          JSON.stringify([
            both.length === 20_000 && both.every((id, index) => id === index),
            await test?.count(),
            (await ids(filtered)).length === (await filtered?.count()),
            head,
            small,
          ]),
        );
        hub.close();
      }
      return splits;
    }, freshHub.endpoint);
    expect(result[0]).toBe(result[1]);
    const [complete, count, filtered, head, small] = JSON.parse(result[0] ?? "");
    expect([complete, filtered]).toEqual([true, true]);
    expect(Math.abs(count - 2000)).toBeLessThan(150);
    expect(head).toHaveLength(10);
    expect(Math.abs(small.length - 200)).toBeLessThan(60);
  });
});
