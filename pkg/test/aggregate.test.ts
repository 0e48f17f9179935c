import { float64, tableFromArrays, tableToIPC } from "@uwdata/flechette";
import { describe, expect, expectTypeOf, it } from "vitest";
import { toAggregates, toFunctions, toValueCounts } from "../src/aggregate.js";
import type { Histogram, Value } from "../src/index.js";
import { fakeFrame, range } from "./fake.js";

describe("aggregate", () => {
  it("refuses what is not there when it is called", async () => {
    const { frame, log } = await fakeFrame({ a: 10 });
    const bad = async (aggregation: object, message: RegExp) =>
      expect(frame.aggregate(aggregation as { id: ["min"] })).rejects.toThrow(message);
    await bad({ idd: ["min"] }, /no column "idd". Did you mean "id"/);
    await bad({ id: ["minimum"] }, /no function "minimum"; there are: count, .*meanLength/);
    await expect(frame.valueCounts("texts")).rejects.toThrow(/Did you mean "text"/);
    await expect(frame.describe({ columns: ["ID"] })).rejects.toThrow(/Did you mean "id"/);
    await expect(frame.valueCounts("text", { limit: -1 })).rejects.toMatchObject({ code: "invalid" });
    expect(log()).toEqual([]);
  });

  it("knows the types of what it gives", async () => {
    const { frame } = await fakeFrame({ a: 10 });
    const found = () => frame.aggregate({ id: ["count", "min", "histogram"], text: ["meanLength"] });
    type Found = Awaited<ReturnType<typeof found>>;
    expectTypeOf<Found["id"]["count"]>().toEqualTypeOf<number>();
    expectTypeOf<Found["id"]["min"]>().toEqualTypeOf<Value>();
    expectTypeOf<Found["id"]["histogram"]>().toEqualTypeOf<Histogram | null>();
    expectTypeOf<keyof Found["text"]>().toEqualTypeOf<"meanLength">();
  });

  it("measures a task for each file on all workers, and merges a few at a time", async () => {
    const paths = range(0, 30).map((n) => `f${String(n).padStart(2, "0")}`);
    const { frame, log, logs } = await fakeFrame(Object.fromEntries(paths.map((path) => [path, 7])));
    const description = await frame.describe();
    expect(description).toEqual({ num_examples: 210, statistics: [], partial: false });
    const measured = log().filter((line) => line.startsWith("measure"));
    expect(measured.toSorted()).toEqual(paths.map((path) => `measure ${path}`));
    expect(logs.every((log) => log.some((line) => line.startsWith("measure")))).toBe(true);
    const merged = log().flatMap((line) => /^merge (\d+)$/.exec(line)?.[1] ?? []);
    expect(merged.every((parts) => Number(parts) <= 10)).toBe(true);
  });

  it("comes before mapPartitions", async () => {
    const { frame, log } = await fakeFrame({ a: 10 });
    const mapped = frame.mapPartitions((table) => table);
    const refused = { code: "unsupported", message: expect.stringContaining("aggregate before it") };
    await expect(mapped.describe()).rejects.toMatchObject(refused);
    await expect(mapped.aggregate({ id: ["min"] })).rejects.toMatchObject(refused);
    await expect(mapped.valueCounts("text")).rejects.toMatchObject(refused);
    expect(log()).toEqual([]);
  });

  it("stops when it is told to", async () => {
    const { frame } = await fakeFrame({ a: 10 });
    const signal = AbortSignal.abort();
    await expect(frame.describe({ signal })).rejects.toMatchObject({ code: "aborted" });
  });
});

describe("answers", () => {
  const table = (columns: Record<string, unknown[]>, types = {}) =>
    tableToIPC(tableFromArrays(columns, { types }), { format: "stream" }) ?? undefined;

  it("ask for a function once", () => {
    expect(toFunctions({ a: ["min", "min", "max"] }, ["a", "b"])).toEqual([
      { column: "a", functions: ["min", "max"] },
    ]);
  });

  it("have sums of integers as bigint, and no others", () => {
    const rows = table({ a: [{ sum: "12" }], b: [{ sum: "12.50" }] });
    const answer = { text: "{}", ...(rows && { table: rows }) };
    const fields = [
      { name: "a", type: "Int64", nullable: true },
      { name: "b", type: "Decimal128(9, 2)", nullable: true },
      { name: "toString", type: "Int8", nullable: true },
    ];
    expect(toAggregates(answer, fields)).toEqual({ a: { sum: 12n }, b: { sum: "12.50" } });
  });

  it("name class labels where that is asked for", () => {
    const rows = table({ value: [1, -1], count: [5, 2] }, { value: float64(), count: float64() });
    const text = JSON.stringify({ num_rows: 9, null_count: 2, num_distinct: 2 });
    const answer = { text, ...(rows && { table: rows }) };
    const head = { numRows: 9, nullCount: 2, numDistinct: 2 };
    const feature = { _type: "ClassLabel", names: ["no", "yes"] };
    const counts = (...values: Value[]) => values.map((value, i) => ({ value, count: [5, 2][i] }));
    expect(toValueCounts(answer, undefined)).toEqual({ ...head, values: counts(1, -1) });
    expect(toValueCounts(answer, feature)).toEqual({ ...head, values: counts("yes", null) });
  });
});
