import {
  bool,
  dateDay,
  decimal,
  field,
  float32,
  int8,
  int64,
  list,
  struct,
  timestamp,
  utf8,
} from "@uwdata/flechette";
import { describe, expect, it } from "vitest";
import { condition } from "../src/export/condition.js";
import { durationNanos, floorOfNumber, timeNanos, timestampNanos } from "../src/export/literal.js";
import { daskProgram, datasetsProgram, duckdbProgram, polarsProgram } from "../src/export/programs.js";
import { float, text } from "../src/export/python.js";
import type { Scan } from "../src/export/scan.js";
import { col, type Expr } from "../src/expr.js";
import type { Frame } from "../src/frame.js";
import { ALL_ROWS } from "../src/row-range.js";
import { fakeFrame } from "./fake.js";

const FIELDS = [
  field("small", int8()),
  field("big", int64()),
  field("narrow", float32()),
  field("price", decimal(9, 2, 128)),
  field("day", dateDay()),
  field("at", timestamp(1, "Europe/Zurich")),
  field("flag", bool()),
  field("name", utf8()),
  field("tags", list(utf8())),
  field("inner", struct([field("b.c", int8())])),
];
const SCHEMA = {
  fields: FIELDS,
  features: new Map([["small", { _type: "ClassLabel", names: ["no", "yes"] }]]),
};

/** An expression whose paths are exact, as `filter` leaves them. */
const python = (expr: Expr) => condition(expr.toJSON(), SCHEMA);

describe("conditions", () => {
  it("compare with values of the column's own type", () => {
    expect(python(col("small").le(5))).toBe('(pc.field("small") <= pa.scalar(5, pa.int8()))');
    expect(python(col("small").lt(5.5))).toBe('(pc.field("small") <= pa.scalar(5, pa.int8()))');
    expect(python(col("small").gt(-5.5))).toBe('(pc.field("small") > pa.scalar(-6, pa.int8()))');
    expect(python(col("price").ge(0.1))).toContain('decimal.Decimal("10").scaleb(-2');
    expect(python(col("day").eq("2024-01-02"))).toBe(
      '(pc.field("day").cast(pa.date32()) == pa.scalar(19724, pa.date32()))',
    );
    expect(python(col("at").lt("1970-01-01T01:00:00.0015+01:00"))).toBe(
      '(pc.field("at").cast(pa.timestamp("ms", "Europe/Zurich")) <= pa.scalar(1, pa.timestamp("ms", "Europe/Zurich")))',
    );
    expect(python(col("narrow").eq(0.1))).toBe(
      '(pc.field("narrow").cast(pa.float64()) == pa.scalar(0.1, pa.float64()))',
    );
    expect(python(col(["inner", "b.c"]).eq(1))).toBe(
      '(pc.field(("inner", "b.c")) == pa.scalar(1, pa.int8()))',
    );
    expect(python(col("tags").length().gt(2))).toBe(
      '(pc.list_value_length(pc.field("tags")).cast(pa.int64()) > pa.scalar(2, pa.int64()))',
    );
  });

  it("know what no value is, and what every value is", () => {
    expect(python(col("small").eq(300))).toBe("pc.scalar(False)");
    expect(python(col("small").ne(1.5))).toBe('pc.field("small").is_valid()');
    expect(python(col("small").lt(300))).toBe('pc.field("small").is_valid()');
    expect(python(col("small").lt(Number.NEGATIVE_INFINITY))).toBe("pc.scalar(False)");
    expect(python(col("small").isIn([300, 1.5]))).toBe("pc.scalar(False)");
    expect(python(col("small").isIn([300, 1.5]).not())).toBe(
      '(~pc.scalar(False) & pc.field("small").is_valid())',
    );
  });

  it("look after nulls where a condition is turned over", () => {
    expect(python(col("flag").eq(true).not())).toBe(
      '(~(pc.field("flag") == pa.scalar(True, pa.bool_())) & pc.field("flag").is_valid())',
    );
    expect(python(col("name").isNull().not())).toBe('pc.field("name").is_valid()');
    const both = col("name").isNull().or(col("flag").isNotNull()).not();
    expect(python(both)).toBe('(pc.field("name").is_valid() & pc.field("flag").is_null())');
    expect(python(both.not())).toBe('(pc.field("name").is_null() | pc.field("flag").is_valid())');
  });

  it("have the numbers of class labels", () => {
    expect(python(col("small").isIn(["yes", 0]))).toBe(
      'pc.field("small").isin(pa.array([ 1, 0, ], pa.int8()))',
    );
  });

  it("say what pyarrow cannot", () => {
    expect(() => python(col("tags").contains("a"))).toThrow(/no expression for the items of a list/);
    expect(() => python(col("narrow").lt(2n ** 53n + 1n))).toThrow(/No float is 9007199254740993/);
  });
});

describe("literals", () => {
  it("are told apart from their neighbours, exactly", () => {
    const floor = (value: unknown, scale = 0) => {
      const found = floorOfNumber(value as number, scale);
      return found && [found.units, found.isExact];
    };
    expect(floor(5)).toEqual([5n, true]);
    expect(floor(-1.5)).toEqual([-2n, false]);
    expect(floor(1e-7, 7)).toEqual([1n, true]);
    expect(floor(1e300, 0)).toEqual([BigInt(1e300), true]);
    expect(floor({ decimal: "-0.015" }, 2)).toEqual([-2n, false]);
    expect(floor({ int: "9007199254740993" }, 2)).toEqual([900719925474099300n, true]);
    expect(floor({ decimal: "1250" }, -2)).toEqual([12n, false]);
    expect(floor({ float: "NaN" })).toBeUndefined();
  });

  it("are points in time and lengths of it, to the nanosecond", () => {
    const day = 86_400_000_000_000n;
    expect(timestampNanos("1970-01-02", null)).toBe(day);
    expect(timestampNanos("1969-12-31T23:59:59.999999999Z", null)).toBe(-1n);
    expect(timestampNanos("1970-01-01 01:00", "+01:00")).toBe(0n);
    expect(timestampNanos("1970-01-01T00:00:00-0130", null)).toBe(5_400_000_000_000n);
    expect(timestampNanos("0099-01-01", null)).toBe((BigInt(Date.parse("0099-01-01")) * day) / 86_400_000n);
    expect(timeNanos("12:30:00.5")).toBe(45_000_500_000_000n);
    expect(durationNanos("-P1DT2H30M1.5S")).toBe(-(day + 9_001_500_000_000n));
    expect(durationNanos("P1W")).toBe(7n * day);
  });
});

describe("Python", () => {
  it("is quoted", () => {
    expect(text("it's \"\\\n\u0000 é 😀")).toBe('"it\'s \\"\\\\\\n\\u0000 é 😀"');
    expect([float(0.1), float(-0), float(Number.NaN), float(Number.NEGATIVE_INFINITY)]).toEqual([
      "0.1",
      "0",
      'float("nan")',
      'float("-Infinity")',
    ]);
  });
});

describe("programs", () => {
  const scan: Scan = {
    root: "datasets/me/data@abc",
    files: ["a.parquet", 'b "c".parquet'],
    columns: [
      { name: "n", source: "name" },
      { name: "big", source: "big" },
    ],
    rows: ALL_ROWS,
    schema: SCHEMA,
  };

  it("read the files at the commit, with columns by their new names", () => {
    for (const program of [daskProgram(scan), polarsProgram(scan), duckdbProgram(scan)]) {
      expect(program).toContain('"datasets/me/data@abc/b \\"c\\".parquet"');
      expect(program).toContain('"n": pc.field("name")');
    }
    expect(datasetsProgram(scan)).toContain('"hf://datasets/me/data@abc/a.parquet"');
    expect(datasetsProgram(scan)).toContain('"name": "n"');
  });

  it("refuse what datasets would take for a pattern", () => {
    expect(() => datasetsProgram({ ...scan, files: ["train[0].parquet"] })).toThrow(
      /for a pattern: train\[0\]/,
    );
  });

  it("are made of frames", async () => {
    const { frame } = await fakeFrame({ a: 10, b: 10 });
    const program = await frame.filter(col("id").ge(3)).slice(2, 3).select("text").toPandas();
    expect(program).toContain(`datasets/me/data@${"a".repeat(40)}/b`);
    expect(program).toContain("scan(FILES).head(5).slice(2)");
    expect(program).toContain('(pc.field("id") >= pa.scalar(3, pa.int32()))');
    await expect(frame.slice(2).partition(1).toDask()).rejects.toThrow(/export the slice as a whole/);
  });

  it("call columns what the frame calls them", async () => {
    const { frame } = await fakeFrame({ a: 10 });
    const program = await frame.rename({ id: "number" }).filter(col("number").ge(3)).toPolars();
    expect(program).toContain('"number": pc.field("id")');
    expect(program).toContain('(pc.field("id") >= pa.scalar(3, pa.int32()))');
  });

  it("refuse what Python would not do alike", async () => {
    const { frame } = await fakeFrame({ a: 10 });
    const refused = async (other: Frame, why: RegExp) => {
      for (const method of ["toDask", "toDatasets", "toPolars", "toDuckDB", "toPandas"] as const) {
        await expect(other[method]()).rejects.toThrow(
          expect.objectContaining({
            code: "unsupported",
            operation: method,
            message: expect.stringMatching(why),
          }),
        );
      }
    };
    await refused(frame.sample(0.5), /sample cannot be exported/);
    await refused(
      frame.mapPartitions((table) => table),
      /mapPartitions cannot be exported/,
    );
  });
});
