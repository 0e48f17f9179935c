/**
 * Ranges of files, kept in the browser's Cache API from one visit to the next.
 *
 * A range is an entry of its own, named by the file's address at a commit and by its bounds, so that tabs and workers
 * that write at the same time do not meet. What was used when is an entry too, the index; it is changed under a Web Lock
 * only. Everything is best effort: without the APIs, or with a full disk, reads go to the network as if nothing were
 * here.
 */

/** Options of the cache. */
export interface CacheOptions {
  /**
   * The most bytes to keep, of all datasets and tabs together. What was used longest ago goes first.
   *
   * @default 512 MiB
   */
  readonly maxBytes?: number;
}

/** What the index knows of an entry: its length in bytes, and when it was used last, in ms since 1970. */
type Index = Record<string, readonly [numBytes: number, used: number]>;

export const CACHE_NAME = "hubframe-ranges";
const ORIGIN = "https://ranges.invalid/";
const INDEX = `${ORIGIN}index`;
const DEFAULT_MAX_BYTES = 512 * 2 ** 20;

/** How long uses are gathered before they are written down. */
const FLUSH_MS = 500;

/** When the storage is full, this share of what is kept stays. */
const SHARE_LEFT = 0.5;

/** The kept ranges, as one worker or page sees them. */
export class RangeCache {
  readonly #cache: Cache;
  readonly #maxBytes: number;
  /** By file, the bounds of what was here when it was opened, and of what was added since. */
  readonly #ranges = new Map<string, [start: number, end: number][]>();
  #used = new Map<string, number>();
  #flush: ReturnType<typeof setTimeout> | undefined;

  private constructor(cache: Cache, maxBytes: number, keys: readonly Request[]) {
    this.#cache = cache;
    this.#maxBytes = maxBytes;
    for (const { url } of keys) {
      const entry = parse(url);
      if (entry) this.#know(entry.file, entry.start, entry.end);
    }
  }

  /** Opens the cache; `undefined` where a browser has none, such as on a page without https, or in Node. */
  static async open({ maxBytes = DEFAULT_MAX_BYTES }: CacheOptions): Promise<RangeCache | undefined> {
    if (typeof caches === "undefined" || !globalThis.navigator?.locks) return undefined;
    try {
      const cache = await caches.open(CACHE_NAME);
      return new RangeCache(cache, maxBytes, await cache.keys());
    } catch {
      return undefined;
    }
  }

  /** The bounds of what is here of a file: start, end, start, end, … */
  ranges(file: string): Float64Array {
    return Float64Array.from((this.#ranges.get(file) ?? []).flat());
  }

  /** The bytes of one of {@link ranges}; `undefined` if another tab has dropped them. */
  async get(file: string, start: number, end: number): Promise<Uint8Array | undefined> {
    const key = keyOf(file, start, end);
    const entry = await this.#cache.match(key).catch(() => undefined);
    if (!entry) {
      this.#forget(file, start, end);
      return undefined;
    }
    this.#use(key);
    return new Uint8Array(await entry.arrayBuffer());
  }

  /** Keeps bytes that begin at `start`. Returns at once. */
  put(file: string, start: number, bytes: Uint8Array<ArrayBuffer>): void {
    if (bytes.length === 0 || bytes.length > this.#maxBytes) return;
    void this.#put(file, start, bytes);
  }

  async #put(file: string, start: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const end = start + bytes.length;
    const key = keyOf(file, start, end);
    const store = () => this.#cache.put(key, new Response(bytes));
    try {
      await store().catch(async () => {
        // The storage is full, most likely: others of ours give way, once.
        await this.#evict(SHARE_LEFT);
        await store();
      });
    } catch {
      return;
    }
    this.#know(file, start, end);
    this.#use(key);
  }

  #know(file: string, start: number, end: number): void {
    const ranges = this.#ranges.get(file) ?? [];
    ranges.push([start, end]);
    this.#ranges.set(file, ranges);
  }

  #forget(file: string, start: number, end: number): void {
    const left = (this.#ranges.get(file) ?? []).filter((range) => range[0] !== start || range[1] !== end);
    this.#ranges.set(file, left);
  }

  #use(key: string): void {
    this.#used.set(key, Date.now());
    this.#flush ??= setTimeout(() => {
      this.#flush = undefined;
      void this.#evict(1).catch(() => {});
    }, FLUSH_MS);
  }

  /** Writes down what was used, and drops what was used longest ago until the rest fits into a share of the bound. */
  async #evict(share: number): Promise<void> {
    const used = this.#used;
    this.#used = new Map();
    await navigator.locks.request(CACHE_NAME, async () => {
      const before = await this.#readIndex();
      const keys = (await this.#cache.keys()).map(({ url }) => url);
      const entries = keys.flatMap((key) => {
        const entry = parse(key);
        // What a tab stored and did not live to write down counts as used long ago.
        return entry
          ? [{ key, numBytes: entry.end - entry.start, used: used.get(key) ?? before[key]?.[1] ?? 0 }]
          : [];
      });
      const total = entries.reduce((sum, { numBytes }) => sum + numBytes, 0);
      let excess = total - (share < 1 ? Math.min(this.#maxBytes, total) * share : this.#maxBytes);
      const index: Index = {};
      for (const { key, numBytes, used } of entries.sort((a, b) => a.used - b.used)) {
        if (excess > 0) await this.#cache.delete(key);
        else index[key] = [numBytes, used];
        excess -= numBytes;
      }
      await this.#cache.put(INDEX, Response.json(index));
    });
  }

  async #readIndex(): Promise<Index> {
    try {
      return (await (await this.#cache.match(INDEX))?.json()) ?? {};
    } catch {
      return {};
    }
  }
}

/** Drops everything that any page of this origin has kept. */
export async function clearRangeCache(): Promise<void> {
  if (typeof caches !== "undefined") await caches.delete(CACHE_NAME);
}

function keyOf(file: string, start: number, end: number): string {
  return `${ORIGIN}${encodeURIComponent(file)}?${start}-${end}`;
}

function parse(key: string): { file: string; start: number; end: number } | undefined {
  const [, file, start, end] = /^https:\/\/ranges\.invalid\/([^?]+)\?(\d+)-(\d+)$/.exec(key) ?? [];
  return file === undefined
    ? undefined
    : { file: decodeURIComponent(file), start: Number(start), end: Number(end) };
}
