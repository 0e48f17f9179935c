import { tableFromIPC } from "@uwdata/flechette";
import { describe, expect, it, vi } from "vitest";
import { col } from "../src/expr.js";
import type { Frame } from "../src/frame.js";
import type { ReadProgress } from "../src/progress.js";
import { STREAM_CREDIT } from "../src/rpc.js";
import { fakeFrame, ids, range } from "./fake.js";

const FILES = { a: 25, b: 30, c: 0, d: 45 };
const MANY_ROWS = { a: 3000, b: 3000, c: 3000, d: 3000 };

describe("what needs no I/O", () => {
  it("is known from the start, and reads nothing", async () => {
    const { frame, log } = await fakeFrame(FILES);
    expect(frame.repo).toBe("me/data");
    expect(frame.sha).toMatch(/^a{40}$/);
    expect(frame.columns).toEqual(["id", "text"]);
    expect(frame.numPartitions).toBe(4);
    expect(frame.files[1]).toEqual({ path: "b", size: 100_000_000 });
    expect(frame.select("text").schema.fields).toEqual([{ name: "text", type: "Utf8", nullable: true }]);
    expect(frame.drop("text").columns).toEqual(["id"]);
    frame.slice(3, 4).partition(2).limit(1);
    expect(log()).toEqual([]);
  });

  it("leaves the frame itself as it was", async () => {
    const { frame } = await fakeFrame(FILES);
    frame.select("id").slice(10).limit(1);
    expect(frame.columns).toEqual(["id", "text"]);
    expect(await frame.count()).toBe(100);
  });

  it("is no promise: awaiting a frame gives the frame", async () => {
    const { frame } = await fakeFrame(FILES);
    expect("then" in frame).toBe(false);
    expect(await frame).toBe(frame);
  });
});

describe("rows", () => {
  const cases: [string, (frame: Frame) => Frame, number[]][] = [
    ["all", (frame) => frame, range(0, 100)],
    ["slice within a file", (frame) => frame.slice(3, 4), range(3, 7)],
    ["slice across files", (frame) => frame.slice(20, 40), range(20, 60)],
    ["slice to the end", (frame) => frame.slice(90), range(90, 100)],
    ["slice past the end", (frame) => frame.slice(95, 100), range(95, 100)],
    ["slice beyond the end", (frame) => frame.slice(200, 5), []],
    ["slice of a slice", (frame) => frame.slice(10, 50).slice(5, 100), range(15, 60)],
    ["slice of a limit", (frame) => frame.limit(10).slice(8), range(8, 10)],
    ["slice after the end of a limit", (frame) => frame.limit(10).slice(20, 5), []],
    ["limit 0", (frame) => frame.limit(0), []],
    ["partition", (frame) => frame.partition(1), range(25, 55)],
    ["empty partition", (frame) => frame.partition(2), []],
    ["slice of a partition", (frame) => frame.partition(3).slice(40, 10), range(95, 100)],
    ["partition of a slice", (frame) => frame.slice(10, 50).partition(0), range(10, 25)],
    ["later partition of a slice", (frame) => frame.slice(10, 50).partition(3), range(55, 60)],
    ["partition before a slice", (frame) => frame.slice(60).partition(0), []],
    ["slice of a partition of a slice", (frame) => frame.slice(10, 50).partition(1).slice(28), range(53, 55)],
    [
      "partition of a partition of a slice",
      (frame) => frame.slice(10).partition(0).slice(1).partition(0),
      range(11, 25),
    ],
  ];
  for (const [name, derive, expected] of cases) {
    it(`are right for: ${name}`, async () => {
      const { frame } = await fakeFrame(FILES);
      expect(ids(await derive(frame).toRows())).toEqual(expected);
      expect(await derive(frame).count()).toBe(expected.length);
      expect(ids(await derive(frame).tail(3))).toEqual(expected.slice(-3));
    });
  }

  it("are objects by column name, in the order that was selected", async () => {
    const { frame } = await fakeFrame(FILES);
    expect(await frame.select("text", "id").head(2)).toEqual([
      { text: "row 0", id: 0 },
      { text: "row 1", id: 1 },
    ]);
    expect(Object.keys((await frame.select("text", "id").head(1))[0] ?? {})).toEqual(["text", "id"]);
  });

  it("come in batches, in order, over several workers", { timeout: 20_000 }, async () => {
    const { frame, made } = await fakeFrame(MANY_ROWS, { workers: 3 });
    const seen: number[] = [];
    for await (const batch of frame.batches()) seen.push(...ids(batch.toArray()));
    expect(seen).toEqual(range(0, 12_000));
    expect(made).toHaveLength(3);
  });

  it("come as a table, or as a stream of Arrow IPC", async () => {
    const { frame } = await fakeFrame(FILES);
    const table = await frame.toArrow();
    expect(table.numRows).toBe(100);
    const read = tableFromIPC(await frame.toIPC());
    expect(Array.from(read.getChild("id"))).toEqual(range(0, 100));
    expect((await frame.limit(0).toArrow()).names).toEqual(["id", "text"]);
  });
});

describe("filtered rows", () => {
  const late = (frame: Frame) => frame.filter(col("id").ge(50));
  const expected = range(50, 100);
  const cases: [string, (frame: Frame) => Frame, number[]][] = [
    ["all that pass", late, expected],
    ["of lists", (frame) => frame.filter([["id", ">=", 50]]), expected],
    ["of two filters", (frame) => late(frame).filter(col("id").lt(70)), range(50, 70)],
    ["of a column that is not shown", (frame) => late(frame.select("text")).select("text"), expected],
    ["of a slice, across files", (frame) => late(frame).slice(3, 20), range(53, 73)],
    ["of a slice without an end", (frame) => late(frame).slice(45), range(95, 100)],
    ["of a slice beyond the end", (frame) => late(frame).slice(60, 5), []],
    ["of the first", (frame) => late(frame).limit(7), range(50, 57)],
    ["of a partition", (frame) => late(frame).partition(1).slice(1), range(51, 55)],
    ["of a partition of a slice", (frame) => late(frame).slice(3, 20).partition(3), range(55, 73)],
    ["of none", (frame) => frame.filter(col("id").lt(0)), []],
  ];
  for (const [name, derive, expected] of cases) {
    it(`are right for ${name}`, async () => {
      const { frame } = await fakeFrame(FILES);
      const derived = derive(frame);
      const rows = (await derived.toRows()).map(({ id, text }) => id ?? Number(String(text).slice(4)));
      expect(rows).toEqual(expected);
      expect(await derived.count()).toBe(expected.length);
      if (derived.columns.includes("id")) expect(ids(await derived.tail(3))).toEqual(expected.slice(-3));
    });
  }

  it("are no further looked for than there are enough", async () => {
    const { frame, log } = await fakeFrame(MANY_ROWS, { workers: 3 });
    expect(ids(await frame.filter(col("id").ge(10)).head(3))).toEqual([10, 11, 12]);
    expect(log().filter((line) => line.startsWith("scan"))).toEqual(["scan a 0..3000"]);
    expect(log().filter((line) => line.startsWith("batch"))).toHaveLength(2);
  });

  it("are looked for in more files at once with each that has too few", async () => {
    const { frame, log } = await fakeFrame(MANY_ROWS, { workers: 3 });
    expect(ids(await frame.filter(col("id").ge(2998)).head(4))).toEqual(range(2998, 3002));
    expect(log().some((line) => line.startsWith("scan b"))).toBe(true);
    expect(log().some((line) => line.startsWith("scan d"))).toBe(false);
  });

  it("are looked for from the end when the last are wanted", async () => {
    const { frame, log } = await fakeFrame(FILES);
    expect(ids(await late(frame).tail(3))).toEqual([97, 98, 99]);
    expect(log().filter((line) => line.startsWith("scan"))).toEqual(["scan d 0..45"]);
  });

  it("are explained, and what that read is not read again", async () => {
    const { frame, log } = await fakeFrame(FILES);
    const explanation = await late(frame).explain();
    expect(String(explanation)).toBe("files: 4 of 4\n");
    expect(explanation.kept.files).toEqual({ kept: 4, of: 4 });
    expect(Object.keys(explanation)).not.toContain("files");
    await frame.count();
    expect(log().filter((line) => line.startsWith("footer"))).toHaveLength(4);
  });

  it("must be asked for before a slice, of columns that there are, with values that fit", async () => {
    const { frame, log } = await fakeFrame(FILES);
    expect(() => late(frame.limit(5))).toThrow("filter and sample first");
    expect(() => frame.filter(col("idd").eq(1))).toThrow('There is no column "idd". Did you mean "id"?');
    expect(() => frame.filter([["id", "=", "1"]])).toThrow('The column "id" cannot be filtered so');
    expect(log()).toEqual([]);
  });
});

describe("cost", () => {
  it("of head: the footers that it comes to, once for all frames", async () => {
    const { frame, log } = await fakeFrame(FILES);
    expect(ids(await frame.head(30))).toEqual(range(0, 30));
    expect(log().filter((line) => line.startsWith("footer"))).toEqual(["footer a", "footer b"]);
    await frame.select("id").head(30);
    expect(log().filter((line) => line.startsWith("footer"))).toHaveLength(2);
  });

  it("of tail: footers from the last file backwards", async () => {
    const { frame, log } = await fakeFrame(FILES);
    expect(ids(await frame.tail(5))).toEqual(range(95, 100));
    expect(log()).toEqual(["footer d", "scan d 40..45", "batch d", "end d"]);
  });

  it("of count: every footer, once", async () => {
    const { frame, log } = await fakeFrame(FILES);
    expect(await frame.count()).toBe(100);
    expect(await frame.slice(30).count()).toBe(70);
    expect(log()).toEqual(["footer a", "footer b", "footer c", "footer d"]);
  });

  it("of a small read: one worker, the one that has the footers", async () => {
    const { frame, made } = await fakeFrame(FILES, { workers: 4 });
    await frame.head(80);
    await frame.count();
    await frame.toRows();
    expect(made).toHaveLength(1);
  });

  it("of a large read: no footer twice, whichever worker reads", async () => {
    const { frame, log, made } = await fakeFrame(MANY_ROWS, { workers: 4 });
    await frame.toArrow();
    expect(made).toHaveLength(4);
    expect(log().filter((line) => line.startsWith("footer"))).toHaveLength(4);
  });
});

describe("progress", () => {
  it("is told what reading cost, also where no row passes", async () => {
    const { frame } = await fakeFrame(FILES);
    const told: ReadProgress[] = [];
    const rows = await frame
      .filter([["id", "<", 0]])
      .toRows({ onProgress: (progress) => told.push(progress) });
    expect(rows).toEqual([]);
    expect(told.at(-1)).toMatchObject({ numRows: 0, numBytes: 0, bytesRead: 1000, filesDone: 4 });
    expect(told.at(-1)?.requests).toBeGreaterThan(3);
  });

  it("is told in rows, bytes and files, to the end", async () => {
    const { frame } = await fakeFrame(FILES);
    const told: ReadProgress[] = [];
    const onProgress = (progress: ReadProgress) => void told.push(progress);
    await frame.toArrow({ onProgress });
    expect(told.at(-1)).toMatchObject({ numRows: 100, filesDone: 4, numFiles: 4 });
    expect(told.length).toBeGreaterThan(10);
    const rows = told.map(({ numRows }) => numRows);
    expect(rows).toEqual(rows.toSorted((a, b) => a - b));
    told.length = 0;
    for await (const _ of frame.slice(20, 20).batches({ onProgress })) expect(told.length).toBeGreaterThan(0);
    expect(told.at(-1)).toMatchObject({ numRows: 20, numFiles: 2 });
    expect(told.every(({ numBytes, numRows }) => numBytes > numRows)).toBe(true);
  });
});

describe("memory", () => {
  it("stays bounded when the loop over the batches is slow", async () => {
    const { frame, log } = await fakeFrame(MANY_ROWS, { workers: 2 });
    const batches = frame.batches();
    await batches.next();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const made = log().filter((line) => line.startsWith("batch"));
    expect(made.length).toBeLessThanOrEqual(2 * STREAM_CREDIT);
    expect(made.filter((line) => line === "batch b").length).toBeGreaterThan(0);
    expect(log().some((line) => line.startsWith("scan c"))).toBe(false);
    await batches.return();
    await vi.waitFor(() => expect(log().filter((line) => line.startsWith("end"))).toHaveLength(2));
  });

  it("lets many small files be waited for side by side, and no more than that", async () => {
    const files = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`small ${index}`, 3000]));
    const { frame, log } = await fakeFrame(files, { workers: 2 });
    const batches = frame.batches();
    await batches.next();
    const started = () => log().filter((line) => line.startsWith("scan")).length;
    await vi.waitFor(() => expect(started()).toBe(16));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(started()).toBe(16);
    await batches.return();
  });

  it("is refused above maxBytes, and what runs is stopped", async () => {
    const { frame, log } = await fakeFrame(MANY_ROWS);
    for (const read of ["toArrow", "toIPC", "toRows"] as const) {
      await expect(frame[read]({ maxBytes: 5000 })).rejects.toMatchObject({
        code: "limit",
        message: expect.stringMatching(/5000 bytes.*batches\(\)/),
      });
    }
    const starts = log().filter((line) => line.startsWith("scan")).length;
    await vi.waitFor(() => expect(log().filter((line) => line.startsWith("end"))).toHaveLength(starts));
    expect(log().filter((line) => line.startsWith("batch")).length).toBeLessThan(100);
    expect((await frame.limit(10).toArrow({ maxBytes: 5000 })).numRows).toBe(10);
  });
});

describe("cancelling", () => {
  const stuck = (_: unknown, signal: AbortSignal) =>
    new Promise<void>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

  it("rejects every reading method with code aborted", async () => {
    const reads: ((frame: Frame, signal: AbortSignal) => Promise<unknown>)[] = [
      (frame, signal) => frame.head(5, { signal }),
      (frame, signal) => frame.tail(5, { signal }),
      (frame, signal) => frame.toRows({ signal }),
      (frame, signal) => frame.toArrow({ signal }),
      (frame, signal) => frame.toIPC({ signal }),
      (frame, signal) => frame.batches({ signal }).next(),
      (frame, signal) => frame.filter(col("id").ge(1)).head(5, { signal }),
      (frame, signal) => frame.filter(col("id").ge(1)).tail(5, { signal }),
      (frame, signal) => frame.filter(col("id").ge(1)).count({ signal }),
    ];
    for (const read of reads) {
      const { frame, log } = await fakeFrame(FILES, { onBatch: stuck });
      const controller = new AbortController();
      const promise = read(frame, controller.signal);
      await vi.waitFor(() => expect(log().some((line) => line.startsWith("scan"))).toBe(true));
      controller.abort();
      await expect(promise).rejects.toMatchObject({ code: "aborted" });
      await vi.waitFor(() => {
        const count = (what: string) => log().filter((line) => line.startsWith(what)).length;
        expect(count("end")).toBe(count("scan"));
      });
    }
  });

  it("before the start rejects without any work", async () => {
    const { frame, log } = await fakeFrame(FILES);
    await expect(frame.count({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "aborted" });
    expect(log()).toEqual([]);
  });

  it("by leaving the loop stops the workers", async () => {
    const { frame, log } = await fakeFrame(MANY_ROWS);
    let batches = 0;
    for await (const _ of frame.batches()) if (++batches === 10) break;
    await vi.waitFor(() => expect(log().filter((line) => line.startsWith("end"))).toHaveLength(2));
    expect(log().filter((line) => line.startsWith("scan"))).toHaveLength(2);
  });

  it("in one partition does not lose the error of another", async () => {
    const { frame } = await fakeFrame(MANY_ROWS, {
      onBatch: ({ file }) => {
        if (file.path === "b")
          throw { code: "corrupt", message: "bad", retryable: false, operation: "x", context: {} };
      },
    });
    await expect(frame.toArrow()).rejects.toMatchObject({ code: "corrupt" });
    const seen: number[] = [];
    const read = async () => {
      for await (const batch of frame.batches()) seen.push(batch.numRows);
    };
    await expect(read()).rejects.toMatchObject({ code: "corrupt" });
    expect(seen).toHaveLength(300);
  });
});

describe("arguments that are wrong", () => {
  it("throw code invalid where they are written", async () => {
    const { frame } = await fakeFrame(FILES);
    const invalid = (code: () => unknown) =>
      expect(code).toThrowError(expect.objectContaining({ code: "invalid" }) as Error);
    for (const bad of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "3" as unknown as number]) {
      invalid(() => frame.slice(bad));
      invalid(() => frame.slice(0, bad));
      invalid(() => frame.limit(bad));
      invalid(() => frame.partition(bad));
      await expect(frame.head(bad)).rejects.toMatchObject({ code: "invalid" });
      await expect(frame.tail(bad)).rejects.toMatchObject({ code: "invalid" });
      await expect(frame.toArrow({ maxBytes: bad })).rejects.toMatchObject({ code: "invalid" });
    }
    invalid(() => frame.partition(4));
    invalid(() => frame.select());
    invalid(() => frame.select("id", "id"));
    invalid(() => frame.drop("id", "text"));
    expect(frame.drop().columns).toEqual(["id", "text"]);
  });

  it("name the nearest column", async () => {
    const { frame } = await fakeFrame(FILES);
    expect(() => frame.select("txt")).toThrow('There is no column "txt". Did you mean "text"?');
    expect(() => frame.drop("ID")).toThrow('Did you mean "id"?');
    expect(() => frame.select("text").select("zzzzzz")).toThrow('The columns are "text".');
  });
});
