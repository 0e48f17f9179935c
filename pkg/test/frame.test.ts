import { tableFromIPC } from "@uwdata/flechette";
import { describe, expect, it, vi } from "vitest";
import type { Frame } from "../src/frame.js";
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
    expect(frame.files[1]).toEqual({ path: "b", size: 1000 });
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

  it("come in batches, in order, over several workers", async () => {
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
