import { describe, expect, it } from "vitest";
import { failure } from "../src/errors.js";
import { createHandlers, type Session } from "../src/handlers.js";
import { inPage } from "../src/in-page.js";
import type { ScanTask } from "../src/protocol.js";
import { fakeSession, type Log, ORIGIN, SETTINGS } from "./fake.js";

const SPEC = { ...ORIGIN, rows: { start: 0 } };
const TASK: ScanTask = { file: { path: "a", size: 1, oid: "a" }, rows: { start: 0, end: 100 } };

async function started(session: Session) {
  const connection = inPage(createHandlers(async () => session, { onRequest: () => {} }));
  await connection.client.call("start", [SETTINGS]);
  return connection;
}

describe("a session in the page", () => {
  it("answers, streams, and ends a stream that is left", async () => {
    const log: Log = [];
    const { client } = await started(fakeSession({ a: 100 }, log));
    expect(await client.call("count", [SPEC])).toEqual({ numRows: 0, files: [] });
    let numRows = 0;
    for await (const batch of client.stream("scan", [TASK])) numRows += batch.numRows;
    expect(numRows).toBe(100);
    for await (const _ of client.stream("scan", [TASK])) break;
    expect(log.filter((line) => line === "end a")).toHaveLength(2);
    expect(log.filter((line) => line === "batch a")).toHaveLength(11);
  });

  it("gives its errors the form that a worker's have", async () => {
    const raw = {
      code: "gated",
      message: "m",
      retryable: false,
      operation: "list",
      context: { status: "403" },
    };
    const { client } = await started({ ...fakeSession({}, []), plan: () => Promise.reject(raw) });
    await expect(client.call("plan", [SPEC])).rejects.toMatchObject({ name: "HubframeError", ...raw });
    const scanning = await started(
      fakeSession({ a: 9 }, [], () => {
        throw raw;
      }),
    );
    await expect(scanning.client.stream("scan", [TASK]).next()).rejects.toMatchObject({ code: "gated" });
  });

  it("passes the signal on, and rejects with code aborted", async () => {
    const hang = (_: unknown, signal: AbortSignal) =>
      new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const { client } = await started({ ...fakeSession({ a: 1 }, [], hang), plan: hang });
    const controller = new AbortController();
    const call = client.call("plan", [SPEC], controller.signal);
    const next = client.stream("scan", [TASK], controller.signal).next();
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: "aborted" });
    await expect(next).rejects.toMatchObject({ code: "aborted" });
    const late = client.call("plan", [SPEC], controller.signal);
    await expect(late).rejects.toMatchObject({ code: "aborted" });
  });

  it("rejects everything once it has ended", async () => {
    const hang = (_: unknown, signal: AbortSignal) =>
      new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const { client, end } = await started({ ...fakeSession({}, []), plan: hang });
    const call = client.call("plan", [SPEC]);
    const closed = failure("aborted", "close", "closed");
    end(closed);
    await expect(call).rejects.toBe(closed);
    await expect(client.call("count", [SPEC])).rejects.toBe(closed);
  });
});
