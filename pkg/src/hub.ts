/** The entry to everything: where the Hub is, who asks, and the workers that do the reading. */
import { brotliWasmUrl, wasmUrl } from "./artefacts.js";
import { pageConnector, type SessionOptions, workerConnector } from "./connect.js";
import { Dataset } from "./dataset.js";
import { failure } from "./errors.js";
import type { Filter } from "./expr.js";
import { Frame, type ReadOptions } from "./frame.js";
import { loadWasm, type WasmSource } from "./load.js";
import { Pool, type Slot } from "./pool.js";
import type { FrameSource } from "./protocol.js";
import { ALL_ROWS, checkCount } from "./row-range.js";
import { Source } from "./source.js";
import type { RequestEvent } from "./types.js";

/** Options of a {@link Hub}; all of them may be left out. */
export interface HubOptions {
  /**
   * A Hugging Face access token. It is kept in memory, and sent to the endpoint's own origin only: never to the storage
   * that a file is redirected to, nor into a URL, a log or an error. Public data needs none, and is faster without: a
   * token makes the browser ask for permission (a CORS preflight) once per URL.
   */
  readonly token?: string;
  /**
   * The Hub's address.
   *
   * @default "https://huggingface.co"
   */
  readonly endpoint?: string;
  /** Used for every request in place of the global `fetch`. It cannot be sent to a worker, so reads run in the page. */
  readonly fetch?: (request: Request) => Promise<Response>;
  /**
   * How many workers may be started, each when it is first needed; 0 reads in the page. Where there are no workers
   * (Node) it is always 0.
   *
   * @default min(4, max(1, hardwareConcurrency - 1))
   */
  readonly workers?: number;
  /** Told of every request after it has ended, in any worker. */
  readonly onRequest?: (event: RequestEvent) => void;
  /**
   * Starts a worker, for build tools that do not follow `new Worker(new URL(…, import.meta.url))`. It must be a module
   * worker that runs `hubframe/worker`.
   */
  readonly createWorker?: () => Worker;
  /** The WebAssembly module, for build tools that do not follow `new URL(…, import.meta.url)`: `hubframe/hubframe_bg.wasm`. */
  readonly wasm?: WasmSource;
  /** The address of `hubframe/hubframe_brotli_bg.wasm`, for the same build tools. It is fetched when a file needs it. */
  readonly brotliWasm?: URL | string;
}

/** Options of {@link Hub.readParquet}. */
export interface ReadParquetOptions extends ReadOptions {
  /** Only these columns, in this order. An unknown name rejects with code `invalid`. */
  readonly columns?: readonly string[];
  /** Only the rows that pass: see {@link Frame.filter}. It may be on columns that are not among `columns`. */
  readonly filter?: Filter;
  /** A branch, tag or commit sha; the path may also name it after `@`. */
  readonly revision?: string;
}

/** Options of {@link Hub.dataset}. */
export interface DatasetOptions extends ReadOptions {
  /** A branch, tag or commit sha; the name may also give it after `@`. */
  readonly revision?: string;
}

/**
 * The Hugging Face Hub, as one user sees it.
 *
 * Making one does no I/O. Its workers start when they are first needed, compile nothing (the module is compiled once,
 * on the page) and live until {@link Hub.close}.
 *
 * @example
 * ```ts
 * const hub = new Hub();
 * const df = await hub.readParquet("hf://datasets/username/my_dataset");
 * console.table(await df.head());
 * ```
 */
export class Hub {
  /** The Hub's address, without a slash at the end. */
  readonly endpoint: string;
  readonly #pool: Pool;

  constructor(options: HubOptions = {}) {
    this.endpoint = checkEndpoint(options.endpoint ?? "https://huggingface.co");
    this.#pool = makePool(this.endpoint, options);
  }

  /**
   * Opens Parquet files as one lazy table: a file, a directory (with what lies below it), a glob, or a list of them.
   *
   * The revision is resolved to a commit once; every later read is of that commit. Cost: one request for the commit, one
   * per 1000 files for the listing, and one for the first file's footer, which holds the schema.
   *
   * @param path `hf://datasets/username/my_dataset`, followed by `@revision` and a path or glob if wanted.
   * Rejects with `invalid` (malformed path), `not_found`, `unauthorized`, `gated`, or what else reading can meet.
   */
  async readParquet(path: string | readonly string[], options: ReadParquetOptions = {}): Promise<Frame> {
    const target: readonly unknown[] = Array.isArray(path) ? path : [path];
    if (target.length === 0 || !target.every((part) => typeof part === "string")) {
      throw failure("invalid", "read parquet", 'Name a path, such as "hf://datasets/username/my_dataset".');
    }
    const { columns, filter, revision, signal } = options;
    const home = this.#pool.idlest();
    const opened = await home.call("open", [target, revision === undefined ? {} : { revision }], signal);
    const frame = wholeFrame(this.#pool, home, opened);
    const filtered = filter ? frame.filter(filter) : frame;
    return columns ? filtered.select(...columns) : filtered;
  }

  /**
   * Finds the configs and splits of a dataset, exactly as Python's `datasets` library does.
   *
   * Cost: the commit, the listing (one request more for more than 1000 files) and the README, side by side; then, where
   * the dataset is not Parquet, two requests for the Hub's conversion.
   *
   * @param name `username/my_dataset`, `username/my_dataset@revision`, or the same after `hf://datasets/`.
   * Rejects with `invalid` (malformed name), `not_found`, `unauthorized` or `gated`. A dataset that `load_dataset` would
   * refuse is no error: see {@link Dataset.problem}.
   */
  async dataset(name: string, { revision, signal }: DatasetOptions = {}): Promise<Dataset> {
    if (typeof name !== "string" || name === "") {
      throw failure("invalid", "open dataset", 'Name a dataset, such as "username/my_dataset".');
    }
    const home = this.#pool.idlest();
    const answer = await home.call("dataset", [name, revision === undefined ? {} : { revision }], signal);
    return new Dataset(answer, async (files, { signal }) => {
      const opened = await home.call("openFiles", [files], signal);
      return wholeFrame(this.#pool, home, opened);
    });
  }

  /**
   * Reads a file of a repo whole, such as the image that a cell's `path: "hf://…"` names. Cost: one request.
   *
   * @param path `hf://datasets/username/my_dataset@revision/images/1.png`
   */
  async readFile(path: string, { signal }: ReadOptions = {}): Promise<Uint8Array> {
    return this.#pool.idlest().call("readFile", [path], signal);
  }

  /** Ends the workers. Reads in flight, and later ones, reject with code `aborted`. */
  close(): void {
    this.#pool.close();
  }

  /** {@link Hub.close}, for `await using`, where the platform has it. */
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;
}

if (Symbol.asyncDispose) {
  Object.defineProperty(Hub.prototype, Symbol.asyncDispose, {
    async value(this: Hub) {
      this.close();
    },
  });
}

/** All columns and rows of what was opened. */
function wholeFrame(pool: Pool, home: Slot, opened: FrameSource): Frame {
  const source = new Source(pool, home, opened);
  const columns = opened.schema.map(({ name }) => name);
  return new Frame({ source, files: opened.files, columns, rows: ALL_ROWS });
}

function makePool(endpoint: string, options: HubOptions): Pool {
  const { token, fetch, wasm, brotliWasm, createWorker } = options;
  if (token !== undefined) checkToken(token);
  const session: SessionOptions = {
    wasm: () => loadWasm(wasm ?? wasmUrl()),
    brotliWasm: String(brotliWasm ?? brotliWasmUrl()),
    endpoint,
    token,
    onRequest: (event) => options.onRequest?.(event),
  };
  const size = numWorkers(options);
  if (size > 0) return new Pool(size, workerConnector(createWorker ?? moduleWorker, session));
  const startSession = async (...args: Parameters<typeof import("./raw.js")["startSession"]>) =>
    (await import("./raw.js")).startSession(...args);
  return new Pool(1, pageConnector(startSession, { ...session, fetch }));
}

function moduleWorker(): Worker {
  // Bundlers look for exactly this text.
  return new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
}

function numWorkers({ workers, fetch, createWorker }: HubOptions): number {
  if (workers !== undefined) checkCount("new Hub", "workers", workers);
  if (fetch) {
    if (!workers) return 0;
    throw failure(
      "invalid",
      "new Hub",
      "A fetch of your own cannot be sent to a worker. Leave workers out, or set it to 0.",
    );
  }
  if (typeof Worker === "undefined" && !createWorker) return 0;
  return workers ?? Math.min(4, Math.max(1, (globalThis.navigator?.hardwareConcurrency ?? 2) - 1));
}

function checkEndpoint(endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
    throw failure(
      "invalid",
      "new Hub",
      'endpoint must be an http or https address without credentials or query, such as "https://huggingface.co".',
    );
  }
  return url.href.replace(/\/+$/, "");
}

/** A token is one line of visible ASCII, or it could not stand in a header. Its text must not get into the error. */
function checkToken(token: string): void {
  if (typeof token === "string" && /^[\x21-\x7e]+$/.test(token)) return;
  throw failure(
    "invalid",
    "new Hub",
    "token must be an access token as the Hub gives it: one word, without spaces or line breaks.",
  );
}
