/** What writing a large table costs in memory: a gigabyte of Arrow data goes through workers that stay small. */
import { expect, test } from "../support/test.js";

const NUM_BATCHES = 125;
const ROWS_PER_BATCH = 100_000;
const COLUMNS = 10;

test("writing 1 GB of batches keeps a worker's memory under 400 MB", async ({ plainPage: page }) => {
  test.setTimeout(600_000);
  const written = await page.evaluate(
    async ({ NUM_BATCHES, ROWS_PER_BATCH, COLUMNS }) => {
      const { tableFromArrays } = await import("@uwdata/flechette");
      const patch = `const { instantiate } = WebAssembly;
        WebAssembly.instantiate = async (...args) => {
          const made = await instantiate(...args);
          globalThis.wasmMemory = (made.instance ?? made).exports.memory;
          return made;
        };`;
      const module = (text: string) => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
      const worker = module(`import "${module(patch)}"; import "${location.origin}/pkg/worker.js";`);
      const createWorker = () => new Worker(worker, { type: "module" });
      const hub = new hubframe.Hub({ workers: 2, createWorker });
      // Numbers that no codec makes much of, in tables made as they are asked for.
      let state = 1;
      const number = () => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
        return state / 7;
      };
      async function* batches() {
        for (let batch = 0; batch < NUM_BATCHES; batch++) {
          const columns = Array.from({ length: COLUMNS }, (_, index) => [
            `c${index}`,
            Float64Array.from({ length: ROWS_PER_BATCH }, number),
          ]);
          yield tableFromArrays(Object.fromEntries(columns));
        }
      }
      const started = performance.now();
      const frame = await hubframe.fromBatches(batches(), { hub });
      let numBytes = 0;
      const onProgress = (progress: { numBytes: number }) => {
        numBytes = progress.numBytes;
      };
      const middle = performance.now();
      const blob = await frame.toParquetBlob({ onProgress });
      const seconds = [middle - started, performance.now() - middle].map((ms) => Math.round(ms / 1000));
      return { numBytes, size: blob.size, seconds };
    },
    { NUM_BATCHES, ROWS_PER_BATCH, COLUMNS },
  );
  expect(written.numBytes).toBeGreaterThanOrEqual(1e9);
  const sizes = page
    .workers()
    .map((worker) =>
      worker.evaluate(
        () => (globalThis as unknown as { wasmMemory: WebAssembly.Memory }).wasmMemory.buffer.byteLength,
      ),
    );
  const largest = Math.max(...(await Promise.all(sizes)));
  const megabytes = Math.round(largest / 1e6);
  test.info().annotations.push({ type: "memory", description: `${megabytes} MB, ${written.seconds} s` });
  expect(largest).toBeGreaterThan(1e6);
  expect(largest).toBeLessThan(400e6);
});
