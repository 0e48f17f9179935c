import { describe, expect, it } from "vitest";
import type { UploadProgress } from "../../src/upload.js";
import { diffLines } from "../../src/uploader/diff.js";
import { limitNotices } from "../../src/uploader/limits.js";
import {
  configNameOf,
  configNameProblem,
  repoNameProblem,
  splitNameProblem,
} from "../../src/uploader/names.js";
import { Counter, durationText, fileBytesFor, secondsLeft } from "../../src/uploader/progress.js";

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
    const told = (path: string, size = 1) =>
      limitNotices([{ path, size }], 0).map(({ severity }) => severity);
    expect(told("a.csv")).toEqual([]);
    expect(told("a.csv", 201e9)).toEqual(["warning"]);
    expect(told("a.csv", 501e9)).toEqual(["error"]);
    for (const secret of ["x/.env", "id_rsa", "a.pem", "aws_credentials.csv"])
      expect(told(secret)).toEqual(["warning"]);
    const many = Array.from({ length: 10_001 }, (_, index) => ({ path: `f/${index}`, size: 1 }));
    expect(limitNotices(many, 0)[0]?.message).toContain("The folder f has 10,001 files");
    expect(limitNotices(many, 90_000).map(({ severity }) => severity)).toEqual(["error", "warning"]);
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
    expect([1e3, 1e9, 1e12].map(fileBytesFor)).toEqual([32e6, 62.5e6, 500e6]);
  });
});
