/** What reading costs beside what it must cost: the bytes that the bench computes from footer and page index. */
import { join } from "node:path";
import { idealWaves } from "../../../bench/ideal.js";
import { GENERATED } from "../support/paths.js";
import { expect, test } from "../support/test.js";

const FILE = "data/train-00000-of-00001.parquet";
const REPO = "vega/flights-indexed";

/** A footer is as long as it is; of every file so much is read first. */
const TAIL_LEN = 64 << 10;

/** What is read besides to save a request, at most. */
const MAX_GAP = 32 << 10;

const FAR = 2_034_567;
const TASKS = [
  { name: "T1", rows: { start: 0, end: 0 } },
  { name: "T2", rows: { start: 0, end: 100 } },
  { name: "T3", rows: { start: FAR, end: FAR + 100 } },
  { name: "T4", rows: { start: 0, end: Number.POSITIVE_INFINITY } },
] as const;

for (const { name, rows } of TASKS) {
  test(`${name}: at most a tenth more bytes than the lower bound, or a request less for a little more`, async ({
    plainPage,
    freshHub,
  }) => {
    const column = "delay";
    const waves = await idealWaves(join(GENERATED, REPO, FILE), { name, rows, column, id: 0 });
    await plainPage.evaluate(
      async ({ endpoint, path, name, start, end, column }) => {
        const hub = new hubframe.Hub({ endpoint, workers: 2 });
        const frame = await hub.readParquet(path);
        if (name === "T4") await frame.select(column).toArrow();
        else if (name !== "T1") await frame.slice(start, end - start).toArrow();
        hub.close();
      },
      { endpoint: freshHub.endpoint, path: `hf://datasets/${REPO}/${FILE}`, name, column, ...rows },
    );
    const ideal = waves.flat();
    const read = (await freshHub.log()).filter(({ origin }) => origin === "storage");
    const numBytes = read.reduce((sum, { bytes_sent }) => sum + bytes_sent, 0);
    const idealBytes = ideal.reduce((sum, [start, end]) => sum + end - start, 0);
    const saved = ideal.length - read.length;
    expect(saved).toBeGreaterThanOrEqual(0);
    expect(numBytes).toBeLessThanOrEqual(1.1 * idealBytes + TAIL_LEN + saved * MAX_GAP);
  });
}
