import { field, int32, list, struct, utf8 } from "@uwdata/flechette";
import { describe, expect, it } from "vitest";
import { allColumns, renameColumns, selectColumns, shownFields } from "../src/projection.js";
import { narrowSamples, shareBounds } from "../src/view.js";

const text = (name: string) => field(name, utf8(), true);
const chat = struct([text("role"), text("content")]);
const ARROW = [
  field("id", int32(), true),
  field("image", struct([text("bytes"), text("path")]), true),
  field("image.path", int32(), true),
  field("chat", list(field("element", chat, true)), true),
  field("clip", struct([text("bytes"), text("path")]), true),
];
const FIELDS = ARROW.map(({ name }) => ({ name, type: "…", nullable: true, feature: { _type: name } }));
const ALL = allColumns(FIELDS);
const select = (...names: string[]) => selectColumns(names, ALL, () => ARROW);

describe("select", () => {
  it("takes a name with dots for a column's own first", () => {
    expect(select("image.path")).toEqual([{ name: "image.path", source: "image.path" }]);
    expect(select("clip.path", "id")).toEqual([
      { name: "clip", source: "clip", fields: [["path"]] },
      { name: "id", source: "id" },
    ]);
  });

  it("gathers the fields of a column where the first is named", () => {
    const columns = select("chat.content", "id", "chat.role");
    expect(columns.map(({ name }) => name)).toEqual(["chat", "id"]);
    expect(shownFields(columns, FIELDS, () => ARROW)).toEqual([
      {
        name: "chat",
        type: `List(Struct("role": Utf8, "content": Utf8), field: 'element')`,
        nullable: true,
      },
      { name: "id", type: "…", nullable: true, feature: { _type: "id" } },
    ]);
  });

  it("goes by the columns and fields that are shown", () => {
    const part = renameColumns({ clip: "x" }, select("clip.path", "id"));
    expect(selectColumns(["x"], part, () => ARROW)).toEqual([
      { name: "x", source: "clip", fields: [["path"]] },
    ]);
    expect(() => selectColumns(["clip"], part, () => ARROW)).toThrow('There is no column "clip".');
    expect(() => selectColumns(["x.bytes"], part, () => ARROW)).toThrow(
      `The columns are "x", "x.path", "id".`,
    );
  });

  it.each([
    [["id", "id"], "named twice"],
    [["clip", "clip.path"], "named twice"],
    [["clip.path", "clip"], "named twice"],
    [["clip.pat"], 'Did you mean "clip.path"?'],
    [["id.x"], 'There is no column "id.x".'],
    [[], "No column would be left"],
  ])("refuses %j", (names, message) => {
    expect(() => select(...names)).toThrow(message);
  });
});

describe("rename", () => {
  it("changes what columns are called, and nothing else", () => {
    const renamed = renameColumns({ id: "image", image: "id" }, ALL.slice(0, 2));
    expect(renamed).toEqual([
      { name: "image", source: "id" },
      { name: "id", source: "image" },
    ]);
    const [first] = shownFields(renamed, FIELDS, () => ARROW);
    expect(first).toEqual({ name: "image", type: "…", nullable: true, feature: { _type: "id" } });
  });

  it("refuses what is not there, and what there would be twice", () => {
    expect(() => renameColumns({ idd: "x" }, ALL)).toThrow('Did you mean "id"?');
    expect(() => renameColumns({ id: "image" }, ALL)).toThrow('Two columns would be called "image".');
    expect(() => renameColumns({ id: 3 as never }, ALL)).toThrow("must be a string");
  });
});

describe("shares", () => {
  it("follow one another without a gap, up to 1", () => {
    expect(shareBounds([0.8, 0.1, 0.1]).flat()).toEqual([
      0,
      0.8,
      0.8,
      expect.closeTo(0.9),
      expect.closeTo(0.9),
      1,
    ]);
    expect(shareBounds([3, 0, 1])).toEqual([
      [0, 0.75],
      [0.75, 0.75],
      [0.75, 1],
    ]);
    for (const wrong of [[], [0], [-1, 2], [Number.NaN]]) expect(() => shareBounds(wrong)).toThrow("shares");
  });

  it("of shares by the same seed are shares of them", () => {
    const half = { seed: 1, start: 0.5, end: 1 };
    expect(narrowSamples([half], { seed: 1, start: 0, end: 0.5 })).toEqual([
      { seed: 1, start: 0.5, end: 0.75 },
    ]);
    expect(narrowSamples([half], { seed: 2, start: 0, end: 0.5 })).toHaveLength(2);
  });
});
