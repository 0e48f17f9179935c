import { describe, expect, it } from "vitest";
import type { InspectionProgress } from "../src/files.js";
import { Hub } from "../src/hub.js";
import { fromFiles, inspectFiles } from "../src/local.js";
import type { ScanTask } from "../src/protocol.js";
import { EMPTY_WASM, fakeSession, fakeWorkers, ids, type Log, range } from "./fake.js";

function fakeHub() {
  const log: Log = [];
  const tasks: ScanTask[] = [];
  const { made, createWorker } = fakeWorkers(() =>
    fakeSession({ "0/a.csv": 8, "1/b.csv": 8 }, log, (task) => void tasks.push(task)),
  );
  return { hub: new Hub({ createWorker, wasm: EMPTY_WASM, workers: 2 }), made, log, tasks };
}

const file = (name: string, size: number) => new File(["x".repeat(size)], name);

describe("inspectFiles", () => {
  it("inspects files side by side, and answers in their order", async () => {
    const { hub, made } = fakeHub();
    const progress: InspectionProgress[] = [];
    const found = await inspectFiles([file("long.csv", 40), file("a.csv", 4), new File(["xy"], "b.csv")], {
      hub,
      onProgress: (event) => progress.push(event),
    });
    expect(found.map(({ file, size }) => [file, size])).toEqual([
      ["long.csv", 40],
      ["a.csv", 4],
      ["b.csv", 2],
    ]);
    expect(made.length).toBe(2);
    const ofFirst = progress.filter(({ index }) => index === 0);
    expect(ofFirst.map(({ bytesRead }) => bytesRead)).toEqual(range(0, 11).map((slice) => slice * 4));
    expect(ofFirst[0]).toEqual({ index: 0, name: "long.csv", bytesRead: 0, numRows: 0, size: 40 });
  });

  it("rejects with the first error, and stops the others", async () => {
    const { hub, log } = fakeHub();
    const files = [file("long.csv", 40_000), file("bad.csv", 4), file("never.csv", 4)];
    await expect(inspectFiles(files, { hub })).rejects.toMatchObject({
      code: "corrupt",
      context: { line: "3" },
    });
    expect(log).not.toContain("inspect never.csv");
  });

  it("is cancelled by a signal", async () => {
    const { hub } = fakeHub();
    const cancel = new AbortController();
    const found = inspectFiles([file("long.csv", 40_000)], {
      hub,
      signal: cancel.signal,
      onProgress: ({ bytesRead }) => bytesRead > 100 && cancel.abort(),
    });
    await expect(found).rejects.toMatchObject({ code: "aborted" });
  });
});

describe("fromFiles", () => {
  it("makes one frame of files, whose rows are counted already", async () => {
    const { hub, log, tasks } = fakeHub();
    const frame = await fromFiles([file("a.csv", 8), file("b.csv", 8)], { hub });
    expect(frame.numPartitions).toBe(2);
    expect(await frame.count()).toBe(16);
    expect(log.filter((line) => !line.startsWith("inspect"))).toEqual([]);
    expect(ids(await frame.toRows())).toEqual(range(0, 16));
    expect(tasks.map(({ file }) => [file.path, file.blob?.size])).toEqual([
      ["0/a.csv", 8],
      ["1/b.csv", 8],
    ]);
  });

  it("needs a file", async () => {
    await expect(fromFiles([], fakeHub())).rejects.toMatchObject({ code: "invalid" });
  });
});
