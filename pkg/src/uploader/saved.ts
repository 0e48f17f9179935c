/**
 * The plan of an upload, kept in the browser until it is done: so that a page that was closed in the middle can go on. It holds
 * names, choices and, where the browser has them, handles that open the files again with the user's consent. Never a token.
 */

import type { Settings, Target } from "./choices.js";
import type { Mends } from "./columns.js";
import type { GivenFile } from "./dropped.js";
import type { LocalFile } from "./local-file.js";

/** A file of a plan. */
export interface SavedFile {
  readonly path: string;
  readonly size: number;
  /** The SHA-256 of its first and last bytes; empty where the page may not compute it. */
  readonly sample: string;
  readonly split: string;
  readonly config: string;
  readonly isAsItIs: boolean;
  readonly encoding?: NonNullable<LocalFile["encoding"]>;
  readonly handle?: FileSystemFileHandle;
}

/** A plan. */
export interface SavedPlan {
  readonly endpoint: string;
  readonly target: Target;
  readonly settings: Settings;
  readonly files: readonly SavedFile[];
  readonly mends: readonly (readonly [config: string, mends: Mends])[];
  /** When it was sent, in milliseconds since 1970. */
  readonly startedAt: number;
}

const DATABASE = "hubframe-uploader";
const STORE = "plans";
const KEY = "last";

/** How much of each end of a file tells it from others, in bytes. */
const SAMPLE_BYTES = 65_536;

/** Keeps a plan in place of the one before. */
export async function savePlan(plan: SavedPlan): Promise<void> {
  await request("readwrite", (store) => store.put(plan, KEY));
}

/** The plan that was not done; `undefined` when there is none, or where the browser keeps nothing. */
export async function savedPlan(): Promise<SavedPlan | undefined> {
  return (await request("readonly", (store) => store.get(KEY))) as SavedPlan | undefined;
}

/** Forgets it. */
export async function forgetPlan(): Promise<void> {
  await request("readwrite", (store) => store.delete(KEY));
}

/** What is kept of a file. */
export async function savedFile(given: LocalFile): Promise<SavedFile> {
  const { path, file, handle, split, config, isAsItIs, encoding } = given;
  const saved = { path, size: file.size, sample: await sampleOf(file), split, config, isAsItIs };
  return { ...saved, ...(handle && { handle }), ...(encoding && { encoding }) };
}

/** The files that handles give; the user is asked for consent, so it must be called from a click. */
export async function reopened(files: readonly SavedFile[]): Promise<GivenFile[]> {
  const found: GivenFile[] = [];
  for (const { path, handle } of files) {
    const asking = handle as (FileSystemFileHandle & Asking) | undefined;
    if (!asking || (await asking.requestPermission?.({ mode: "read" })) !== "granted") continue;
    // A file that was moved is asked for as any other.
    const file = await asking.getFile().catch(() => undefined);
    if (file) found.push({ path, file, handle: asking });
  }
  return found;
}

/** The File System Access API's own part of a handle. */
interface Asking {
  requestPermission?(options: { readonly mode: "read" }): Promise<PermissionState>;
}

/** The file of a plan that a given one is: the same size and the same ends; by path where two are alike. */
export async function matching(
  given: GivenFile,
  files: readonly SavedFile[],
): Promise<SavedFile | undefined> {
  const sized = files.filter(({ size }) => size === given.file.size);
  if (sized.length === 0) return undefined;
  const sample = await sampleOf(given.file);
  const name = (path: string) => path.split("/").at(-1);
  const alike = sized.filter((file) =>
    file.sample === "" || sample === "" ? name(file.path) === name(given.path) : file.sample === sample,
  );
  return alike.find(({ path }) => name(path) === name(given.path)) ?? alike[0];
}

async function sampleOf(file: Blob): Promise<string> {
  // Pages that are not served safely have no hashes.
  if (!globalThis.crypto?.subtle) return "";
  const ends = new Blob([
    file.slice(0, SAMPLE_BYTES),
    file.slice(Math.max(SAMPLE_BYTES, file.size - SAMPLE_BYTES)),
  ]);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", await ends.arrayBuffer()));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Does one thing with the store. A browser that keeps nothing gives `undefined`. */
async function request(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest,
): Promise<unknown> {
  const database = await open().catch(() => undefined);
  if (!database) return undefined;
  try {
    return await settled(work(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

async function open(): Promise<IDBDatabase | undefined> {
  if (!globalThis.indexedDB) return undefined;
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  return settled(opening);
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
