import { describe, expect, it } from "vitest";
import { Matches } from "../../src/preview/matches.js";
import type { Row } from "../../src/rows.js";

const BATCH = 400;

/** Batches of 400 rows, counted as they are taken. */
function batches(count: number) {
  let taken = 0;
  const read = async function* (signal: AbortSignal): AsyncGenerator<Row[]> {
    for (; taken < count && !signal.aborted; taken++) {
      await Promise.resolve();
      yield Array.from({ length: BATCH }, (_, index) => ({ id: taken * BATCH + index }));
    }
  };
  return { read, taken: () => taken };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

describe("Matches", () => {
  it("finds rows in order, to the end", async () => {
    const { read } = batches(2);
    const matches = new Matches(read, () => {});
    matches.start();
    expect(matches.isReading).toBe(true);
    await settled();
    expect(matches).toMatchObject({ numRows: 800, isComplete: true, isReading: false });
    expect(matches.row(799)).toEqual({ id: 799 });
    expect(matches.row(800)).toBeUndefined();
  });

  it("waits until more rows are looked at", async () => {
    const { read, taken } = batches(1000);
    const matches = new Matches(read, () => {});
    matches.start();
    await settled();
    expect(taken()).toBeLessThan(5);
    expect(matches.isComplete).toBe(false);
    const before = matches.numRows;
    matches.look(before - 20, before);
    await settled();
    expect(matches.numRows).toBeGreaterThan(before);
    expect(taken()).toBeLessThan(10);
  });

  it("keeps a bounded number of rows", async () => {
    const { read } = batches(1000);
    const matches = new Matches(read, () => {});
    matches.start();
    for (let step = 0; step < 200; step++) {
      matches.look(matches.numRows, matches.numRows);
      await Promise.resolve();
    }
    await settled();
    matches.look(1e9, 1e9);
    await settled();
    expect(matches.numRows).toBeLessThanOrEqual(100_000 + BATCH);
    expect(matches.isFull).toBe(true);
  });

  it("keeps what it found when it is stopped, and tells what went wrong", async () => {
    const { read } = batches(1000);
    const stopped = new Matches(read, () => {});
    stopped.start();
    await settled();
    stopped.stop();
    await settled();
    expect(stopped).toMatchObject({ isReading: false, isComplete: false });
    expect(stopped.numRows).toBeGreaterThan(0);

    const failing = new Matches(
      () => ({
        [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error("no")) }),
      }),
      () => {},
    );
    failing.start();
    await settled();
    expect(failing.problem).toMatchObject({ message: "no" });
  });
});
