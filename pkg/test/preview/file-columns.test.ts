import { expect, it } from "vitest";
import { failure } from "../../src/errors.js";
import { FileColumns } from "../../src/preview/file-columns.js";
import { noticeOf } from "../../src/preview/notice.js";
import type { SurveyedFile } from "../../src/survey.js";

const NOTHING = { dataset: undefined, open: undefined, hasUnseenFiles: false };

function file(
  path: string,
  columns: string,
  numRows: number,
  rest: Partial<SurveyedFile> = {},
): SurveyedFile {
  const fields = [...columns].map((name) => ({ name, type: "Int64", nullable: true }));
  return { path, fields, misfits: [], rowGroups: [{ numRows, totalByteSize: 100 }], ...rest };
}

it("knows which rows lie in a file without a column", () => {
  const problem = failure("corrupt", "read footer", "Damaged.");
  const files = new FileColumns([
    file("a", "xy", 10),
    file("bad", "", 0, { problem }),
    file("b", "xz", 5),
    file("c", "xy", 5, { misfits: ["y"] }),
  ]);
  expect(files.borders).toEqual([10, 15]);
  expect(["x", "y", "z"].map((name) => files.count(name))).toEqual([3, 2, 1]);
  expect([files.fileWithout("y", 9), files.fileWithout("y", 10), files.fileWithout("y", 15)]).toEqual([
    undefined,
    "b",
    undefined,
  ]);
  expect(files.fileWithout("z", 0)).toBe("a");
  expect([...files.misfits]).toEqual(["y"]);
  expect(noticeOf({ ...NOTHING, numRows: 20, files })).toBe(
    "1 of 4 files cannot be read and is left out. 2 of 4 files have other columns than the first one.",
  );
});

it("names the largest row group where it is too large for others", () => {
  const groups = [1, 400e6, 2].map((totalByteSize) => ({ numRows: 1, totalByteSize }));
  const files = new FileColumns([
    file("a", "x", 1),
    file("b", "x", 3, { rowGroups: groups }),
    file("c", "x", 1, { rowGroups: [{ numRows: 1, totalByteSize: 1.9e9 }] }),
  ]);
  expect(noticeOf({ ...NOTHING, numRows: 5, files })).toBe(
    "c is one row group of 1.9 GB: of it only what is looked at is read.",
  );
  expect(new FileColumns([file("a", "x", 1)]).largeRowGroup).toBeUndefined();
});
