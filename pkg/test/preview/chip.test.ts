import { describe, expect, it } from "vitest";
import { col } from "../../src/expr.js";
import {
  type Chip,
  chipsFromText,
  chipsToText,
  chipText,
  exprOf,
  numValues,
  opsOf,
} from "../../src/preview/filter/chip.js";
import type { Field } from "../../src/types.js";

const fields: Field[] = [
  { name: "n", type: "Int64", nullable: true },
  { name: "x", type: "Float64", nullable: true },
  { name: "t", type: "Utf8", nullable: true },
  { name: "b", type: "Boolean", nullable: true },
  { name: "a.b", type: "Utf8", nullable: true },
  { name: "l", type: "Int64", nullable: true, feature: { _type: "ClassLabel", names: ["no", "yes"] } },
];
const chip = (column: string, op: Chip["op"], ...values: string[]): Chip => ({ column, op, values });
const json = (expr: unknown) => JSON.parse(JSON.stringify(expr));

describe("chips", () => {
  it("become one condition, with values as their columns have them", () => {
    const chips = [
      chip("n", "ge", "9,007,199,254,740,993"),
      chip("x", "lt", "0.10"),
      chip("t", "contains", "12"),
      chip("b", "eq", "True"),
      chip("a.b", "isNull"),
      chip("l", "isIn", "yes", "no"),
    ];
    const expected = col(["n"])
      .ge(9_007_199_254_740_993n)
      .and(
        col(["x"]).lt({ decimal: "0.10" }),
        col(["t"]).contains("12"),
        col(["b"]).eq(true),
        col(["a.b"]).isNull(),
        col(["l"]).isIn(["yes", "no"]),
      );
    expect(json(exprOf(chips, fields))).toEqual(json(expected));
    expect(exprOf([], fields)).toBeUndefined();
  });

  it("leaves what is no number to the frame, which says so", () => {
    expect(json(exprOf([chip("n", "eq", "many")], fields))).toMatchObject(json(col(["n"]).eq("many")));
  });

  it("come back from an address as they went in, and malformed ones are left out", () => {
    const chips = [chip("n", "between", "1", "5"), chip("t", "matches", '^"[a-z]'), chip("t", "isNotNull")];
    expect(chipsFromText(chipsToText(chips))).toEqual(chips);
    for (const text of [
      undefined,
      "",
      "{",
      "1",
      "[1]",
      '[["n"]]',
      '[["n","drop","1"]]',
      '[["n","between","1"]]',
      '[["n","eq",1]]',
    ]) {
      expect(chipsFromText(text)).toEqual([]);
    }
  });

  it("read as lines", () => {
    expect(chipText(chip("n", "ge", "5"))).toBe("n ≥ 5");
    expect(chipText(chip("n", "between", "1", "5"))).toBe("n between 1 and 5");
    expect(chipText(chip("t", "isNull"))).toBe("t is null");
  });

  it("offer what the type allows", () => {
    expect(opsOf(fields[2] as Field)[0]).toBe("contains");
    expect(opsOf(fields[5] as Field)).not.toContain("lt");
    expect(opsOf({ name: "s", type: "Struct(…)", nullable: true })).toEqual(["isNull", "isNotNull"]);
    expect([numValues("isNull"), numValues("eq"), numValues("between")]).toEqual([0, 1, 2]);
  });
});
