import { type Table, tableFromIPC, tableToIPC } from "@uwdata/flechette";
import { describe, expect, it } from "vitest";
import { type RowSchema, rowBatches } from "../src/row-batches.js";
import { toRows } from "../src/rows.js";

type Rows = Parameters<typeof rowBatches>[0];

const EXACT = { useBigInt: true, useDecimalInt: true, useBigIntTimestamp: true };

/** The columns' types and the rows of all tables. */
function read(rows: Rows, schema: RowSchema = {}) {
  const tables: Table[] = [...rowBatches(rows, schema).tables()];
  const types = Object.fromEntries((tables[0] as Table).schema.fields.map(({ name, type }) => [name, type]));
  return { types, rows: tables.flatMap((table) => table.toArray()), tables };
}

const refusal = (rows: Rows, schema: RowSchema = {}) => {
  try {
    read(rows, schema);
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing is wrong";
};

describe("rows", () => {
  it("have types that follow from their values", () => {
    const { types, rows } = read([
      {
        whole: 1,
        part: 1,
        big: 2n,
        text: "a",
        yes: true,
        day: new Date(5),
        raw: Uint8Array.of(1),
        none: null,
      },
      { whole: -3, part: 0.5, big: 3, text: null, yes: undefined, day: new Date(6), raw: null, late: "x" },
    ]);
    const ids = Object.fromEntries(Object.entries(types).map(([name, { typeId }]) => [name, typeId]));
    // Int 2, Float 3, Binary 4, Utf8 5, Bool 6, Timestamp 10, Null 1 (format/Schema.fbs).
    expect(ids).toEqual({ whole: 2, part: 3, big: 2, text: 5, yes: 6, day: 10, raw: 4, none: 1, late: 5 });
    expect(types.whole).toMatchObject({ bitWidth: 64, signed: true });
    expect(types.day).toMatchObject({ unit: 1, timezone: "UTC" });
    expect(rows[1]).toMatchObject({ whole: -3, part: 0.5, text: null, yes: null, late: "x" });
  });

  it("may be nested", () => {
    const { types, rows } = read([
      { turns: [{ role: "user", tokens: [1, 2] }], at: { x: 1 } },
      { turns: [], at: { y: 0.5 } },
      { turns: [{ role: "bot", tokens: null }], at: null },
    ]);
    expect(types.turns?.typeId).toBe(12);
    expect(rows[0]?.turns[0].tokens).toHaveLength(2);
    expect(rows[1]?.at).toEqual({ x: null, y: 0.5 });
  });

  it("of several kinds are refused, by column and row", () => {
    expect(refusal([{ a: 1 }, { a: "x" }])).toContain('Column "a", row 1: a string');
    expect(refusal([{ a: { b: [1] } }, { a: { b: ["x"] } }])).toContain('Column "a.b", row 1');
    expect(refusal([{ a: 0.5 }, { a: 1n }])).toContain("a bigint, where the rows before have a number");
    expect(refusal([{ a: () => 1 }])).toContain("a function cannot be stored");
    expect(refusal([{ a: 1 }, [2] as never])).toContain("Row 1 is not an object");
    expect(refusal([])).toContain("no columns");
    expect(refusal([{ a: 2n ** 70n }, { a: 1 }])).toContain("64-bit");
  });

  it("are what a schema says", () => {
    const schema: RowSchema = {
      label: { _type: "ClassLabel", names: ["neg", "pos"] },
      image: { _type: "Image" },
      small: "int8",
      at: "timestamp[us]",
      more: { _type: "List", feature: { dtype: "float32", _type: "Value" } },
    };
    const { types, rows } = read(
      [{ label: "pos", image: Uint8Array.of(9), small: 5, at: new Date(7) }],
      schema,
    );
    expect(types.small).toMatchObject({ bitWidth: 8 });
    expect(types.at).toMatchObject({ unit: 2 });
    expect(rows[0]).toMatchObject({ label: 1, image: { bytes: Uint8Array.of(9), path: null }, more: null });
    expect(JSON.parse(rowBatches([], schema).features).info.features.small).toEqual({
      dtype: "int8",
      _type: "Value",
    });
    expect(refusal([{ label: "meh" }], schema)).toContain('there is no label "meh"; they are neg, pos');
    expect(refusal([{ small: 300 }], schema)).toContain("300 is no 8-bit integer");
    for (const type of ["decimal128(39, 1)", "time32[us]", "timestamp[ps]", "interval", "decimal128(3)"]) {
      expect(refusal([{ a: 1 }], { a: type })).toContain("use fromArrow");
    }
  });

  it("are exact, whatever their type", () => {
    const moment = "2024-02-29T23:59:59.123456789Z";
    const value = (dtype: string) => ({ dtype, _type: "Value" });
    const schema: RowSchema = {
      price: "decimal128(9, 2)",
      amount: "decimal256(60, 20)",
      ns: "timestamp[ns, tz=Europe/Paris]",
      us: "timestamp[us]",
      s: "timestamp[s, tz=UTC]",
      day: "date32",
      clock: "time64[ns]",
      tick: "time32[s]",
      took: "duration[us]",
      big: "uint64",
      uuid: "fixed_size_binary[2]",
      pair: { _type: "List", feature: value("timestamp[ns]") },
      turns: {
        _type: "LargeList",
        feature: { at: value("time32[ms]"), cost: value("decimal128(38, 10)") } as never,
      },
      words: { _type: "Translation", languages: ["en", "fr"] },
    };
    const rows = [
      {
        price: "-12.50",
        amount: "1234567890123456789012345678901234567890.12345678901234567890",
        ns: moment,
        us: "1969-12-31T23:59:59.000001Z",
        s: new Date("2024-02-29T23:59:59Z"),
        day: new Date("1960-01-02"),
        clock: "13:37:00.000000250",
        tick: "23:59:59",
        took: -5n,
        big: 2n ** 64n - 1n,
        uuid: Uint8Array.of(1, 255),
        pair: [moment, null],
        turns: [{ at: "00:00:00.001", cost: "0.0000000001" }, null],
        words: { en: "a", fr: null },
      },
    ];
    const stored = (rows: Rows) => {
      const [table] = rowBatches(rows, schema).tables();
      return toRows(tableFromIPC(tableToIPC(table as Table, {}) as Uint8Array, EXACT));
    };
    // What comes out goes in again.
    expect(stored(rows)).toEqual(rows);
    expect(stored(stored(rows))).toEqual(rows);
    const others = {
      price: 1e-2,
      amount: -3n,
      ns: "2024-03-01T01:00:00+01:00",
      us: 5n,
      s: "2024-02-29 23:59Z",
      day: "2024-02-29",
      clock: 1n,
      tick: 2,
    };
    expect(stored([others])[0]).toMatchObject({
      price: "0.01",
      amount: "-3.00000000000000000000",
      ns: "2024-03-01T00:00:00.000000000Z",
      us: "1970-01-01T00:00:00.000005Z",
      s: new Date("2024-02-29T23:59:00Z"),
      day: new Date("2024-02-29"),
      clock: "00:00:00.000000001",
      tick: "00:00:02",
      words: null,
    });
  });

  it.each([
    ["decimal128(4, 2)", "1.005", "1.005 has more than 2 decimals"],
    ["decimal128(4, 2)", 0.1 + 0.2, "has more than 2 decimals"],
    ["decimal128(4, 2)", "100", "100 has more than 2 digits before the point"],
    ["decimal128(4, 2)", "1,5", "1,5 is no decimal number"],
    ["decimal128(4, 2)", true, "a boolean, where a decimal is wanted"],
    ["timestamp[s]", new Date(1), "1970-01-01T00:00:00.001Z is finer than the unit"],
    ["timestamp[us]", "2024-01-01T00:00:00.0000001Z", "is finer than the unit"],
    ["timestamp[ns]", "2500-01-01T00:00:00Z", "is no 64-bit integer"],
    ["timestamp[us]", "2023-02-29T00:00:00Z", "2023-02-29T00:00:00Z is no date and time in ISO 8601"],
    ["timestamp[us, tz=Asia/Tokyo]", "2024-01-01T00:00:00", "lacks an offset from UTC"],
    ["timestamp[ms]", 1_700_000_000_000, "1700000000000 is no valid Date. Give a Date, or a text such as"],
    ["date32", "2024-02-29T12:00:00Z", "is no date such as 2024-02-29"],
    ["time32[s]", "24:00:00", "24:00:00 is no time of day"],
    ["time64[us]", 86_400_000_000n, "86400000000 is no time of a day"],
    ["fixed_size_binary[2]", Uint8Array.of(1), "1 bytes, where the schema wants 2"],
    ["uint64", -1, "-1 is no unsigned 64-bit integer"],
    ["int64", 2n ** 63n, "decimal128(38, 0)"],
    ["string", 5, "a number, where the schema wants a string"],
  ])("of %s refuse %s, by column and row", (type, value, message) => {
    const refused = refusal([{ a: null }, { a: value }], { a: type as string });
    expect(refused).toContain('Column "a", row 1: ');
    expect(refused).toContain(message);
  });

  it("of declared lists and structs refuse what they would lose", () => {
    const item = { dtype: "int8", _type: "Value" };
    const pair: RowSchema = { a: { _type: "List", length: 2, feature: item } };
    expect(refusal([{ a: [1, 2] }], pair)).toContain("use fromArrow");
    const turn: RowSchema = { a: { _type: "List", feature: { x: item } as never } };
    expect(refusal([{ a: [{ x: 1 }, { x: 2, y: 3 }] }], turn)).toContain(
      'row 0: the schema has no field "y"',
    );
    expect(refusal([{ a: [[1]] }], turn)).toContain("a list, where an object is wanted");
    expect(refusal([{ a: { x: 1 } }], turn)).toContain("an object, where a list is wanted");
  });

  it("come in tables of bounded size", () => {
    const { tables } = read(Array.from({ length: 10_000 }, (_, id) => ({ id })));
    expect(tables.map(({ numRows }) => numRows)).toEqual([4096, 4096, 1808]);
  });
});
