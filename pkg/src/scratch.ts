/**
 * Bytes that are written piece by piece and needed for a short while: in a file of the origin's private file system, which is gone
 * when it is dropped. Blobs in memory are a browser's to free, and it does so late: those of a large upload pile up.
 */
import { failure } from "./errors.js";

/** A place for bytes. */
export interface Scratch {
  /** Puts bytes at the end. */
  append(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** All of them. They can be read until `drop`. */
  finish(): Promise<Blob>;
  /** Frees them. */
  drop(): Promise<void>;
}

/** What the locks are called that pages hold while they may have such files, before the name of their folder. */
const PREFIX = "hubframe-scratch-";

let folder: Promise<FileSystemDirectoryHandle | undefined> | undefined;
let numFiles = 0;

/** A place on disk, or in memory where the page has no file system of its own. */
export async function openScratch(): Promise<Scratch> {
  folder ??= ownFolder().catch(() => undefined);
  const parent = await folder;
  if (!parent) return memoryScratch();
  numFiles += 1;
  const name = `${numFiles}`;
  const handle = await parent.getFileHandle(name, { create: true });
  const file = await handle.createWritable().catch(failed);
  return {
    append: (bytes) => file.write(bytes).catch(failed),
    finish: async () => {
      await file.close().catch(failed);
      return handle.getFile();
    },
    drop: async () => {
      await file.abort().catch(() => {});
      await parent.removeEntry(name).catch(() => {});
    },
  };
}

/** A place in memory. */
export function memoryScratch(): Scratch {
  const parts: Blob[] = [];
  return {
    append: async (bytes) => void parts.push(new Blob([bytes])),
    finish: async () => new Blob(parts),
    drop: async () => void parts.splice(0),
  };
}

/** The folder of this page, which it holds a lock for; those of pages that are gone are removed. */
async function ownFolder(): Promise<FileSystemDirectoryHandle | undefined> {
  const { storage, locks } = globalThis.navigator ?? {};
  if (!storage?.getDirectory || !locks || !("createWritable" in FileSystemFileHandle.prototype))
    return undefined;
  const name = PREFIX + crypto.randomUUID();
  await new Promise<void>((held, refused) => {
    const untilTheEnd = () => {
      held();
      return new Promise<never>(() => {});
    };
    locks.request(name, untilTheEnd).catch(refused);
  });
  const root = await storage.getDirectory();
  const inUse = new Set((await locks.query()).held?.map(({ name }) => name));
  for await (const left of (root as FileSystemDirectoryHandle & { keys(): AsyncIterable<string> }).keys()) {
    if (left.startsWith(PREFIX) && !inUse.has(left))
      await root.removeEntry(left, { recursive: true }).catch(() => {});
  }
  return root.getDirectoryHandle(name, { create: true });
}

function failed(error: unknown): never {
  if (error instanceof DOMException && error.name === "QuotaExceededError") {
    throw failure(
      "limit",
      "write parquet",
      "The browser has no more room on disk for what this page writes. Free some, or write smaller files.",
    );
  }
  throw error;
}
