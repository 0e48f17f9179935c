import { describe, expect, it } from "vitest";
import { hubframeProgram } from "../src/export/javascript.js";
import type { Scan } from "../src/export/scan.js";
import { col, type Expr } from "../src/expr.js";

const SCAN: Scan = {
  root: "datasets/user/name@c0ffee",
  files: ["data/a.parquet", "odd [1]*.parquet"],
  columns: [
    { name: "a", source: "a" },
    { name: "b", source: 'B"' },
  ],
  rows: { start: 10, end: 30 },
  schema: { fields: [], features: new Map() },
};

describe("a program of hubframe", () => {
  it("names the same files, columns and rows", () => {
    expect(hubframeProgram(SCAN)).toMatchInlineSnapshot(`
      "// datasets/user/name@c0ffee
      // npm install hubframe
      import { Hub } from "hubframe";

      const hub = new Hub(); // of private data: new Hub({ token })
      const all = await hub.readParquet([
        "hf://datasets/user/name@c0ffee/data/a.parquet",
        "hf://datasets/user/name@c0ffee/odd [[]1][*].parquet",
      ]);
      const df = all
        .select("a", "B\\"")
        .rename({ "B\\"": "b" })
        .slice(10, 20);

      console.table(await df.head());
      hub.close();
      "
    `);
  });

  const filters: readonly Expr[] = [
    col("a")
      .gt(0.5)
      .and(col("b").isIn(["en", 'q"'])),
    col("a")
      .eq(2n ** 63n)
      .or(col(["s", "x.y"]).ne(Number.NaN), col("t").between({ date: "2024-01-01" }, new Date(0))),
    col("tags").length().ge(3).not(),
    col("blob")
      .startsWith(new Uint8Array([0, 255]))
      .and(col("n").isNull(), col("m").isNotNull()),
    col("x").lt(Number.NEGATIVE_INFINITY),
  ];
  for (const filter of filters) {
    it(`has the filter ${JSON.stringify(filter)}`, () => {
      const program = hubframeProgram({ ...SCAN, filter: filter.toJSON() });
      const code = /\n {2}\.filter\((.*)\)\n/.exec(program)?.[1];
      const again: Expr = new Function("col", `return ${code}`)(col);
      expect(again.toJSON()).toEqual(filter.toJSON());
    });
  }
});
