/** The entry to everything: where the Hub is, who asks, and the workers that do the reading. */
import { wasmUrl, wholeWasmUrl } from "./artefacts.js";
import { type SessionOptions, workerConnector } from "./connect.js";
import { Dataset } from "./dataset.js";
import { type Asker, askForDataset, askForPath } from "./early.js";
import { failure } from "./errors.js";
import type { Filter } from "./expr.js";
import type { Frame } from "./frame.js";
import type { ReadOptions } from "./frame-options.js";
import { loadWasm, type WasmSource } from "./load.js";
import { Pool, type Slot } from "./pool.js";
import type { CreatedRepo, EarlyAnswer, FrameSource, Identity, NewRepo } from "./protocol.js";
import type { CacheOptions } from "./range-cache.js";
import type { Refs } from "./refs.js";
import { checkCount } from "./row-range.js";
import type { ConfigFrames, SplitFrames } from "./split-frames.js";
import type { RequestEvent, RetryEvent } from "./types.js";
import type { CommitFilesOptions, CommitResult, Destination, PlannedCommit } from "./upload.js";
import type { WriteOptions } from "./write-dataset.js";

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
  /**
   * Keeps what is read of files in the browser's storage, so that a second visit reads no byte twice. Only of public
   * data: with a token nothing is kept, since the storage is open to whoever uses the page next. Browsers have it on
   * https and localhost; elsewhere, and in Node, it does nothing.
   *
   * @default false
   */
  readonly cache?: boolean | CacheOptions;
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
  /** Told of every request that is sent again, when the wait for that begins. */
  readonly onRetry?: (event: RetryEvent) => void;
  /**
   * Starts a worker, for build tools that do not follow `new Worker(new URL(…, import.meta.url))`. It must be a module
   * worker that runs `hubframe/worker`.
   */
  readonly createWorker?: () => Worker;
  /** The WebAssembly module, for build tools that do not follow `new URL(…, import.meta.url)`: `hubframe/hubframe_bg.wasm`. */
  readonly wasm?: WasmSource;
  /**
   * The address of `hubframe/hubframe_whole_bg.wasm`, for the same build tools. It is fetched when the page first writes,
   * uploads or opens text files, and for files with the brotli codec.
   */
  readonly wholeWasm?: URL | string;
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

/** Options of {@link Hub.createDataset}. */
export interface CreateDatasetOptions extends ReadOptions, NewRepo {
  /** Visible to its namespace only. */
  readonly private?: boolean;
  /** A repo that is there already is no error; nothing about it is changed. */
  readonly existOk?: boolean;
  /** The identifier of a license, such as `apache-2.0`, for the new card. */
  readonly license?: string;
}

/** Options of {@link Hub.deleteDataset}. */
export interface DeleteDatasetOptions extends ReadOptions {
  /** The name of the repo once more. */
  readonly confirm: string;
}

/** Options of {@link Hub.dataset}. */
export interface DatasetOptions extends ReadOptions {
  /** A branch, tag or commit sha; the name may also give it after `@`. */
  readonly revision?: string;
}

/** Options of {@link Hub.writeDataset}. */
export interface WriteDatasetOptions extends WriteOptions {
  /**
   * The config that the splits belong to. Its files lie in a directory of its name.
   *
   * @default the dataset's default config
   */
  readonly config?: string;
  /**
   * How the files are called: `train/part-00000.parquet`, or `data/train-00000-of-00002.parquet` as `push_to_hub` does.
   *
   * @default "parts"
   */
  readonly naming?: "parts" | "shards";
  /** The license to name in a README that names none, such as `apache-2.0`. */
  readonly license?: string;
}

/** @internal The workers of a hub. */
export let poolOf: (hub: Hub) => Pool;

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
  /** How the page itself asks, while nobody else can. */
  readonly #asker: Asker | undefined;

  static {
    poolOf = (hub) => hub.#pool;
  }

  constructor(options: HubOptions = {}) {
    this.endpoint = checkEndpoint(options.endpoint ?? "https://huggingface.co");
    const session = sessionOptions(this.endpoint, options);
    this.#pool = makePool(session, options);
    // A session in the page asks for itself; and where the module is compiled already, there is no time to use.
    const waits = numWorkers(options) > 0 && !(options.wasm instanceof WebAssembly.Module);
    this.#asker = waits ? session : undefined;
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
    const [first, ...others] = target as readonly [string, ...string[]];
    const early = await this.#askEarly(home, async (asker) =>
      others.length === 0 ? askForPath(asker, { path: first, revision, signal }) : [],
    );
    const how = { ...(revision !== undefined && { revision }), ...early };
    const opened = home.call("open", [target as readonly string[], how], signal);
    const frame = await this.#frame(home, opened);
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
    const path = hfPath(name);
    const early = await this.#askEarly(home, (asker) => askForDataset(asker, { path, revision, signal }));
    const how = { ...(revision !== undefined && { revision }), ...early };
    const answer = await home.call("dataset", [name, how], signal);
    return new Dataset(answer, (files, { signal }) =>
      this.#frame(home, home.call("openFiles", [files], signal)),
    );
  }

  /**
   * Reads a file of a repo whole, such as the image that a cell's `path: "hf://…"` names. Cost: one request.
   *
   * @param path `hf://datasets/username/my_dataset@revision/images/1.png`
   */
  async readFile(path: string, { signal }: ReadOptions = {}): Promise<Uint8Array> {
    return this.#pool.idlest().call("readFile", [path], signal);
  }

  /**
   * Lists the branches and tags of a dataset, with the commits that they are at. Cost: one request.
   *
   * @param repo `username/my_dataset`
   * Rejects with `not_found`, `unauthorized` or `gated`.
   */
  async refs(repo: string, { signal }: ReadOptions = {}): Promise<Refs> {
    return this.#pool.idlest().call("refs", [repo], signal);
  }

  /**
   * Asks who the token belongs to. Cost: one request, of which the Hub allows few: keep the answer.
   *
   * Rejects with `unauthorized` without a valid token.
   */
  async whoAmI({ signal }: ReadOptions = {}): Promise<Identity> {
    return this.#pool.idlest().call("whoAmI", [], signal);
  }

  /**
   * Makes a dataset repo with one branch, `main`. Cost: one request.
   *
   * Rejects with `conflict` when there is one of this name and `existOk` is not set, `unauthorized`, or `forbidden` in a
   * namespace that is not the token's.
   *
   * @param repo `username/my_dataset`
   */
  async createDataset(repo: string, { signal, ...options }: CreateDatasetOptions = {}): Promise<CreatedRepo> {
    return this.#pool.idlest().call("createRepo", [repo, options], signal);
  }

  /**
   * Removes a dataset repo with all that was ever in it. There is no way back, so its name must be repeated.
   *
   * @param repo `username/my_dataset`
   */
  async deleteDataset(repo: string, { confirm, signal }: DeleteDatasetOptions): Promise<void> {
    if (typeof repo !== "string" || confirm !== repo) {
      throw failure(
        "invalid",
        "delete dataset",
        "This removes the dataset and its history for good. Repeat its name as confirm to do it.",
      );
    }
    await this.#pool.idlest().call("deleteRepo", [repo], signal);
  }

  /**
   * Uploads files as they are, and removes others, in one commit. What the Hub has already is not sent; an upload that
   * failed or was cancelled goes on where it stopped when it is called again on the same `Hub`.
   *
   * A README in `add` is checked by the Hub, and nothing else is done for it: {@link Hub.writeDataset} is for tables.
   * Cost: one request to ask how, one to ask what is stored, one for each file or part of about 8 to 64 MB (the Hub
   * decides), two for each large file, and the commit.
   *
   * @param repo `username/my_dataset`, or `username/my_dataset@branch`.
   * Rejects with `forbidden`, `not_found`, `conflict`, or what else sending can meet; then the repo is as it was, and
   * `context.stored` says how many files need not be sent again.
   */
  async commitFiles(repo: string, options: CommitFilesOptions): Promise<CommitResult> {
    const destination = await this.#repo("commit files", repo, options);
    const { commitFiles } = await import("./writing.js");
    return commitFiles(this.#pool.uploader, destination, options);
  }

  /**
   * Writes tables as the splits of a dataset, in one commit. The repo must be there: {@link Hub.createDataset}.
   *
   * The names are those of the splits; any name of letters, digits, `_` and single dots will do. Splits that are not named
   * stay as they are. The README's `configs` are changed where `datasets` would not find the splits otherwise, its
   * `dataset_info` where it has one, and nothing else in it. Before the commit is sent the result is checked by the rules
   * of `datasets`.
   *
   * @param repo `username/my_dataset`, or `username/my_dataset@branch`.
   * @param splits the frames by the names of the splits, read from this hub, another, or local data; for several configs,
   * such objects by the names of the configs.
   * @example
   * ```ts
   * await hub.createDataset("username/my_dataset", { existOk: true });
   * await hub.writeDataset("username/my_dataset", { train, validation, test });
   * ```
   *
   * Rejects as {@link Frame.toParquet} does.
   */
  async writeDataset(
    repo: string,
    splits: SplitFrames | ConfigFrames,
    options: WriteDatasetOptions = {},
  ): Promise<CommitResult> {
    const { writeTables, tablesOf } = await import("./writing.js");
    const tables = tablesOf(splits, options);
    return writeTables(this.#pool, await this.#repo("write dataset", repo, options), tables, options);
  }

  /**
   * What {@link Hub.writeDataset} would do with the same arguments: the files it would add (each split as one, since how many
   * there will be is known once they are written), those it would delete, and the README before and after. Writes nothing.
   *
   * Cost: the requests of looking at the repo. Rejects as `writeDataset` does before it begins to write.
   */
  async planDataset(
    repo: string,
    splits: SplitFrames | ConfigFrames,
    options: WriteDatasetOptions = {},
  ): Promise<PlannedCommit> {
    const { planTables, tablesOf } = await import("./writing.js");
    const tables = tablesOf(splits, options);
    return planTables(this.#pool, await this.#repo("plan dataset", repo, options), tables, options);
  }

  /**
   * The splits that the names of local files mean, were they all the files of a dataset: what `datasets` makes of
   * directories and names such as `test/a.csv` and `my_dev.jsonl`. It does not matter what kind of files they are.
   *
   * @param paths each with its directories, separated by `/`.
   */
  async guessSplits(paths: readonly string[], { signal }: ReadOptions = {}): Promise<readonly string[]> {
    return this.#pool.idlest().call("guessSplits", [paths], signal);
  }

  /** A frame of what a worker opens. */
  async #frame(home: Slot, opened: Promise<FrameSource>): Promise<Frame> {
    const [source, { wholeFrame }] = await Promise.all([opened, frames()]);
    return wholeFrame(this.#pool, home, source);
  }

  /** A repo and its branch. */
  async #repo(operation: string, repo: string, { signal }: ReadOptions): Promise<Destination> {
    const { path, ...destination } = await this.#pool.uploader.call("writePath", [hfPath(repo)], signal);
    if (path === "") return destination;
    throw failure("invalid", operation, "Name a repo; what is in it has paths of its own.");
  }

  /** Starts the worker of a slot and the fetch of what makes frames, and asks meanwhile what the worker will ask first. */
  async #askEarly(home: Slot, ask: (asker: Asker) => Promise<EarlyAnswer[]>) {
    // Whoever opens files waits for them, and is told why if they cannot come.
    frames().catch(() => {});
    if (!this.#asker || home.started) return {};
    const release = home.occupy();
    try {
      home.start();
      const early = await ask(this.#asker);
      return early.length > 0 ? { early } : {};
    } finally {
      release();
    }
  }

  /** Drops what `cache` has kept, for every page of this origin. */
  async clearCache(): Promise<void> {
    const { clearRangeCache } = await import("./range-cache.js");
    await clearRangeCache();
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

/** A repo's name as a path; a path stays one. */
function hfPath(repo: string): string {
  if (typeof repo !== "string" || repo === "") {
    throw failure("invalid", "upload", 'Name a dataset, such as "username/my_dataset".');
  }
  return repo.includes("://") ? repo : `hf://datasets/${repo}`;
}

/** The code of frames, fetched beside the WebAssembly and what is opened first. */
function frames() {
  return import("./whole-frame.js");
}

function sessionOptions(endpoint: string, options: HubOptions): SessionOptions {
  const { token, wasm, wholeWasm } = options;
  if (token !== undefined) checkToken(token);
  return {
    wasm: () => loadWasm(wasm ?? wasmUrl()),
    wholeWasm: String(wholeWasm ?? wholeWasmUrl()),
    endpoint,
    token,
    cache: cacheOptions(options),
    onRequest: (event) => ("waitMs" in event ? options.onRetry?.(event) : options.onRequest?.(event)),
  };
}

function makePool(session: SessionOptions, options: HubOptions): Pool {
  const { fetch, createWorker } = options;
  const size = numWorkers(options);
  if (size > 0) return new Pool(size, workerConnector(createWorker ?? moduleWorker, session));
  return new Pool(1, async () => {
    const [{ connectInPage }, { startSession }] = await Promise.all([
      import("./in-page.js"),
      import("./raw.js"),
    ]);
    return connectInPage(startSession, session, fetch);
  });
}

/** What is kept, if anything is: never what only a token can see. */
function cacheOptions({ cache, token }: HubOptions): CacheOptions | undefined {
  if (!cache || token !== undefined) return undefined;
  if (cache === true) return {};
  if (cache.maxBytes !== undefined) checkCount("new Hub", "cache.maxBytes", cache.maxBytes);
  return cache;
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
