import type { Table } from "@uwdata/flechette";
import { describe, expect, it } from "vitest";
import { type RowSchema, rowBatches } from "../src/row-batches.js";

type Rows = Parameters<typeof rowBatches>[0];

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
    expect(refusal([{ a: 1 }], { a: "decimal128(3, 1)" })).toContain("use fromArrow");
  });

  it("come in tables of bounded size", () => {
    const { tables } = read(Array.from({ length: 10_000 }, (_, id) => ({ id })));
    expect(tables.map(({ numRows }) => numRows)).toEqual([4096, 4096, 1808]);
  });
});
