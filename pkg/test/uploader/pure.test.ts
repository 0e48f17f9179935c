import { describe, expect, it } from "vitest";
import type { UploadProgress } from "../../src/upload.js";
import { diffLines } from "../../src/uploader/diff.js";
import { type CommitSize, limitNotices } from "../../src/uploader/limits.js";
import {
  configNameOf,
  configNameProblem,
  repoNameProblem,
  splitNameProblem,
} from "../../src/uploader/names.js";
import {
  Counter,
  durationText,
  estimatedRows,
  fileBytesFor,
  secondsLeft,
} from "../../src/uploader/progress.js";

describe("names", () => {
  it("are those that the Hub and datasets take", () => {
    const good = (problem: (name: string) => string | undefined, names: string[]) =>
      names.filter((name) => problem(name) === undefined);
    const repos = ["data", "a.b-c_D1", "", "-a", "a--b", "a..b", "ä", "a/b", "x.git", "a".repeat(97)];
    expect(good(repoNameProblem, repos)).toEqual(["data", "a.b-c_D1"]);
    const splits = ["train", "my_split.2", "prüfung", "a-b", "a b", ".a", "a..b", ""];
    expect(good(splitNameProblem, splits)).toEqual(["train", "my_split.2", "prüfung"]);
    expect(good(configNameProblem, ["default", "a b", "data", "a/b", "a?", ""])).toEqual(["default", "a b"]);
  });

  it("of configs come from those of files", () => {
    expect(["in/my file (1).csv", ".env", "x.tar.gz"].map(configNameOf)).toEqual([
      "my_file_1_",
      ".env",
      "x.tar",
    ]);
  });
});

describe("limits", () => {
  it("are told before anything is sent", () => {
    const told = (commit: Partial<CommitSize>) =>
      limitNotices({ given: [], added: [], numTableFiles: 1, numExisting: 0, ...commit }).map(
        ({ severity, message }) => `${severity}: ${message}`,
      );
    const file = (size: number, path = "a.csv", isText = true) => ({ path, size, isText });
    expect(told({ given: ["a.csv"], added: [file(1)] })).toEqual([]);
    expect(told({ added: [file(201e9)] })[0]).toMatch(/^warning: a.csv has 201 GB; the Hub advises/);
    expect(told({ added: [file(501e9)] })[0]).toMatch(/^error: a.csv has 501 GB; the Hub takes no file/);
    for (const secret of ["x/.env", "id_rsa", "a.pem", "aws_credentials.csv"])
      expect(told({ given: [secret] })[0]).toMatch(/^warning: .* looks like a file of keys/);
    const many = (count: number, folder: (index: number) => string, size = 1) =>
      Array.from({ length: count }, (_, index) => file(size, `${folder(index)}/${index}`));
    expect(told({ added: many(10_001, () => "f") })).toEqual([
      expect.stringMatching(/^warning: The commit has 10,002 files/),
      expect.stringMatching(/^error: The folder f would have 10,001 files/),
    ]);
    expect(told({ added: many(25_000, (index) => `f${index % 3}`) })[0]).toMatch(
      /^error: The commit would have 25,001/,
    );
    expect(told({ numExisting: 100_000 })).toEqual([
      expect.stringMatching(/^warning: The repo would have 100,001/),
    ]);
    expect(told({ numTableFiles: 101 })).toEqual([
      expect.stringMatching(/^warning: The commit has 101 files/),
    ]);
    expect(told({ added: many(11, () => "f", 9.9e6) })[0]).toMatch(/^error: 11 text files .* come to 109 MB/);
    expect(told({ added: many(11, () => "f", 10.1e6) })).toEqual([]);
    expect(told({ added: many(11, () => "f", 9.9e6).map((one) => ({ ...one, isText: false })) })).toEqual([]);
  });
});

describe("the difference of two texts", () => {
  const shown = (before: string | undefined, after: string) =>
    diffLines(before, after).map(
      ({ change, text }) => `${{ added: "+", removed: "-", same: " ", gap: "" }[change]}${text}`,
    );

  it("is all of a new one", () => {
    expect(shown(undefined, "a\nb\n")).toEqual(["+a", "+b"]);
    expect(shown("a\n", "a\n")).toEqual(["…"]);
  });

  it("keeps what is the same, and folds what is far away", () => {
    const lines = Array.from({ length: 20 }, (_, line) => `l${line}`);
    const after = lines.toSpliced(10, 1, "new", "l10").toSpliced(2, 1);
    expect(shown(lines.join("\n"), after.join("\n"))).toEqual([
      " l0",
      " l1",
      "-l2",
      " l3",
      " l4",
      " l5",
      "…",
      " l7",
      " l8",
      " l9",
      "+new",
      " l10",
      " l11",
      " l12",
      "…",
    ]);
  });
});

describe("progress", () => {
  const message = (change: Partial<UploadProgress>): UploadProgress => ({
    file: "train/part-00000.parquet",
    stage: "writing",
    bytes: 0,
    size: 0,
    sentBytes: 0,
    bytesPerSecond: 0,
    ...change,
  });

  it("adds up rows of tables and bytes of files", () => {
    const counter = new Counter();
    counter.add(message({ numRows: 100 }), 0);
    counter.add(message({ numRows: 300, file: "train/part-00001.parquet" }), 1000);
    counter.add(message({ numRows: 50, file: "test/part-00000.parquet" }), 2000);
    counter.add(message({ stage: "sending", bytes: 5, size: 10, sentBytes: 5, bytesPerSecond: 7 }), 2000);
    counter.add(
      message({ stage: "stored", bytes: 20, size: 20, file: "train/part-00001.parquet", sentBytes: 5 }),
      2000,
    );
    const { tally } = counter;
    expect(tally).toMatchObject({
      numRows: 350,
      rowsPerSecond: 125,
      fileBytes: 30,
      sentBytes: 5,
      savedBytes: 20,
      numStored: 1,
    });
    expect(secondsLeft(tally, 600)).toBe(2);
    expect(secondsLeft(tally, 350)).toBeUndefined();
  });

  it("says durations in words", () => {
    expect([0.2, 89, 100, 4000, 7200].map(durationText)).toEqual([
      "about 1 s",
      "about 89 s",
      "about 2 min",
      "about 67 min",
      "about 2 h",
    ]);
  });

  it("chooses sizes of files by that of all", () => {
    expect(fileBytesFor(5e6, 20e6)).toBe(500e6);
    expect(fileBytesFor(10e6, 60e6)).toBe(20e6);
    expect(fileBytesFor(60e6, 64e6)).toBe(4e6);
    expect(fileBytesFor(1e9, 2e9)).toBe(125e6);
    expect(fileBytesFor(1e12, 1e12)).toBe(500e6);
  });

  it("guesses the rows of a file by those that were read", () => {
    expect(estimatedRows(0, 10, 100)).toBeUndefined();
    expect(estimatedRows(5, 10, 101)).toBe(51);
  });
});
