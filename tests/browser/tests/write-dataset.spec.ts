/** Datasets written from a page: splits, modes, the README, and what is read back. */
import { expect, test } from "../support/test.js";

test("three splits are one commit, and are read back with equal values and order", async ({
  plainPage,
  freshHub,
}) => {
  const seen = await plainPage.evaluate(async (endpoint) => {
    const hub = new hubframe.Hub({ endpoint, token: "hf_write", workers: 2 });
    const source = await hub.readParquet("hf://datasets/fixtures/images");
    const all = await source.toRows();
    await hub.createDataset("user/three", { existOk: true });
    const cut = Math.floor(all.length / 3);
    const stages = new Set<string>();
    const result = await hub.writeDataset(
      "user/three",
      {
        train: source.limit(cut),
        validation: source.slice(cut, cut),
        my_split: source.slice(2 * cut),
      },
      { license: "mit", onProgress: ({ stage }) => stages.add(stage) },
    );
    const dataset = await hub.dataset("user/three");
    const parts = [];
    for (const name of ["train", "validation", "my_split"]) {
      parts.push(...(await (await dataset.split(name)).toRows()));
    }
    const fields = (await dataset.split("my_split")).schema.fields;
    const text = (value: unknown) =>
      JSON.stringify(value, (_, part) => (typeof part === "bigint" ? `${part}n` : part));
    const readme = new TextDecoder().decode(await hub.readFile("hf://datasets/user/three/README.md"));
    hub.close();
    return {
      result,
      same: text(parts) === text(all),
      numRows: all.length,
      readme,
      features:
        text(fields.map(({ feature }) => feature)) ===
        text(source.schema.fields.map(({ feature }) => feature)),
      stages: [...stages],
    };
  }, freshHub.endpoint);
  expect(seen.result.files).toEqual([
    "train/part-00000.parquet",
    "validation/part-00000.parquet",
    "my_split/part-00000.parquet",
  ]);
  expect(seen.numRows).toBeGreaterThan(3);
  expect(seen).toMatchObject({ same: true, features: true });
  expect(seen.stages).toEqual(expect.arrayContaining(["writing", "sending", "stored", "committing"]));
  expect(seen.readme).toContain("  - split: my_split\n    path: my_split/*.parquet\n");
  const commits = (await freshHub.log()).filter(({ path }) => path.includes("/commit/"));
  expect(commits).toHaveLength(1);
});

test("modes: refused, appended, overwritten from the path that is read", async ({ plainPage, freshHub }) => {
  const seen = await plainPage.evaluate(async (endpoint) => {
    const hub = new hubframe.Hub({ endpoint, token: "hf_write", workers: 1 });
    const path = "hf://datasets/user/modes/train";
    await hub.createDataset("user/modes", { existOk: true });
    const source = (await hub.readParquet("hf://datasets/fixtures/many-files")).limit(20);
    const [column = ""] = source.columns;
    const code = (promise: Promise<unknown>) =>
      promise.then(
        () => "done",
        (error) => error.code,
      );
    const first = await source.toParquet(path);
    const refused = await code(source.toParquet(path));
    const appended = await source.limit(5).toParquet(path, { mode: "append" });
    const afterAppend = await (await hub.readParquet(path)).count();
    const other = await code(source.drop(column).toParquet(path, { mode: "append" }));
    const own = await hub.readParquet(path);
    const overwritten = await own.slice(20).toParquet(path, { mode: "overwrite" });
    const rows = await (await hub.readParquet(path)).count();
    // The frame from before is still of its own commit.
    const before = await own.count();
    const empty = await code(source.limit(0).toParquet("hf://datasets/user/modes/test"));
    const pr = await source.toParquet(path, { mode: "overwrite", createPr: true });
    hub.close();
    return { first, refused, appended, afterAppend, other, overwritten, rows, before, empty, pr };
  }, freshHub.endpoint);
  expect(seen.first.files).toEqual(["train/part-00000.parquet"]);
  expect(seen.refused).toBe("conflict");
  expect(seen.appended.files).toEqual(["train/part-00001.parquet"]);
  expect(seen.afterAppend).toBe(25);
  expect(seen.other).toBe("invalid");
  expect(seen.overwritten).toMatchObject({
    files: ["train/part-00000.parquet"],
    deleted: ["train/part-00001.parquet"],
  });
  expect([seen.rows, seen.before, seen.empty]).toEqual([5, 25, "invalid"]);
  expect(seen.pr.prUrl).toMatch(/discussions\/1$/);
});

test("a write that fails leaves the repo as it was, and sends nothing twice", async ({
  plainPage,
  freshHub,
}) => {
  await freshHub.create({ id: "user/failing", files: { "README.md": "# Card\n" } });
  await freshHub.fault({ origin: "hub", kind: "status", status: 403, path: "/commit/", count: 1 });
  const seen = await plainPage.evaluate(async (endpoint) => {
    const hub = new hubframe.Hub({ endpoint, token: "hf_write", workers: 1 });
    const source = (await hub.readParquet("hf://datasets/fixtures/many-files")).limit(50);
    const write = () => hub.writeDataset("user/failing", { train: source, test: source.limit(10) });
    const failed = await write().catch((error) => ({ code: error.code, context: error.context }));
    const after = (await hub.dataset("user/failing")).problem;
    const { files } = await write();
    hub.close();
    return { failed, after, files };
  }, freshHub.endpoint);
  expect(seen.failed).toMatchObject({
    code: "forbidden",
    context: { stored: expect.stringContaining("2 files") },
  });
  expect(seen.after).toBeDefined();
  expect(seen.files).toEqual(["train/part-00000.parquet", "test/part-00000.parquet"]);
  const puts = (await freshHub.log()).filter(({ method, status }) => method === "PUT" && status === 200);
  expect(puts).toHaveLength(2);
});

test("3 million rows are written as three splits", async ({ plainPage, freshHub }) => {
  test.setTimeout(180_000);
  const seen = await plainPage.evaluate(async (endpoint) => {
    const hub = new hubframe.Hub({ endpoint, token: "hf_write", workers: 2 });
    const source = await hub.readParquet("hf://datasets/vega/flights/flights-3m.parquet");
    const numRows = await source.count();
    await hub.createDataset("user/flights", { existOk: true });
    const [first, second] = [2_400_000, 300_000];
    const start = performance.now();
    let sent = 0;
    await hub.writeDataset(
      "user/flights",
      {
        train: source.limit(first),
        validation: source.slice(first, second),
        test: source.slice(first + second),
      },
      {
        mode: "overwrite",
        onProgress: ({ sentBytes }) => {
          sent = sentBytes;
        },
      },
    );
    const ms = performance.now() - start;
    const dataset = await hub.dataset("user/flights");
    const counts: number[] = [];
    let same = true;
    let at = 0;
    const text = (rows: unknown) =>
      JSON.stringify(rows, (_, part) => (typeof part === "bigint" ? `${part}n` : part));
    for (const name of ["train", "validation", "test"]) {
      const split = await dataset.split(name);
      const count = await split.count();
      counts.push(count);
      // Both ends of each split and something in between.
      for (const offset of [0, Math.floor(count / 2), count - 100]) {
        same &&=
          text(await split.slice(offset, 100).toRows()) ===
          text(await source.slice(at + offset, 100).toRows());
      }
      at += count;
    }
    hub.close();
    return { numRows, counts, same, ms, sent };
  }, freshHub.endpoint);
  test.info().annotations.push({ type: "ms", description: `${Math.round(seen.ms)} ms, ${seen.sent} bytes` });
  expect(seen).toMatchObject({ numRows: 3_000_000, counts: [2_400_000, 300_000, 300_000], same: true });
});
