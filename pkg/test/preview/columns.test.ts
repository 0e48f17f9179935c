import { describe, expect, it } from "vitest";
import { tsvText } from "../../src/preview/cell/copy.js";
import { describe as describeCell } from "../../src/preview/cell/fill.js";
import { barsOf, MAX_BARS } from "../../src/preview/columns/bars.js";
import { exprOf } from "../../src/preview/filter/chip.js";
import { columnList, searchedColumns } from "../../src/preview/search.js";
import { anyCase } from "../../src/preview/search-expr.js";
import { isSortable, sortFromText, sortToText } from "../../src/preview/sorted.js";
import type { Field } from "../../src/types.js";

const field = (name: string, type: string): Field => ({ name, type, nullable: true });

describe("search", () => {
  const fields = [field("a,b", "Utf8"), field("n", "Int64"), field("c", "LargeUtf8")];

  it("takes the text for itself, in any case", () => {
    const finds = (text: string, within: string) => new RegExp(anyCase(text).slice(4), "i").test(within);
    expect(finds("a.b*(c)", "xA.B*(C)")).toBe(true);
    expect(finds("a.b", "axb")).toBe(false);
    expect(anyCase("é1")).toBe("(?i)[éÉ]1");
    // ß has no single upper case letter.
    expect(anyCase("ß")).toBe("(?i)ß");
  });

  it("keeps the chosen columns in an address, whatever their names", () => {
    expect(searchedColumns(undefined, fields)).toEqual(["a,b", "c"]);
    const list = columnList(["a,b"], fields);
    expect(searchedColumns(list, fields)).toEqual(["a,b"]);
    expect(columnList(["a,b", "c"], fields)).toBeUndefined();
    expect(searchedColumns("n,gone,%", fields)).toEqual(["a,b", "c"]);
  });
});

describe("sort", () => {
  it("is told by an address", () => {
    for (const text of ["delay", "-delay"]) {
      const sort = sortFromText(text);
      expect(sort && sortToText(sort)).toBe(text);
    }
    expect(sortFromText("-")).toBeUndefined();
    expect(sortFromText("-x")).toEqual({ column: "x", isDescending: true });
  });

  it("knows which types have an order", () => {
    const sortable = ["Int64", "Decimal128(5, 2)", "Utf8", "Boolean", "Date32", 'Timestamp(µs, "UTC")'];
    expect(sortable.every((type) => isSortable(field("x", type)))).toBe(true);
    expect(['Struct("a": Int64)', "List(Int64)", "Binary"].some((type) => isSortable(field("x", type)))).toBe(
      false,
    );
  });
});

describe("bars", () => {
  const none = { nan_count: 0, nan_proportion: 0 };

  it("stand for ranges, the last of which has both its ends", () => {
    const bars = barsOf(field("n", "Int64"), {
      column_name: "n",
      column_type: "int",
      column_statistics: {
        ...{ ...none, min: 0, max: 4, mean: 2, median: 2, std: 1 },
        histogram: { hist: [3, 2], bin_edges: [0, 2, 4] },
      },
    });
    expect(bars.map(({ label, count }) => [label, count])).toEqual([
      ["0 – 2", 3],
      ["2 – 4", 2],
    ]);
    const exprs = bars.map(({ chips = [] }) => exprOf(chips, [field("n", "Int64")])?.toJSON());
    expect(exprs).toMatchObject([{ op: "and", args: [{ op: "ge" }, { op: "lt" }] }, { op: "between" }]);
  });

  it("are as many as can be seen, the most frequent first", () => {
    const frequencies = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`v${index}`, index + 1]),
    );
    const bars = barsOf(field("s", "Utf8"), {
      column_name: "s",
      column_type: "string_label",
      column_statistics: { ...none, frequencies, no_label_count: 0, no_label_proportion: 0, n_unique: 30 },
    });
    expect(bars).toHaveLength(MAX_BARS + 1);
    expect(bars[0]).toMatchObject({ label: "v29", count: 30, chips: [{ op: "eq", values: ["v29"] }] });
    expect(bars.at(-1)).toEqual({ label: "10 others", count: 55 });
  });

  it("of times ask for them as the column has them", () => {
    const histogram = { hist: [1], bin_edges: ["2001-01-01 00:00:00", "2001-01-02 12:00:00"] };
    const values = (type: string) =>
      barsOf(field("t", type), {
        column_name: "t",
        column_type: "datetime",
        column_statistics: { ...none, min: "", max: "", mean: "", median: "", std: "", histogram },
      })[0]?.chips?.map(({ values }) => values[0]);
    expect(values("Timestamp(µs)")).toEqual(["2001-01-01T00:00:00", "2001-01-02T12:00:00"]);
    expect(values('Timestamp(µs, "UTC")')).toEqual(["2001-01-01T00:00:00Z", "2001-01-02T12:00:00Z"]);
    expect(values("Date32")).toEqual(["2001-01-01", "2001-01-02"]);
  });
});

describe("rows", () => {
  it("are copied so that a spreadsheet takes them apart again", () => {
    const rows = [
      { a: "x\ty", b: 9_007_199_254_740_993n },
      { a: 'say "hi"\n', b: null },
    ];
    expect(tsvText(["a", "b"], rows)).toBe('a\tb\n"x\ty"\t9007199254740993\n"say ""hi""\n"\t');
  });

  it("have times as people write them", () => {
    const text = (value: string | Date, type: string) => describeCell(value, field("t", type)).text;
    expect(text("2001-01-01T00:01:00.000000Z", "Timestamp(µs)")).toBe("2001-01-01 00:01:00");
    expect(text("2001-01-01T00:01:00.000250Z", 'Timestamp(µs, "UTC")')).toBe(
      "2001-01-01 00:01:00.000250 UTC",
    );
    expect(text(new Date(0), "Date32")).toBe("1970-01-01");
  });
});
