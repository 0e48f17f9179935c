import { describe, expect, it } from "vitest";
import { columnsOf, type FileColumns, sameName, tablesIn, typesOf } from "../../src/uploader/columns.js";

const file = (id: number, types: Record<string, string>): FileColumns => ({
  id,
  fields: Object.entries(types).map(([name, type]) => ({ name, type, nullable: true })),
});

const shown = (files: readonly FileColumns[], mends = {}) =>
  columnsOf(files, mends).map(({ name, state, result }) => `${name}: ${state} ${result}`);

describe("the matrix of columns", () => {
  it("says where files differ, and what becomes of it", () => {
    const files = [
      file(1, { id: "Int64", score: "Int32", when: "Date32", tags: "List(Utf8)" }),
      file(2, { id: "Utf8", score: "Float64", tags: "Utf8", extra: "Boolean" }),
    ];
    expect(shown(files)).toEqual([
      "id: text string",
      "score: same float64",
      "when: missing date",
      "tags: conflict ?",
      "extra: missing bool",
    ]);
    const columns = columnsOf(files, {});
    expect(columns[4]?.cells).toEqual([undefined, "bool"]);
    expect(typesOf(columns)).toEqual({ id: "string" });
  });

  it("does what was said", () => {
    const files = [file(1, { id: "Int64", tags: "List(Utf8)" }), file(2, { id: "Utf8", tags: "Utf8" })];
    const mends = { id: { type: "int64", name: "number" }, tags: { drop: true } } as const;
    expect(shown(files, mends)).toEqual(["number: same int64", "tags: dropped left out"]);
    expect(typesOf(columnsOf(files, mends))).toEqual({ number: "int64" });
  });

  it("takes nulls for anything", () => {
    expect(shown([file(1, { a: "Null" }), file(2, { a: "Utf8" })])).toEqual(["a: same string"]);
  });

  it("finds two columns of one name", () => {
    const files = [file(1, { a: "Int64", b: "Int64" })];
    expect(sameName(files, {})).toBeUndefined();
    expect(sameName(files, { a: { name: "b" } })).toBe("b");
    expect(sameName(files, { a: { name: "b" }, b: { drop: true } })).toBeUndefined();
  });

  it("keeps files together whose columns are mostly the same", () => {
    const files = [
      file(1, { a: "Int64", b: "Int64" }),
      file(2, { x: "Utf8" }),
      file(3, { a: "Int64", b: "Utf8", c: "Utf8" }),
    ];
    expect(tablesIn(files).map((table) => table.map(({ id }) => id))).toEqual([[1, 3], [2]]);
  });
});
