import { describe, expect, it } from "vitest";
import { keptRow } from "../../src/preview/huge.js";
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

const none = () => Promise.resolve([]);

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

describe("Matches", () => {
  it("finds rows in order, to the end", async () => {
    const { read } = batches(2);
    const matches = new Matches({ batches: read, again: none }, () => {});
    matches.start();
    expect(matches.isReading).toBe(true);
    await settled();
    expect(matches).toMatchObject({ numRows: 800, isComplete: true, isReading: false });
    expect(matches.row(799)).toEqual({ id: 799 });
    expect(matches.row(800)).toBeUndefined();
  });

  it("waits until more rows are looked at", async () => {
    const { read, taken } = batches(1000);
    const matches = new Matches({ batches: read, again: none }, () => {});
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
    const matches = new Matches({ batches: read, again: none }, () => {});
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
    const stopped = new Matches({ batches: read, again: none }, () => {});
    stopped.start();
    await settled();
    stopped.stop();
    await settled();
    expect(stopped).toMatchObject({ isReading: false, isComplete: false });
    expect(stopped.numRows).toBeGreaterThan(0);

    const failing = new Matches(
      {
        batches: () => ({
          [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error("no")) }),
        }),
        again: none,
      },
      () => {},
    );
    failing.start();
    await settled();
    expect(failing.problem).toMatchObject({ message: "no" });
  });

  it("lets go of values that are too large, and reads them again where they are wanted", async () => {
    const long = "x".repeat(2 ** 20 + 1);
    const asked: unknown[] = [];
    const matches = new Matches(
      {
        batches: async function* () {
          yield [
            { id: 0, text: "short" },
            { id: 1, text: long },
          ].map((row) => keptRow(row));
        },
        again: async (found, { start, end }, _, column) => {
          asked.push([found.length, start, end, column]);
          return column ? [{ [column]: long }] : [{ id: 1, text: long }];
        },
      },
      () => {},
    );
    matches.start();
    await settled();
    const { signal } = new AbortController();
    expect(matches.row(1)?.text).toMatchObject({ kind: "text", numBytes: long.length });
    expect(await matches.read(0, 1, signal)).toEqual([{ id: 0, text: "short" }]);
    expect(asked).toEqual([]);
    expect(await matches.readAgain(1, "text", signal)).toBe(long);
    expect(await matches.read(1, 2, signal)).toEqual([{ id: 1, text: long }]);
    expect(asked).toEqual([
      [2, 1, 2, "text"],
      [2, 1, 2, undefined],
    ]);
  });
});
