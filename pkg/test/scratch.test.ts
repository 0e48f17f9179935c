import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

/** Folders of an origin's private file system, and a disk that takes so many bytes. */
function fakeNavigator(folders: Map<string, Map<string, Blob>>, room: number) {
  const directory = (files: Map<string, Blob>) => ({
    getFileHandle: async (name: string) => ({
      createWritable: async () => {
        const parts: Uint8Array<ArrayBuffer>[] = [];
        return {
          write: async (bytes: Uint8Array<ArrayBuffer>) => {
            if (bytes.length > room) throw new DOMException("full", "QuotaExceededError");
            parts.push(bytes);
          },
          close: async () => void files.set(name, new Blob(parts)),
          abort: async () => {},
        };
      },
      getFile: async () => files.get(name),
    }),
    removeEntry: async (name: string) => void files.delete(name),
  });
  const root = {
    keys: () => folders.keys(),
    removeEntry: async (name: string) => void folders.delete(name),
    getDirectoryHandle: async (name: string) => {
      const files = folders.get(name) ?? new Map<string, Blob>();
      folders.set(name, files);
      return directory(files);
    },
  };
  const held = [{ name: "hubframe-scratch-alive" }];
  return {
    storage: { getDirectory: async () => root },
    locks: {
      request: async (name: string, work: () => Promise<unknown>) => {
        held.push({ name });
        return work();
      },
      query: async () => ({ held }),
    },
  };
}

describe("scratch", () => {
  beforeEach(() => {
    vi.resetModules();
    vi.stubGlobal("FileSystemFileHandle", { prototype: { createWritable: () => {} } });
  });
  afterEach(() => vi.unstubAllGlobals());

  const bytes = (...values: number[]) => new Uint8Array(values);

  it("keeps bytes in a file, and removes it and what dead pages left", async () => {
    const folders = new Map(
      ["other", "hubframe-scratch-dead", "hubframe-scratch-alive"].map((name) => [name, new Map()]),
    );
    vi.stubGlobal("navigator", fakeNavigator(folders, 10));
    const { openScratch } = await import("../src/scratch.js");
    const scratch = await openScratch();
    expect([...folders.keys()].slice(0, 2)).toEqual(["other", "hubframe-scratch-alive"]);
    await scratch.append(bytes(1, 2));
    await scratch.append(bytes(3));
    expect(new Uint8Array(await (await scratch.finish()).arrayBuffer())).toEqual(bytes(1, 2, 3));
    const [own] = [...folders.values()].slice(2);
    expect(own?.size).toBe(1);
    await scratch.drop();
    expect(own?.size).toBe(0);
  });

  it("says that the disk is full", async () => {
    vi.stubGlobal("navigator", fakeNavigator(new Map(), 1));
    const { openScratch } = await import("../src/scratch.js");
    const full = (await openScratch()).append(bytes(1, 2));
    await expect(full).rejects.toMatchObject({ code: "limit" });
  });

  it("keeps bytes in memory where a page has no file system", async () => {
    vi.stubGlobal("navigator", {});
    const { openScratch } = await import("../src/scratch.js");
    const scratch = await openScratch();
    await scratch.append(bytes(1));
    expect((await scratch.finish()).size).toBe(1);
  });
});
