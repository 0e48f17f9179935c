import { inspect } from "node:util";
import { describe, expect, it, vi } from "vitest";
import { Hub, type HubOptions } from "../src/hub.js";
import type { SessionSettings } from "../src/protocol.js";
import { EMPTY_WASM, fakeSession, fakeWorkers, ids, type Log, range } from "./fake.js";

function fakeHub(options: HubOptions = {}) {
  const log: Log = [];
  const given: SessionSettings[] = [];
  const { made, createWorker } = fakeWorkers((_index, _hooks, settings) => {
    given.push(settings);
    return fakeSession({ a: 8, b: 8 }, log);
  });
  return { hub: new Hub({ createWorker, wasm: EMPTY_WASM, workers: 2, ...options }), made, log, given };
}

describe("readParquet", () => {
  it("opens a path, or a list of them, as one frame", async () => {
    const { hub, log } = fakeHub();
    const frame = await hub.readParquet("hf://datasets/me/data");
    expect(ids(await frame.head(10))).toEqual(range(0, 10));
    await hub.readParquet(["hf://datasets/me/data/a", "hf://datasets/me/data/b"]);
    expect(log.filter((line) => line.startsWith("open"))).toEqual([
      "open hf://datasets/me/data",
      "open hf://datasets/me/data/a hf://datasets/me/data/b",
    ]);
  });

  it("takes columns, in their order, and checks them", async () => {
    const { hub } = fakeHub();
    const frame = await hub.readParquet("hf://datasets/me/data", { columns: ["text"] });
    expect(frame.columns).toEqual(["text"]);
    await expect(hub.readParquet("hf://datasets/me/data", { columns: ["Text"] })).rejects.toMatchObject({
      code: "invalid",
      message: expect.stringContaining('"text"'),
    });
  });

  it("rejects what is no path", async () => {
    const { hub } = fakeHub();
    for (const bad of [[], [3], undefined]) {
      await expect(hub.readParquet(bad as unknown as string)).rejects.toMatchObject({ code: "invalid" });
    }
  });

  it("can be cancelled", async () => {
    const { hub } = fakeHub();
    const signal = AbortSignal.abort();
    await expect(hub.readParquet("hf://datasets/me/data", { signal })).rejects.toMatchObject({
      code: "aborted",
    });
  });
});

describe("a hub", () => {
  it("does no work before it is asked", () => {
    const { made } = fakeHub();
    expect(made).toHaveLength(0);
  });

  it("ends its workers when it is closed, or disposed of", async () => {
    for (const close of [(hub: Hub) => hub.close(), (hub: Hub) => hub[Symbol.asyncDispose]()]) {
      const { hub, made } = fakeHub();
      const frame = await hub.readParquet("hf://datasets/me/data");
      await close(hub);
      await vi.waitFor(() => expect(made[0]?.terminated).toBe(true));
      await expect(frame.head()).rejects.toMatchObject({ code: "aborted" });
    }
  });

  it("passes endpoint and token to its workers, and shows the token to nobody else", async () => {
    const token = "hf_notARealToken";
    const { hub, given } = fakeHub({ token, endpoint: "http://localhost:9000/" });
    const frame = await hub.readParquet("hf://datasets/me/data");
    expect(given).toMatchObject([{ token, endpoint: "http://localhost:9000" }]);
    const shown = [hub, frame].map((value) => inspect(value, { depth: 9, showHidden: true }));
    expect(shown.join() + JSON.stringify(hub) + Object.getOwnPropertyNames(hub).join()).not.toContain(token);
  });

  it("refuses a token that is no token, without repeating it", () => {
    for (const token of ["two words", "line\nbreak", "", "ü", 3 as unknown as string]) {
      const error = expectInvalid(() => new Hub({ token }));
      if (token) expect(error.message).not.toContain(String(token));
    }
  });

  it("refuses an endpoint that is no address of a Hub", () => {
    for (const endpoint of ["", "huggingface.co", "ftp://a.b", "https://user:pass@a.b", "https://a.b/?q=1"]) {
      expectInvalid(() => new Hub({ endpoint }));
    }
    expect(new Hub().endpoint).toBe("https://huggingface.co");
    expect(new Hub({ endpoint: "https://hub.example/base/" }).endpoint).toBe("https://hub.example/base");
  });

  it("cannot send a fetch of one's own to workers", () => {
    const fetch = async () => new Response();
    expect(expectInvalid(() => new Hub({ fetch, workers: 2 })).message).toContain("workers");
    expect(new Hub({ fetch, workers: 0 })).toBeInstanceOf(Hub);
  });

  it("refuses a number of workers that is none", () => {
    for (const workers of [-1, 0.5, Number.NaN]) expectInvalid(() => new Hub({ workers }));
  });
});

function expectInvalid(code: () => unknown): Error {
  try {
    code();
  } catch (error) {
    expect(error).toMatchObject({ name: "HubframeError", code: "invalid" });
    return error as Error;
  }
  throw new Error("nothing was thrown");
}
