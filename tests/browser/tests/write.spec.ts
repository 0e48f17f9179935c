/** Parquet files made in Chromium's workers, read back. */
import { expect, test } from "../support/test.js";

test("a frame is written in a worker, and reads back", async ({ plainPage: page, hub: { endpoint } }) => {
  const result = await page.evaluate(async (endpoint) => {
    const hub = new hubframe.Hub({ endpoint, workers: 2 });
    const frame = await hub.readParquet("hf://datasets/vega/flights-20-files");
    const steps: number[] = [];
    const blob = await frame.toParquetBlob({ onProgress: ({ numRows }) => steps.push(numRows) });
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const text = new TextDecoder("latin1").decode(bytes);
    const result = {
      numRows: await frame.count(),
      last: steps.at(-1),
      size: blob.size,
      ends: [text.slice(0, 4), text.slice(-4)],
      features: text.includes('{"info":{"features":{'),
    };
    hub.close();
    return result;
  }, endpoint);
  expect(result.ends).toEqual(["PAR1", "PAR1"]);
  expect(result.last).toBe(result.numRows);
  expect(result.features).toBe(true);
});
