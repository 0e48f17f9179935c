import { describe, expect, it } from "vitest";
import { failure } from "../../src/errors.js";
import { blockRowsFor, RowBlocks } from "../../src/preview/rows.js";
import type { Row } from "../../src/rows.js";

/** A reader whose reads end when the test says so. */
function reader() {
  const reads: { start: number; numRows: number; signal: AbortSignal; end: (error?: unknown) => void }[] = [];
  const read = (start: number, numRows: number, signal: AbortSignal) =>
    new Promise<readonly Row[]>((resolve, reject) => {
      const rows = Array.from({ length: numRows }, (_, index) => ({ id: start + index }));
      const end = (error?: unknown) => (error === undefined ? resolve(rows) : reject(error));
      signal.addEventListener("abort", () => reject(failure("aborted", "read", "Cancelled.")));
      reads.push({ start, numRows, signal, end });
    });
  return { reads, read };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

function blocksOf(numRows: number, maxBlocks = 8) {
  const { reads, read } = reader();
  let changes = 0;
  const onChange = () => {
    changes += 1;
  };
  const blocks = new RowBlocks({ read, numRows, onChange, blockRows: 100, maxBlocks });
  return { blocks, reads, changes: () => changes };
}

describe("RowBlocks", () => {
  it("reads the blocks that are looked at first, then those beside them, one after the other", async () => {
    const { blocks, reads } = blocksOf(1000);
    blocks.look(490, 530);
    expect(reads.map(({ start }) => start)).toEqual([400, 500]);
    reads[0]?.end();
    await settled();
    expect(reads).toHaveLength(2);
    reads[1]?.end();
    await settled();
    expect(blocks.row(529)).toEqual({ id: 529 });
    expect(blocks.row(600)).toBeUndefined();
    expect(reads.map(({ start }) => start)).toEqual([400, 500, 600]);
    reads[2]?.end();
    await settled();
    expect(reads.map(({ start }) => start)).toEqual([400, 500, 600, 300]);
  });

  it("reads no row beyond the last", async () => {
    const { blocks, reads } = blocksOf(1050);
    blocks.look(1040, 1060);
    reads[0]?.end();
    await settled();
    expect(reads.map(({ start, numRows }) => [start, numRows])).toEqual([
      [1000, 50],
      [900, 100],
    ]);
    const none = blocksOf(0);
    none.blocks.look(0, 20);
    expect(none.reads).toEqual([]);
  });

  it("aborts what is no longer looked at, and reads it again when it is", async () => {
    const { blocks, reads } = blocksOf(100_000);
    blocks.look(0, 20);
    blocks.look(50_000, 50_020);
    await settled();
    expect(reads.filter(({ signal }) => signal.aborted).map(({ start }) => start)).toEqual([0]);
    expect(blocks.isReading).toBe(true);
    blocks.look(0, 20);
    expect(reads.filter(({ start }) => start === 0)).toHaveLength(2);
  });

  it("keeps a bounded number of blocks, the nearest ones", async () => {
    const { blocks, reads } = blocksOf(100_000, 4);
    for (let start = 0; start < 5000; start += 100) {
      blocks.look(start, start + 20);
      for (const { end } of reads) end();
      await settled();
    }
    const kept = Array.from({ length: 1000 }, (_, block) => blocks.row(block * 100)).filter(Boolean);
    expect(kept.length).toBeLessThanOrEqual(4);
    expect(blocks.row(4900)).toEqual({ id: 4900 });
    expect(blocks.row(0)).toBeUndefined();
  });

  it("keeps an error until it is told to try again", async () => {
    const { blocks, reads, changes } = blocksOf(100);
    blocks.look(0, 20);
    reads[0]?.end(failure("server", "read", "The Hub failed."));
    await settled();
    expect(blocks.error(5)).toMatchObject({ code: "server" });
    expect(changes()).toBe(1);
    blocks.look(0, 20);
    expect(reads).toHaveLength(1);
    blocks.retry();
    expect(reads).toHaveLength(2);
  });

  it("stops", async () => {
    const { blocks, reads } = blocksOf(1000);
    blocks.look(0, 20);
    blocks.stop();
    await settled();
    expect(reads.every(({ signal }) => signal.aborted)).toBe(true);
    expect(blocks.isReading).toBe(false);
  });
});

it("has blocks that fit what rows take to fetch and to take apart", () => {
  expect(blockRowsFor(4, 5)).toBe(2048);
  expect(blockRowsFor(4, 1)).toBe(4096);
  expect(blockRowsFor(1000, 5)).toBe(512);
  expect(blockRowsFor(100_000, 2)).toBe(64);
  expect(blockRowsFor(1, 1000)).toBe(64);
  expect(blockRowsFor(0, 0)).toBe(4096);
});

it("reads file by file where one cannot be read, and says why of its rows alone", async () => {
  const asked: [number, number][] = [];
  const read = async (start: number, numRows: number) => {
    asked.push([start, numRows]);
    if (start < 50 && start + numRows > 40) throw failure("corrupt", "read", "Damaged.");
    return Array.from({ length: numRows }, (_, index) => ({ id: start + index }));
  };
  const onChange = () => {};
  const blocks = new RowBlocks({
    read,
    numRows: 100,
    onChange,
    blockRows: 100,
    borders: async () => [40, 50],
  });
  blocks.look(0, 20);
  await settled();
  expect(asked).toEqual([
    [0, 100],
    [0, 40],
    [40, 10],
    [50, 50],
  ]);
  expect([blocks.row(39), blocks.row(40), blocks.row(50)]).toEqual([{ id: 39 }, undefined, { id: 50 }]);
  expect([blocks.error(39), blocks.error(50)]).toEqual([undefined, undefined]);
  expect(blocks.error(40)).toMatchObject({ code: "corrupt" });
  expect(blocks.problem).toBeUndefined();
  blocks.look(30, 45);
  expect(blocks.problem).toMatchObject({ code: "corrupt" });
});

it("reads ever fewer rows where they are too large together, and keeps no huge value", async () => {
  const text = "x".repeat(2 ** 20 + 1);
  const read = async (start: number, numRows: number) => {
    if (numRows > 2) throw failure("limit", "read", "Too much.");
    return Array.from({ length: numRows }, (_, index) => ({ id: start + index, text }));
  };
  const blocks = new RowBlocks({ read, numRows: 7, onChange: () => {}, blockRows: 100 });
  blocks.look(0, 7);
  await settled();
  expect(blocks.problem).toBeUndefined();
  expect(blocks.row(6)).toMatchObject({ id: 6, text: { kind: "text", numBytes: 2 ** 20 + 1 } });
  const [row] = await blocks.read(3, 4, new AbortController().signal);
  expect(row).toEqual({ id: 3, text });
});
