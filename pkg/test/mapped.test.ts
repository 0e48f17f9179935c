import {
  dictionary,
  int32,
  int64,
  largeUtf8,
  list,
  struct,
  type Table,
  tableFromArrays,
  tableFromIPC,
  utf8,
} from "@uwdata/flechette";
import { describe, expect, it } from "vitest";
import { col } from "../src/expr.js";
import type { MapPartition } from "../src/mapped.js";
import { fakeFrame, ids, range } from "./fake.js";

const FILES = { a: 25, b: 30, c: 0, d: 45 };

/** Every second row. */
const even: MapPartition = (table) => {
  const rows = table.toArray().filter(({ id }) => id % 2 === 0);
  return tableFromArrays({ text: rows.map(({ text }) => text), id: rows.map(({ id }) => id) });
};

const EVEN = range(0, 100).filter((id) => id % 2 === 0);

describe("a mapped frame", () => {
  it("has the rows that the function makes, in order, however they are asked for", async () => {
    const { frame } = await fakeFrame(FILES);
    const mapped = frame.mapPartitions(even);
    expect(mapped.columns).toEqual(["id", "text"]);
    expect(mapped.schema.fields.map(({ type }) => type)).toEqual(["Int32", "Utf8"]);
    expect(mapped.numPartitions).toBe(4);
    expect(ids(await mapped.toRows())).toEqual(EVEN);
    expect(await mapped.count()).toBe(50);
    expect(ids(await mapped.head(20))).toEqual(EVEN.slice(0, 20));
    expect(ids(await mapped.tail(30))).toEqual(EVEN.slice(-30));
    expect(ids(await mapped.slice(5, 20).toRows())).toEqual(EVEN.slice(5, 25));
    expect(ids(await mapped.partition(1).toRows())).toEqual(range(26, 55).filter((id) => id % 2 === 0));
    expect(ids(await mapped.slice(5, 20).partition(1).toRows())).toEqual(
      range(26, 50).filter((id) => id % 2 === 0),
    );
    const read = tableFromIPC(await mapped.toIPC());
    expect(read.schema.fields.map(({ name }) => name)).toEqual(["id", "text"]);
    expect(Array.from(read.getChild("id"))).toEqual(EVEN);
    const batches: number[] = [];
    for await (const batch of mapped.batches()) batches.push(...ids(batch.toArray()));
    expect(batches).toEqual(EVEN);
  });

  it("can be narrowed, renamed, mapped again", async () => {
    const { frame } = await fakeFrame(FILES);
    const mapped = frame.mapPartitions(even).rename({ text: "words" }).select("words");
    expect((await mapped.head(1))[0]).toEqual({ words: "row 0" });
    const twice = frame.mapPartitions(even).mapPartitions((table) => table);
    expect(ids(await twice.toRows())).toEqual(EVEN);
    expect(ids(await frame.filter(col("id").lt(10)).mapPartitions(even).toRows())).toEqual([0, 2, 4, 6, 8]);
    expect(ids(await frame.slice(20, 10).mapPartitions(even).toRows())).toEqual([20, 22, 24, 26, 28]);
  });

  it("has the columns of its schema", async () => {
    const { frame } = await fakeFrame(FILES);
    const schema = { n: int64(), words: list(utf8()) };
    const mapped = frame.mapPartitions(
      (table, { index }) =>
        tableFromArrays(
          {
            more: [1],
            words: [Array.from(table.getChild("text")).slice(0, 2)],
            n: Int32Array.of(index),
          },
          { types: { words: list(largeUtf8()) } },
        ),
      { schema },
    );
    expect(mapped.schema.fields.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      "n: Int64",
      "words: List(Utf8, field: '')",
    ]);
    expect(await mapped.toRows()).toEqual([
      { n: 0n, words: ["row 0", "row 1"] },
      { n: 1n, words: ["row 25", "row 26"] },
      { n: 2n, words: [] },
      { n: 3n, words: ["row 55", "row 56"] },
    ]);
  });

  it("calls the function for one partition at a time, and for no more than are wanted", async () => {
    const { frame, log } = await fakeFrame(FILES);
    const calls: number[] = [];
    const mapped = frame.mapPartitions(async (table, { index }) => {
      calls.push(index);
      return table;
    });
    expect(calls).toEqual([]);
    expect(ids(await mapped.head(30))).toEqual(range(0, 30));
    expect(calls).toEqual([0, 1]);
    expect(log().some((line) => line.startsWith("scan d"))).toBe(false);
    calls.length = 0;
    await mapped.tail(3);
    expect(calls).toEqual([3]);
    calls.length = 0;
    const batches = mapped.batches();
    await batches.next();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(calls).toEqual([0]);
    await batches.return();
  });

  it("says what is wrong with what the function returns", async () => {
    const { frame } = await fakeFrame(FILES);
    const read = (map: unknown, schema = { id: int32() }) =>
      frame.mapPartitions(map as MapPartition, { schema }).toArrow();
    await expect(read(() => [])).rejects.toThrow("returned no table of @uwdata/flechette for partition 0");
    await expect(read(() => tableFromArrays({ x: [1] }))).rejects.toThrow(
      'without the column "id" for partition 0',
    );
    await expect(read(() => Promise.reject(new Error("mine")))).rejects.toThrow("mine");
    const mapped = frame.mapPartitions((table: Table) => table);
    expect(() => mapped.filter(col("id").eq(1))).toThrow("comes before mapPartitions");
    expect(() => mapped.sample(0.5)).toThrow("comes before mapPartitions");
    await expect(mapped.toArrow({ maxBytes: 1000 })).rejects.toMatchObject({ code: "limit" });
    expect(() => frame.mapPartitions((table) => table, { schema: { id: "Int32" as never } })).toThrow(
      "int64()",
    );
    for (const hidden of [dictionary(utf8()), list(dictionary(utf8())), struct({ d: dictionary(utf8()) })]) {
      expect(() => frame.mapPartitions((table) => table, { schema: { id: hidden } })).toThrow("dictionary");
    }
  });
});
