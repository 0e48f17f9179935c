import { describe, expect, it } from "vitest";
import { Dataset } from "../src/dataset.js";
import { isHubframeError } from "../src/errors.js";
import type { Frame } from "../src/frame.js";
import type { DatasetAnswer, FileSet, LayoutTable } from "../src/protocol.js";

const FEATURES = { label: { _type: "ClassLabel", names: ["no", "yes"] } };

const TABLE: LayoutTable = {
  builder: "parquet",
  defaultConfig: "en",
  configs: [
    {
      name: "en",
      isDefault: true,
      features: FEATURES,
      splits: [
        { name: "train", files: [1, 2, 1], numBytes: 70, numRows: 9 },
        { name: "test", files: [], numBytes: 0 },
      ],
    },
    { name: "fr", isDefault: false, splits: [], problem: "There are no files." },
  ],
  paths: "README.md\0en/a b.parquet\0en/b.parquet\0",
  sizes: [10, 20, 30],
  fileRules: [0, 1, 2, 1],
  ruleEnds: [1, 3, 4],
  rules: [
    { reason: "A README is no data." },
    { reason: "The card says so.", placed: { config: "en", split: "train", pattern: "en/*" } },
    {
      reason: "The card says so again.",
      placed: { config: "en", split: "train", pattern: "en/a b.parquet" },
    },
  ],
};

const ANSWER: DatasetAnswer = { repoType: "dataset", repo: "me/data", sha: "c0ffee", strict: TABLE };

function open(answer: DatasetAnswer): { dataset: Dataset; opened: FileSet[] } {
  const opened: FileSet[] = [];
  const dataset = new Dataset(answer, async (files) => {
    opened.push(files);
    const fields = [
      { name: "label", type: "Int64", nullable: true, feature: { _type: "Value", dtype: "int64" } },
    ];
    return { schema: { fields } } as unknown as Frame;
  });
  return { dataset, opened };
}

describe("a Parquet dataset", () => {
  const { dataset, opened } = open(ANSWER);

  it("lists configs, splits and files", () => {
    expect(dataset.configs).toBe(dataset.strict?.configs);
    expect(dataset.readable?.origin).toBe("repo");
    expect(dataset.configs.map(({ name, isDefault, problem }) => ({ name, isDefault, problem }))).toEqual([
      { name: "en", isDefault: true, problem: undefined },
      { name: "fr", isDefault: false, problem: "There are no files." },
    ]);
    const train = dataset.configs[0]?.splits[0];
    expect(train?.files).toEqual([
      { path: "en/a b.parquet", size: 20 },
      { path: "en/b.parquet", size: 30 },
      { path: "en/a b.parquet", size: 20 },
    ]);
    expect(train?.files).toBe(train?.files);
    expect([train?.numBytes, train?.numRows]).toEqual([70, 9]);
  });

  it("says of every file why it is where it is", () => {
    expect(dataset.files).toEqual([
      { path: "README.md", size: 10, reasons: ["A README is no data."], placements: [] },
      {
        path: "en/a b.parquet",
        size: 20,
        reasons: ["The card says so.", "The card says so again."],
        placements: [
          { config: "en", split: "train", pattern: "en/*" },
          { config: "en", split: "train", pattern: "en/a b.parquet" },
        ],
      },
      {
        path: "en/b.parquet",
        size: 30,
        reasons: ["The card says so."],
        placements: [{ config: "en", split: "train", pattern: "en/*" }],
      },
    ]);
  });

  it("opens a split at the commit, with the card's features", async () => {
    await dataset.split("train");
    expect(opened.at(-1)).toMatchObject({ repo: "me/data", sha: "c0ffee", features: FEATURES });
    expect(opened.at(-1)?.files).toHaveLength(3);
    expect(await dataset.features()).toBe(FEATURES);
  });

  it("names what there is when something is not there", async () => {
    await expect(dataset.split("trian")).rejects.toThrow('Did you mean "train"?');
    await expect(dataset.split("train", { config: "de" })).rejects.toSatisfy((e) =>
      isHubframeError(e, "not_found"),
    );
  });
});

describe("a dataset of another format", () => {
  it("is read from the Hub's conversion, and says so", async () => {
    const csv: LayoutTable = { ...TABLE, builder: "csv" };
    const instead = { origin: "converted", sha: "beef", layout: TABLE, partial: ["en"] } as const;
    const { dataset, opened } = open({ ...ANSWER, strict: csv, instead });
    expect(dataset.strict?.builder).toBe("csv");
    expect(dataset.readable).toMatchObject({ origin: "converted", sha: "beef", partial: ["en"] });
    await dataset.split("train");
    expect(opened[0]?.sha).toBe("beef");
  });

  it("without Parquet is refused in words", async () => {
    const { dataset } = open({ ...ANSWER, strict: { ...TABLE, builder: "csv" } });
    expect(dataset.configs).toEqual([]);
    await expect(dataset.split("train")).rejects.toThrow("Its files are csv.");
    const { strict: _, ...refused } = ANSWER;
    const { dataset: broken } = open({
      ...refused,
      problem: { code: "invalid", message: "README.md line 3" },
    });
    expect([broken.problem, broken.strict]).toEqual(["README.md line 3", undefined]);
    await expect(broken.split("train")).rejects.toThrow("README.md line 3");
  });

  it("takes the features of the first file when the card has none", async () => {
    const [en] = TABLE.configs;
    if (!en) throw new Error("the table lost its config");
    const { features: _, ...bare } = en;
    const { dataset } = open({ ...ANSWER, strict: { ...TABLE, configs: [bare] } });
    expect(await dataset.features("en")).toEqual({ label: { _type: "Value", dtype: "int64" } });
  });
});
