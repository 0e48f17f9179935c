import { expect, it } from "vitest";
import { asBinary } from "../src/binary.js";
import { col } from "../src/expr.js";
import { survey } from "../src/survey.js";
import { fakeFrame } from "./fake.js";

it("shows text as bytes, and nothing else", async () => {
  const { frame } = await fakeFrame({});
  const bytes = asBinary(frame.rename({ text: "words" }), "words");
  expect(bytes.schema.fields.map(({ name, type }) => [name, type])).toContainEqual(["words", "Binary"]);
  expect(() => asBinary(frame, "id")).toThrow('The column "id" is Int32');
  expect(() => asBinary(frame, "texts")).toThrow('Did you mean "text"?');
  expect(asBinary(frame.filter(col("id").gt(1))).schema.fields.map(({ type }) => type)).toContainEqual(
    "Binary",
  );
  expect(() => bytes.filter(col("words").eq("a"))).toThrow('There is no column "words"');
});

it("surveys all files of a frame, whatever of it is shown", async () => {
  const { frame } = await fakeFrame({ "a.parquet": 3, "b.parquet": 2 });
  const { files, frame: all } = await survey(frame.select("id").limit(1));
  expect(files.map(({ path, rowGroups }) => [path, rowGroups[0]?.numRows])).toEqual([
    ["a.parquet", 3],
    ["b.parquet", 2],
  ]);
  expect(all.columns).toEqual(frame.columns);
  expect(await all.count()).toBe(5);
  await expect(survey(frame.mapPartitions((table) => table))).rejects.toMatchObject({ code: "unsupported" });
});

it("tells how many files it has looked at, and asks them in parts for that", async () => {
  const names = Array.from({ length: 150 }, (_, index) => [`${index}.parquet`, 1]);
  const { frame } = await fakeFrame(Object.fromEntries(names));
  const told: unknown[] = [];
  const { files } = await survey(frame, {
    onProgress: ({ filesDone, numFiles }) => told.push([filesDone, numFiles]),
  });
  expect(files).toHaveLength(150);
  expect(told).toEqual([
    [64, 150],
    [128, 150],
    [150, 150],
  ]);
});
