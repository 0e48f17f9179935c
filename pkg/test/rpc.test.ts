import { describe, expect, it, vi } from "vitest";
import { failure, HubframeError } from "../src/errors.js";
import { createHandlers, type Session } from "../src/handlers.js";
import type { ScanBatch, ScanTask } from "../src/protocol.js";
import { PortClient, STREAM_CREDIT, serve } from "../src/rpc.js";
import { transfers } from "../src/transfers.js";
import { fakeSession, type Log, ORIGIN, SETTINGS } from "./fake.js";
import { FakeWorker } from "./fake-worker.js";

const TASK: ScanTask = { file: { path: "a", size: 1, oid: "a" }, rows: { start: 0, end: 100 } };
const SPEC = { ...ORIGIN, rows: { start: 0 } };

async function connected(session: Session) {
  const worker = new FakeWorker();
  const isFatal = (error: unknown) => error instanceof WebAssembly.RuntimeError;
  const hooks = { onRequest: () => {} };
  serve(
    worker.scope,
    createHandlers(async () => session, hooks),
    transfers,
    isFatal,
  );
  const events = { onRequest: vi.fn(), onFatal: vi.fn() };
  const client = new PortClient(worker, events);
  await client.call("start", [SETTINGS]);
  return { worker, client, events };
}

function session(overrides: Partial<Session>): Session {
  return { ...fakeSession({ a: 100 }, []), ...overrides };
}

describe("calls", () => {
  it("answer with what the handler returned, whatever the order", async () => {
    const answers = new Map<number, (numRows: number) => void>();
    const { client } = await connected(
      session({
        count: ({ rows }) =>
          new Promise((resolve) => answers.set(rows.start, (numRows) => resolve({ numRows, files: [] }))),
      }),
    );
    const calls = [0, 1].map((start) => client.call("count", [{ ...SPEC, rows: { start } }]));
    await vi.waitFor(() => expect(answers.size).toBe(2));
    answers.get(1)?.(11);
    answers.get(0)?.(10);
    expect((await Promise.all(calls)).map(({ numRows }) => numRows)).toEqual([10, 11]);
  });

  it("reject with the error's code, facts and cause", async () => {
    const raw = {
      code: "corrupt",
      message: "The file does not end in PAR1.",
      retryable: false,
      operation: "read footer",
      context: { file: "a.parquet" },
      cause: "short read",
    };
    const { client } = await connected(session({ plan: () => Promise.reject(raw) }));
    const error = await client.call("plan", [SPEC]).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(HubframeError);
    expect(error).toMatchObject(raw);
  });

  it("reject with code internal when something throws that is no error of ours", async () => {
    const { client } = await connected(
      session({ plan: () => Promise.reject(new TypeError("x is undefined")) }),
    );
    await expect(client.call("plan", [SPEC])).rejects.toMatchObject({
      code: "internal",
      operation: "plan",
      message: expect.stringContaining("TypeError: x is undefined"),
    });
  });

  it("reject at once when cancelled, and tell the handler", async () => {
    let seen: AbortSignal | undefined;
    const { client } = await connected(
      session({
        plan: (_, signal) => {
          seen = signal;
          return new Promise(() => {});
        },
      }),
    );
    const controller = new AbortController();
    const call = client.call("plan", [SPEC], controller.signal);
    await vi.waitFor(() => expect(seen).toBeDefined());
    controller.abort(new Error("the user left"));
    await expect(call).rejects.toMatchObject({ code: "aborted", cause: new Error("the user left") });
    await vi.waitFor(() => expect(seen?.aborted).toBe(true));
  });

  it("are not sent when the signal has fired before", async () => {
    const plan = vi.fn();
    const { client, worker } = await connected(session({ plan }));
    const post = vi.spyOn(worker, "postMessage");
    await expect(client.call("plan", [SPEC], AbortSignal.abort())).rejects.toMatchObject({ code: "aborted" });
    expect(post).not.toHaveBeenCalled();
  });

  it("leave no listener on the signal behind", async () => {
    const { client } = await connected(session({}));
    const { signal } = new AbortController();
    const add = vi.spyOn(signal, "addEventListener");
    const remove = vi.spyOn(signal, "removeEventListener");
    await client.call("count", [SPEC], signal);
    expect(add).toHaveBeenCalledTimes(1);
    expect(remove.mock.calls[0]?.[1]).toBe(add.mock.calls[0]?.[1]);
  });
});

describe("streams", () => {
  it("give every item in order, then end", async () => {
    const { client } = await connected(session({}));
    const numRows: number[] = [];
    for await (const batch of client.stream("scan", [TASK])) numRows.push(batch.numRows);
    expect(numRows).toEqual(Array(10).fill(10));
  });

  it("never run further ahead of their consumer than the credit", async () => {
    const log: Log = [];
    const { client } = await connected(fakeSession({ a: 100 }, log));
    const stream = client.stream("scan", [TASK]);
    for (let consumed = 1; consumed <= 4; consumed++) {
      await stream.next();
      await new Promise((resolve) => setTimeout(resolve, 20));
      const made = log.filter((line) => line === "batch a").length;
      expect(made).toBeLessThanOrEqual(consumed - 1 + STREAM_CREDIT);
      expect(made).toBeGreaterThanOrEqual(consumed);
    }
    await stream.return(undefined);
  });

  it("end in the worker when the loop is left", async () => {
    const log: Log = [];
    const { client } = await connected(fakeSession({ a: 100 }, log));
    for await (const _ of client.stream("scan", [TASK])) break;
    await vi.waitFor(() => expect(log.at(-1)).toBe("end a"));
    expect(log.filter((line) => line === "batch a").length).toBeLessThanOrEqual(STREAM_CREDIT);
  });

  it("reject at once when cancelled, even while an item is awaited", async () => {
    const log: Log = [];
    const signals: AbortSignal[] = [];
    const never = (_: ScanTask, signal: AbortSignal) => {
      signals.push(signal);
      return new Promise<void>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    };
    const { client } = await connected(fakeSession({ a: 100 }, log, never));
    const controller = new AbortController();
    const next = client.stream("scan", [TASK], controller.signal).next();
    await vi.waitFor(() => expect(signals).toHaveLength(1));
    controller.abort();
    await expect(next).rejects.toMatchObject({ code: "aborted", operation: "scan" });
    await vi.waitFor(() => expect(log.at(-1)).toBe("end a"));
  });

  it("give what came before an error, then the error", async () => {
    let batches = 0;
    const { client } = await connected(
      fakeSession({ a: 100 }, [], () => {
        batches += 1;
        if (batches === 3) throw failure("corrupt", "decode page", "The page ends early.");
      }),
    );
    const seen: ScanBatch[] = [];
    const read = async () => {
      for await (const batch of client.stream("scan", [TASK])) seen.push(batch);
    };
    await expect(read()).rejects.toMatchObject({ code: "corrupt", operation: "decode page" });
    expect(seen).toHaveLength(2);
  });

  it("move the bytes instead of copying them", async () => {
    const sent: Uint8Array[] = [];
    const made = fakeSession({ a: 10 }, []);
    const { client } = await connected({
      ...made,
      async *scan(task, signal) {
        const batches = made.scan(task, signal);
        for (let next = await batches.next(); !next.done; next = await batches.next()) {
          sent.push(next.value.bytes);
          yield next.value;
        }
      },
    });
    for await (const { bytes } of client.stream("scan", [TASK])) expect(bytes.length).toBeGreaterThan(0);
    expect(sent.length).toBeGreaterThan(0);
    for (const bytes of sent) expect(bytes.buffer.byteLength).toBe(0);
  });
});

describe("a client that is cut off", () => {
  it("rejects the calls in flight, and later ones", async () => {
    const { client } = await connected(session({ plan: () => new Promise(() => {}) }));
    const call = client.call("plan", [SPEC]);
    const next = client.stream("scan", [TASK]).next();
    const error = failure("internal", "worker", "gone");
    client.cut(error);
    await expect(call).rejects.toBe(error);
    await expect(next).rejects.toBe(error);
    await expect(client.call("plan", [SPEC])).rejects.toBe(error);
  });

  it("hears once that the other end cannot go on", async () => {
    const trap = () => Promise.reject(new WebAssembly.RuntimeError("unreachable"));
    const { client, events } = await connected(session({ plan: trap }));
    client.call("plan", [SPEC]).catch(() => {});
    await vi.waitFor(() => expect(events.onFatal).toHaveBeenCalledTimes(1));
    expect(events.onFatal).toHaveBeenCalledWith("RuntimeError: unreachable");
  });
});
