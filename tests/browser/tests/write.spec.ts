/** Parquet files made in Chromium's workers, and frames over data of the page, which are read back from such files. */
import { encodeStream, goldenByRepo, hfPath } from "../support/golden.js";
import { expect, test } from "../support/test.js";

test("a frame is written in a worker", async ({ plainPage: page, hub: { endpoint } }) => {
  const result = await page.evaluate(async (endpoint) => {
    const hub = new hubframe.Hub({ endpoint, workers: 2 });
    const frame = await hub.readParquet("hf://datasets/vega/flights-20-files");
    const steps: number[] = [];
    const blob = await frame.toParquetBlob({ onProgress: ({ numRows }) => steps.push(numRows) });
    const again = await hubframe.fromFiles([new File([blob], "flights.parquet")], { hub });
    const rows = { before: await frame.tail(3), after: await again.tail(3) };
    const numRows = [await frame.count(), await again.count(), steps.at(-1)];
    const far = {
      before: await frame.slice(77_777, 2).toRows(),
      after: await again.slice(77_777, 2).toRows(),
    };
    hub.close();
    return { numRows, rows, far };
  }, endpoint);
  expect(new Set(result.numRows).size).toBe(1);
  expect(result.rows.after).toEqual(result.rows.before);
  expect(result.far.after).toEqual(result.far.before);
});

test("every fixture goes through a Parquet file and comes back", async ({
  plainPage: page,
  hub: { endpoint },
}) => {
  test.slow();
  const hub = await page.evaluateHandle((endpoint) => new hubframe.Hub({ endpoint, workers: 1 }), endpoint);
  for (const golden of [...goldenByRepo().values()].flat()) {
    // Rows without columns cannot be written; that brotli is read, by a module of its own, other tests show.
    if (golden.columns.length === 0 || golden.num_rows > 5000 || /brotli|mixed/.test(golden.path)) continue;
    await test.step(`${golden.repo}/${golden.path}`, async () => {
      const stream = await page.evaluate(
        async ({ hub, path }) => {
          const blob = await (await hub.readParquet(path)).toParquetBlob();
          const again = await hubframe.fromFiles([new File([blob], "again.parquet")], { hub });
          return Array.from(await again.toIPC());
        },
        { hub, path: hfPath(golden) },
      );
      const columns = golden.columns.map(({ name, values }) => ({ name, values }));
      expect(encodeStream(Uint8Array.from(stream), golden.rows)).toEqual(columns);
    });
  }
});

test("rows, Arrow tables and batches are frames like any other", async ({ plainPage: page }) => {
  const result = await page.evaluate(async () => {
    const { col, fromArrow, fromBatches, fromRows } = hubframe;
    const people = Array.from({ length: 10_000 }, (_, id) => ({
      id,
      name: `name ${id}`,
      label: id % 3 === 0 ? "yes" : "no",
      at: new Date(id * 1000),
      tags: ["a", "b"].slice(0, id % 3),
    }));
    const df = await fromRows(people, { label: { _type: "ClassLabel", names: ["no", "yes"] } });
    const copy = await fromArrow(await df.toIPC());
    const batches = await fromBatches(df.batches());
    const yes = copy.filter(col("label").eq("yes").and(col("id").ge(9000)));
    return {
      columns: df.columns,
      feature: copy.schema.fields.find(({ name }) => name === "label")?.feature,
      first: await copy.head(1),
      numRows: [await df.count(), await copy.count(), await batches.count(), await yes.count()],
      names: (await yes.select("name").head(2)).map(({ name }) => name),
      last: (await batches.tail(1))[0]?.tags,
      files: df.files.length,
    };
  });
  expect(result.columns).toEqual(["id", "name", "label", "at", "tags"]);
  expect(result.feature).toMatchObject({ _type: "ClassLabel", names: ["no", "yes"] });
  expect(result.first).toEqual([{ id: 0n, name: "name 0", label: 1n, at: new Date(0), tags: [] }]);
  expect(result.numRows).toEqual([10_000, 10_000, 10_000, 334]);
  expect(result.names).toEqual(["name 9000", "name 9003"]);
  expect(result.last).toEqual([]);
});

test("files of the user's disk are read in slices", async ({ plainPage: page, hub: { endpoint } }) => {
  const result = await page.evaluate(async (endpoint) => {
    const hub = new hubframe.Hub({ endpoint, workers: 1 });
    const flights = await hub.readParquet("hf://datasets/vega/flights-20-files");
    const parquet = await flights.limit(5000).toParquetBlob({ compression: "lz4" });
    const ipc = await flights.slice(5000, 100).toIPC();
    const files = [new File([parquet], "a.parquet"), new File([ipc as BlobPart], "a.parquet")];
    const both = await hubframe.fromFiles(files, { hub });
    const errors: string[] = [];
    const fails = async (name: string, parts: BlobPart[]) => {
      const opened = hubframe.fromFiles([new File(parts, name)], { hub });
      errors.push(
        await opened
          .then((df) => df.toRows())
          .then(
            () => "none",
            (error) => `${error.message} ${JSON.stringify(error)}`,
          ),
      );
    };
    await fails("cut.parquet", [parquet.slice(0, parquet.size / 2)]);
    await fails("empty.parquet", []);
    await fails("cut.arrow", [ipc.slice(0, ipc.length / 2) as BlobPart]);
    await fails("words.bin", ["some\0words"]);
    const numRows = [await both.count(), await both.partition(1).count()];
    hub.close();
    return { files: both.files.map(({ path }) => path), numRows, errors };
  }, endpoint);
  expect(result.files).toEqual(["a.parquet", "1/a.parquet"]);
  expect(result.numRows).toEqual([5100, 100]);
  const [cut, empty, arrow, words] = result.errors;
  expect(cut).toContain("cut.parquet");
  expect(cut).toContain('"corrupt"');
  expect(empty).toContain("empty.parquet is empty");
  expect(arrow).toContain("cut.arrow is not an Arrow IPC stream or file, or it is damaged");
  expect(words).toContain("words.bin");
  expect(words).toContain("The file is no text");
});
