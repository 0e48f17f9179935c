import { describe, expect, it, vi } from "vitest";
import { workerConnector } from "../src/connect.js";
import { Pool } from "../src/pool.js";
import type { ScanTask } from "../src/protocol.js";
import type { SessionEvent } from "../src/types.js";
import { EMPTY_WASM, fakeFrame, fakeSession, fakeWorkers, ids, ORIGIN, range } from "./fake.js";

const SPEC = { ...ORIGIN, rows: { start: 0 } };

function pool(size: number, start: Parameters<typeof fakeWorkers>[0], onRequest = (_: SessionEvent) => {}) {
  const { made, createWorker } = fakeWorkers(start);
  const wasm = vi.fn(async () => EMPTY_WASM);
  const connector = workerConnector(createWorker, {
    wasm,
    endpoint: "http://hub.test",
    wholeWasm: "http://hub.test/whole.wasm",
    token: "secret",
    cache: undefined,
    onRequest,
  });
  return { pool: new Pool(size, connector), made, wasm };
}

describe("workers", () => {
  it("start when they are first called, and are kept", async () => {
    const { pool: workers, made } = pool(3, () => fakeSession({ a: 1 }, []));
    expect(made).toHaveLength(0);
    const slot = workers.idlest();
    await slot.call("count", [SPEC]);
    await slot.call("count", [SPEC]);
    expect(made).toHaveLength(1);
    expect(workers.idlest()).toBe(slot);
  });

  it("are given to whoever comes, the idlest first", async () => {
    const { pool: workers } = pool(2, () => ({ ...fakeSession({}, []), plan: () => new Promise(() => {}) }));
    const [first, second] = workers.slots;
    first?.call("plan", [SPEC]).catch(() => {});
    expect(workers.idlest()).toBe(second);
    expect(workers.idlest(first)).toBe(second);
    second?.call("plan", [SPEC]).catch(() => {});
    expect(workers.idlest(second)).toBe(second);
  });

  it("do not keep a call that is cancelled while they start", async () => {
    const { pool: workers, made } = pool(1, () => new Promise<never>(() => {}));
    const controller = new AbortController();
    const call = workers.idlest().call("count", [SPEC], controller.signal);
    await vi.waitFor(() => expect(made).toHaveLength(1));
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: "aborted", operation: "count" });
    expect(workers.idlest().load).toBe(0);
  });

  it("tell of their requests", async () => {
    const event = { method: "GET", url: "http://hub.test/a", status: 206, bytes: 8, ms: 1 };
    const seen: SessionEvent[] = [];
    const start = (_: number, hooks: { onRequest: (event: SessionEvent) => void }) => {
      hooks.onRequest(event);
      return fakeSession({}, []);
    };
    const { pool: workers } = pool(1, start, (request) => seen.push(request));
    await workers.idlest().call("count", [SPEC]);
    expect(seen).toEqual([event]);
  });
});

describe("a worker that dies", () => {
  it("is replaced, and its call made once more", async () => {
    const { pool: workers, made } = pool(1, (index) => ({
      ...fakeSession({ a: 7 }, []),
      count: async () => {
        if (index === 0) throw new WebAssembly.RuntimeError("unreachable");
        return { numRows: 7, files: [] };
      },
    }));
    expect(await workers.idlest().call("count", [SPEC])).toMatchObject({ numRows: 7 });
    expect(made.map(({ terminated }) => terminated)).toEqual([true, false]);
    expect(workers.idlest().load).toBe(0);
  });

  it("twice under the same call makes it reject with code internal", async () => {
    const { pool: workers, made } = pool(1, () => ({
      ...fakeSession({}, []),
      count: () => Promise.reject(new WebAssembly.RuntimeError("unreachable")),
    }));
    await expect(workers.idlest().call("count", [SPEC])).rejects.toMatchObject({
      code: "internal",
      message: expect.stringMatching(/worker.*stopped.*unreachable/),
    });
    expect(made).toHaveLength(2);
    await vi.waitFor(() => expect(made.every(({ terminated }) => terminated)).toBe(true));
  });

  it("in the middle of a stream gives every item once", async () => {
    let batches = 0;
    const { frame, made, logs } = await fakeFrame(
      { a: 95 },
      {
        workers: 1,
        onBatch: () => {
          batches += 1;
          if (batches === 4) made[0]?.fail("out of memory");
        },
      },
    );
    const rows = await frame.toRows();
    expect(ids(rows)).toEqual(range(0, 95));
    expect(made).toHaveLength(2);
    expect(logs[1]).toContain("scan a 0..95");
  });

  it("does not touch the calls of others", async () => {
    let called = 0;
    const answers: (() => void)[] = [];
    const { pool: workers, made } = pool(2, () => ({
      ...fakeSession({}, []),
      count: () => {
        called += 1;
        return new Promise((resolve) => answers.push(() => resolve({ numRows: 3, files: [] })));
      },
    }));
    const [first, second] = workers.slots;
    const calls = [first?.call("count", [SPEC]), second?.call("count", [SPEC])];
    await vi.waitFor(() => expect(called).toBe(2));
    made[1]?.fail("boom");
    await vi.waitFor(() => expect(called).toBe(3));
    for (const answer of answers) answer();
    expect((await Promise.all(calls)).map((count) => count?.numRows)).toEqual([3, 3]);
    expect(made.map(({ terminated }) => terminated)).toEqual([false, true, false]);
  });

  it("while it starts makes the call reject, with a sentence on what to serve", async () => {
    const { made, createWorker } = fakeWorkers(() => new Promise<never>(() => {}));
    const connector = workerConnector(createWorker, {
      wasm: async () => EMPTY_WASM,
      endpoint: "http://hub.test",
      wholeWasm: "http://hub.test/whole.wasm",
      token: undefined,
      cache: undefined,
      onRequest: () => {},
    });
    const call = new Pool(1, connector).idlest().call("count", [SPEC]);
    await vi.waitFor(() => expect(made).toHaveLength(1));
    made[0]?.fail();
    await expect(call).rejects.toMatchObject({
      code: "internal",
      message: expect.stringContaining("dist/worker.js"),
    });
    expect(made[0]?.terminated).toBe(true);
  });
});

describe("a closed pool", () => {
  it("ends its workers; calls in flight and later ones reject with code aborted", async () => {
    const task: ScanTask = { file: { path: "a", size: 1, oid: "a" }, rows: { start: 0, end: 9 } };
    const { pool: workers, made } = pool(1, () => ({
      ...fakeSession({ a: 9 }, []),
      plan: () => new Promise(() => {}),
    }));
    const slot = workers.idlest();
    await slot.call("count", [SPEC]);
    const call = slot.call("plan", [SPEC]);
    await new Promise((resolve) => setImmediate(resolve));
    workers.close();
    await expect(call).rejects.toMatchObject({ code: "aborted" });
    await expect(slot.call("count", [SPEC])).rejects.toMatchObject({ code: "aborted" });
    await expect(slot.stream("scan", [task]).next()).rejects.toMatchObject({ code: "aborted" });
    expect(made.map(({ terminated }) => terminated)).toEqual([true]);
  });
});
