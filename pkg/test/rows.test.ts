import {
  bool,
  columnFromArray,
  type DataType,
  dateDay,
  decimal128,
  dictionary,
  duration,
  fixedSizeBinary,
  fixedSizeList,
  float64,
  int32,
  int64,
  largeUtf8,
  list,
  map,
  nullType,
  struct,
  Table,
  TimeUnit,
  tableFromColumns,
  tableFromIPC,
  tableToIPC,
  timeMicrosecond,
  timeSecond,
  timestamp,
  uint64,
  utf8,
} from "@uwdata/flechette";
import { describe, expect, it } from "vitest";
import { toTable } from "../src/arrow.js";
import { toRows, type Value } from "../src/rows.js";

/** What `toRows` makes of `values` in a column of `type`, by way of Arrow IPC bytes. */
function through(type: DataType, values: unknown[]): Value[] {
  const table = tableFromColumns({ x: columnFromArray(values, type) });
  const stream = tableToIPC(table, { format: "stream" });
  if (!stream) throw new Error("flechette made no stream");
  return toRows(toTable(stream, [])).map(({ x }) => x as Value);
}

/** A column of 64-bit values that are stored as they are, whatever their unit. */
function stored(type: DataType, values: bigint[]): Value[] {
  const column = columnFromArray(values, int64());
  const stream = tableToIPC(tableFromColumns({ x: column }), { format: "stream" });
  if (!stream) throw new Error("flechette made no stream");
  const table = tableFromIPC(stream, { useBigInt: true });
  const batches = table.getChild("x").data.map((batch) => Object.assign(batch, { type }));
  const recast = new Table({ fields: [{ name: "x", type, nullable: true, metadata: new Map() }] }, [
    Object.assign(table.getChild("x"), { data: batches, type }),
  ]);
  return toRows(recast).map(({ x }) => x as Value);
}

describe("a value", () => {
  it("of a plain type is what JavaScript has for it", () => {
    expect(through(bool(), [true, null, false])).toEqual([true, null, false]);
    expect(through(int32(), [1, null, -(2 ** 31)])).toEqual([1, null, -(2 ** 31)]);
    expect(through(float64(), [0.1, Number.NaN, null])).toEqual([0.1, Number.NaN, null]);
    expect(through(utf8(), ["é\n", "", null])).toEqual(["é\n", "", null]);
    expect(through(largeUtf8(), ["long"])).toEqual(["long"]);
    expect(through(nullType(), [null, null])).toEqual([null, null]);
    expect(through(fixedSizeBinary(2), [Uint8Array.of(1, 2), null])).toEqual([Uint8Array.of(1, 2), null]);
  });

  it("of 64 bits is a bigint, exact beyond 2^53", () => {
    expect(through(int64(), [2n ** 53n + 1n, -(2n ** 63n), null])).toEqual([
      2n ** 53n + 1n,
      -(2n ** 63n),
      null,
    ]);
    expect(through(uint64(), [2n ** 64n - 1n])).toEqual([2n ** 64n - 1n]);
    expect(through(duration(TimeUnit.MICROSECOND), [1500n])).toEqual([1500n]);
  });

  it("of a decimal is its digits", () => {
    const unscaled = [1250n, -5n, 0n, -12345678901234567890123456789012345678n, null];
    expect(through(decimal128(38, 2), unscaled)).toEqual([
      "12.50",
      "-0.05",
      "0.00",
      "-123456789012345678901234567890123456.78",
      null,
    ]);
    expect(through(decimal128(10, 0), [7n])).toEqual(["7"]);
  });

  it("of a date is a Date at midnight UTC", () => {
    const days = [0, 19_782, -1].map((day) => new Date(day * 86_400_000));
    expect(through(dateDay(), days)).toEqual(days);
    expect((days[1] as Date).toISOString()).toBe("2024-02-29T00:00:00.000Z");
  });

  it("of a timestamp is a Date while that is exact, else text with all decimals", () => {
    const ms = timestamp(TimeUnit.MILLISECOND, "UTC");
    expect(stored(timestamp(TimeUnit.SECOND), [-1n])).toEqual([new Date("1969-12-31T23:59:59Z")]);
    expect(stored(ms, [1_709_210_096_789n, -1n])).toEqual([
      new Date("2024-02-29T12:34:56.789Z"),
      new Date("1969-12-31T23:59:59.999Z"),
    ]);
    expect(stored(timestamp(TimeUnit.MICROSECOND), [1_709_210_096_000_001n, -1n])).toEqual([
      "2024-02-29T12:34:56.000001Z",
      "1969-12-31T23:59:59.999999Z",
    ]);
    expect(stored(timestamp(TimeUnit.NANOSECOND), [1n, 2n ** 63n - 1n])).toEqual([
      "1970-01-01T00:00:00.000000001Z",
      "2262-04-11T23:47:16.854775807Z",
    ]);
  });

  it("of a timestamp beyond a Date's range is its count", () => {
    expect(stored(timestamp(TimeUnit.MICROSECOND), [2n ** 63n - 1n])).toEqual([2n ** 63n - 1n]);
    expect(stored(timestamp(TimeUnit.SECOND), [-(2n ** 60n)])).toEqual([-(2n ** 60n)]);
  });

  it("of a time of day is a clock's text", () => {
    expect(through(timeSecond(), [0, 86_399])).toEqual(["00:00:00", "23:59:59"]);
    expect(through(timeMicrosecond(), [49_020_000_250n, null])).toEqual(["13:37:00.000250", null]);
  });
});

describe("a nested value", () => {
  it("is made of arrays and objects, with exact values inside", () => {
    const message = struct({ role: utf8(), cost: decimal128(10, 2) });
    expect(through(list(message), [[{ role: "user", cost: 5n }, null], [], null])).toEqual([
      [{ role: "user", cost: "0.05" }, null],
      [],
      null,
    ]);
    expect(through(list(int64()), [[1n, null]])).toEqual([[1n, null]]);
    expect(through(fixedSizeList(int32(), 2), [[1, 2], null, [3, 4]])).toEqual([[1, 2], null, [3, 4]]);
    expect(through(struct({ a: list(utf8()) }), [{ a: ["x"] }, null])).toEqual([{ a: ["x"] }, null]);
  });

  it("of a map is a list of pairs", () => {
    const values = [new Map([["a", 1n]]), new Map(), null];
    expect(through(map(utf8(), int64()), values)).toEqual([[["a", 1n]], [], null]);
  });

  it("of a dictionary is what it stands for", () => {
    expect(through(dictionary(utf8()), ["a", "b", null, "a"])).toEqual(["a", "b", null, "a"]);
  });
});

describe("a class label", () => {
  it("comes by name where the feature names it, at any depth", () => {
    const label = { _type: "ClassLabel", names: ["no", "yes"] };
    const type = struct({ deep: list(int64()) });
    const table = tableFromColumns({
      x: columnFromArray([0n, 1n, -1n, 7n, null], int64()),
      y: columnFromArray([{ deep: [1n, 0n] }, { deep: [] }, null, null, null], type),
    });
    const stream = tableToIPC(table, { format: "stream" });
    if (!stream) throw new Error("flechette made no stream");
    const features = { x: label, y: { deep: { _type: "List", feature: label } } };
    const rows = toRows(toTable(stream, []), features);
    expect(rows.map(({ x }) => x)).toEqual(["no", "yes", null, 7n, null]);
    expect(rows.slice(0, 2).map(({ y }) => y)).toEqual([{ deep: ["yes", "no"] }, { deep: [] }]);
  });
});

describe("a row", () => {
  it("has a column called __proto__ like any other", () => {
    const names = ["__proto__", "a"];
    const fields = names.map((name) => ({ name, type: int32(), nullable: true, metadata: new Map() }));
    const [row] = toRows(
      new Table(
        { fields },
        names.map(() => columnFromArray([1], int32())),
      ),
    );
    expect(Object.entries(row ?? {})).toEqual([
      ["__proto__", 1],
      ["a", 1],
    ]);
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
  });
});
