/** Uploads as the page sees them: what is asked for, what is refused before anything is sent, progress, cancelling. */
import { describe, expect, it } from "vitest";
import { Hub } from "../src/hub.js";
import type { UploadProgress } from "../src/upload.js";
import { EMPTY_WASM, fakeSession, fakeWorkers, type Log } from "./fake.js";

function fakeHub() {
  const log: Log = [];
  const { createWorker } = fakeWorkers(() => fakeSession({ "a.parquet": 25 }, log));
  return {
    log,
    hub: new Hub({ workers: 1, createWorker, wasm: EMPTY_WASM, wholeWasm: "http://hub.test/whole.wasm" }),
  };
}

const file = (path: string, size: number) => ({ path, blob: new Blob([new Uint8Array(size)]) });

describe("repos", () => {
  it("are made with the options that were given", async () => {
    const { hub, log } = fakeHub();
    expect((await hub.whoAmI()).name).toBe("me");
    const made = await hub.createDataset("me/data", { private: true, license: "mit" });
    expect(made).toEqual({ repo: "me/data", url: "http://hub.test/me/data", created: true });
    expect(log).toEqual(['create me/data {"private":true,"license":"mit"}']);
  });

  it("are removed only when their name is repeated", async () => {
    const { hub, log } = fakeHub();
    await expect(hub.deleteDataset("me/data", { confirm: "me/date" })).rejects.toMatchObject({
      code: "invalid",
    });
    expect(log).toEqual([]);
    await hub.deleteDataset("me/data", { confirm: "me/data" });
    expect(log).toEqual(["delete me/data"]);
  });
});

describe("commitFiles", () => {
  it("stores the files and makes one commit", async () => {
    const { hub, log } = fakeHub();
    const events: UploadProgress[] = [];
    const result = await hub.commitFiles("me/data", {
      add: [file("a.csv", 300), file("b/c.png", 600)],
      delete: ["old.csv"],
      commitMessage: "Add tables",
      onProgress: (event) => events.push(event),
    });
    expect(log).toEqual(["stored a.csv", "stored b/c.png", "commit Add tables on main"]);
    expect(result).toEqual({
      oid: "b".repeat(40),
      commitUrl: "http://hub.test/commit",
      files: ["a.csv", "b/c.png"],
      deleted: ["old.csv"],
    });
    const sent = events.map(({ sentBytes }) => sentBytes);
    expect(sent).toEqual([...sent].sort((a, b) => a - b));
    expect(events.at(-1)).toMatchObject({ file: "", stage: "committing", sentBytes: 900 });
    expect(events.filter(({ file, stage }) => file === "b/c.png" && stage === "stored")).toHaveLength(1);
    expect(events.some(({ bytesPerSecond }) => bytesPerSecond > 0)).toBe(true);
  });

  it("sends nothing for paths that no repo can have, or that are named twice", async () => {
    const { hub, log } = fakeHub();
    for (const add of [[file("", 1)], [file("../x", 1)], [file("a//b", 1)], [file("a", 1), file("a", 1)]]) {
      await expect(hub.commitFiles("me/data", { add })).rejects.toMatchObject({ code: "invalid" });
    }
    const both = hub.commitFiles("me/data", { add: [file("a", 1)], delete: ["a"] });
    await expect(both).rejects.toMatchObject({ code: "invalid" });
    await expect(hub.commitFiles("me/data/x", { add: [] })).rejects.toMatchObject({ code: "invalid" });
    await expect(hub.commitFiles("me/data", { commitMessage: " " })).rejects.toMatchObject({
      code: "invalid",
    });
    expect(log).toEqual([]);
  });

  it("stops when it is cancelled, and commits nothing", async () => {
    const { hub, log } = fakeHub();
    const controller = new AbortController();
    const upload = hub.commitFiles("me/data", {
      add: [file("a", 300)],
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(upload).rejects.toMatchObject({ code: "aborted" });
    await expect.poll(() => log).toEqual(["store aborted a"]);
  });

  it("goes on when the listener throws", async () => {
    const { hub } = fakeHub();
    const onProgress = () => {
      throw new Error("the page's own");
    };
    const result = await hub.commitFiles("me/data", { add: [file("a", 3)], onProgress });
    expect(result.files).toEqual(["a"]);
  });
});

describe("writeDataset and toParquet", () => {
  it("store each file and commit all of them at once", async () => {
    const { hub, log } = fakeHub();
    const frame = await hub.readParquet("hf://datasets/me/source");
    const stages = new Set<string>();
    const result = await hub.writeDataset(
      "me/data",
      { train: frame, my_split: frame.limit(5) },
      { config: "en", fileBytes: 1, onProgress: ({ stage }) => stages.add(stage) },
    );
    expect(result.files).toEqual([
      "train/part-00000.parquet",
      "train/part-00001.parquet",
      "train/part-00002.parquet",
      "my_split/part-00000.parquet",
    ]);
    expect(log.filter((line) => line.startsWith("commit"))).toEqual([
      'commit Write train, my_split with hubframe: error {"split":{"split":"train","naming":"parts","config":"en"}} ' +
        '{"split":{"split":"my_split","naming":"parts","config":"en"}}',
    ]);
    expect([...stages]).toEqual(expect.arrayContaining(["writing", "sending", "stored", "committing"]));
  });

  it("write to a directory as Dask does", async () => {
    const { hub, log } = fakeHub();
    const frame = await hub.readParquet("hf://datasets/me/source");
    await frame.toParquet("hf://datasets/me/data/en/test", { mode: "overwrite", commitMessage: "Again" });
    expect(log.at(-1)).toBe('commit Again: overwrite {"path":"en/test"}');
  });

  it("refuse what cannot be meant, before anything is sent", async () => {
    const { hub, log } = fakeHub();
    const frame = await hub.readParquet("hf://datasets/me/source");
    const refusals = [
      hub.writeDataset("me/data", {}),
      hub.writeDataset("me/data", { train: [] as unknown as typeof frame }),
      hub.writeDataset("me/data/train", { train: frame }),
      hub.writeDataset("me/data", { train: frame }, { mode: "replace" as "error" }),
      frame.limit(0).toParquet("hf://datasets/me/data/train"),
    ];
    for (const refusal of refusals) await expect(refusal).rejects.toMatchObject({ code: "invalid" });
    expect(log.filter((line) => /stored|commit/.test(line))).toEqual([]);
  });
});
