import { readFileSync } from "node:fs";
import {
  binary,
  bool,
  type DataType,
  dateDay,
  dateMillisecond,
  decimal128,
  decimal256,
  duration,
  field,
  fixedSizeBinary,
  fixedSizeList,
  float32,
  float64,
  int8,
  int32,
  int64,
  largeList,
  largeUtf8,
  list,
  nullType,
  struct,
  TimeUnit,
  timeMicrosecond,
  timestamp,
  uint64,
  utf8,
} from "@uwdata/flechette";
import { describe, expect, it } from "vitest";
import { typeName } from "../src/arrow-type.js";
import { isHubframeError } from "../src/errors.js";
import { type Conditions, col, Expr, type ExprData } from "../src/expr.js";
import { checkFilter, type FilterColumn } from "../src/filter.js";

interface Cases {
  readonly columns: Readonly<Record<string, string>>;
  readonly cases: readonly { readonly filter: ExprData | Conditions; readonly error?: readonly string[] }[];
}

const { columns, cases }: Cases = JSON.parse(
  readFileSync(new URL("../../tests/fixtures/filters.json", import.meta.url), "utf8"),
);

const item = (type: DataType) => field("item", type, true);

const TYPES: Readonly<Record<string, DataType>> = {
  flag: bool(),
  i8: int8(),
  i64: int64(),
  u64: uint64(),
  f32: float32(),
  f64: float64(),
  money: decimal128(9, 2),
  wide: decimal256(40, 1),
  day: dateDay(),
  ms: dateMillisecond(),
  naive: timestamp(TimeUnit.MICROSECOND, null),
  utc: timestamp(TimeUnit.MICROSECOND, "UTC"),
  fixed: timestamp(TimeUnit.MILLISECOND, "+01:00"),
  zurich: timestamp(TimeUnit.NANOSECOND, "Europe/Zurich"),
  clock: timeMicrosecond(),
  span: duration(TimeUnit.MILLISECOND),
  text: utf8(),
  long: largeUtf8(),
  bytes: binary(),
  hash: fixedSizeBinary(4),
  nothing: nullType(),
  tags: list(item(utf8())),
  ids: largeList(item(int64())),
  vector: fixedSizeList(item(float32()), 3),
  image: struct([field("path", utf8(), true), field("size", int32(), true)]),
  "a.b": int32(),
  a: struct([field("b", utf8(), true)]),
};

const COLUMNS: readonly FilterColumn[] = Object.entries(TYPES).map(([name, type]) => ({
  name,
  source: name,
  type,
}));

function message(filter: Expr | Conditions, columns = COLUMNS): string | undefined {
  try {
    checkFilter(filter, columns);
    return undefined;
  } catch (error) {
    if (isHubframeError(error, "invalid")) return error.message;
    throw error;
  }
}

describe("filters fit their columns, or say why not, as in the Rust core", () => {
  it("knows the columns of the cases by the same names of types", () => {
    const names = Object.entries(TYPES).map(([name, type]) => [name, typeName(type)]);
    expect(Object.fromEntries(names)).toEqual(columns);
  });

  it.each(cases.map((one) => [JSON.stringify(one.filter), one] as const))("%s", (_, { filter, error }) => {
    const found = message("op" in filter ? new Expr(filter) : filter);
    if (error) for (const part of error) expect(found).toContain(part);
    else expect(found).toBeUndefined();
  });
});

describe("expressions", () => {
  it("are plain data", () => {
    const expr = col("score")
      .gt(0.5)
      .and(col("lang").isIn(["en"]), col(["a", "b.c"]).isNull().not());
    expect(expr.toJSON()).toEqual({
      op: "and",
      args: [
        { op: "gt", column: "score", value: 0.5 },
        { op: "isIn", column: "lang", values: ["en"] },
        { op: "not", arg: { op: "isNull", column: ["a", "b.c"] } },
      ],
    });
    expect(col("tags").length().between(1, 3).or(col("tags").contains("x")).toJSON()).toEqual({
      op: "or",
      args: [
        { op: "between", column: { length: "tags" }, low: 1, high: 3 },
        { op: "contains", column: "tags", value: "x" },
      ],
    });
  });

  it.each([
    [true, true],
    [-0.5, -0.5],
    [Number.NaN, { float: "NaN" }],
    [Number.NEGATIVE_INFINITY, { float: "-inf" }],
    [2n ** 63n, { int: "9223372036854775808" }],
    ["x", "x"],
    [new Date(0), { timestamp: "1970-01-01T00:00:00.000Z" }],
    [Uint8Array.of(0, 255), { bytes: "00ff" }],
    [{ decimal: "1.10" } as const, { decimal: "1.10" }],
  ])("keep %s whole", (value, literal) => {
    expect(col("a").eq(value).toJSON()).toEqual({ op: "eq", column: "a", value: literal });
  });

  it("refuse what no column holds", () => {
    for (const value of [undefined, {}, [1], new Date(Number.NaN), Symbol("x"), { decimal: 1 }]) {
      expect(() => col("a").eq(value as never)).toThrow("A column cannot be compared with");
    }
    expect(() => col("" as never)).not.toThrow();
    expect(() => col([])).toThrow("col wants the name of a column");
    expect(() => col(3 as never)).toThrow("col wants the name of a column");
  });
});

describe("lists of conditions", () => {
  const data = (filter: Conditions) => {
    const checked = checkFilter(filter, COLUMNS);
    return JSON.stringify(checked);
  };

  it("are conjunctions, and alternatives of them", () => {
    expect(data([["i8", ">", 1]])).toBe('{"op":"and","args":[{"op":"gt","column":["i8"],"value":1}]}');
    expect(data([[["i8", "!=", 1]], [["text", "not in", ["a"]]]])).toBe(
      '{"op":"or","args":[{"op":"and","args":[{"op":"ne","column":["i8"],"value":1}]},' +
        '{"op":"and","args":[{"op":"not","arg":{"op":"isIn","column":["text"],"values":["a"]}}]}]}',
    );
  });

  it.each([
    [["i8", ">", 1], "is made"],
    [[["i8", "~", 1]], "is no operator"],
    [[["i8", "toString", 1]], "is no operator"],
    [[["i8", "in", 1]], "wants a list"],
    [[["i8", "=", [1]]], "wants one value"],
    [[["i8", ">"]], "is made"],
    ["i8 > 1", "is made"],
  ])("that are malformed are refused: %j", (filter, expected) => {
    expect(() => checkFilter(filter as never, COLUMNS)).toThrow(expected);
  });
});

describe("columns", () => {
  it("are found by what the frame calls them, and named as in the files", () => {
    const renamed = [{ name: "x", source: "image", type: TYPES.image as DataType }];
    expect(checkFilter(col("x.path").eq("a"), renamed)).toMatchObject({ column: ["image", "path"] });
    expect(message(col("image.path").eq("a"), renamed)).toContain('There is no column "image.path".');
  });

  it("of class labels are compared with names", () => {
    const names = ["cat", "dog"];
    const labels = [
      { name: "label", source: "label", type: int64(), feature: { _type: "ClassLabel", names } },
      {
        name: "labels",
        source: "labels",
        type: list(item(int64())),
        feature: { _type: "List", feature: { _type: "ClassLabel", names } },
      },
    ];
    expect(message(col("label").isIn(["cat", 1]), labels)).toBeUndefined();
    expect(message(col("labels").contains("dog"), labels)).toBeUndefined();
    expect(message(col("label").eq("dig"), labels)).toContain('no class "dig"; the nearest is "dog"');
    expect(message(col("labels").eq("dog"), labels)).toContain("cannot be compared");
  });
});
