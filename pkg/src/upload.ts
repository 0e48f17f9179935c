/** From blobs to a commit: storing files in a worker, with progress, and the commits that name them. */
import { abortError, failure, HubframeError, isHubframeError } from "./errors.js";
import type { Slot } from "./pool.js";
import type {
  CommitSettings,
  ExistingFiles,
  FileProgress,
  Outcome,
  StoredFile,
  TableChange,
} from "./protocol.js";
import type { WriteProgress } from "./write.js";

/** How far an upload is. Told at least four times a second while bytes flow. */
export interface UploadProgress {
  /** The path in the repo of the file that this is about; empty while the commit is made. */
  readonly file: string;
  /**
   * What is being done with it. Bytes that the Hub has already are not sent: the stage `sending` is missing then. While
   * a table is written, its files have only their place in the table for a name.
   */
  readonly stage: "writing" | "hashing" | "sending" | "stored" | "committing";
  /** The bytes of the file for which that is done, and all of them as far as that is known. */
  readonly bytes: number;
  readonly size: number;
  /** While a table is written, how many of its rows are. */
  readonly numRows?: number;
  /** The bytes that were sent so far, of all files. */
  readonly sentBytes: number;
  /** How many bytes were sent in the last second. */
  readonly bytesPerSecond: number;
}

/** Options of everything that ends in a commit. */
export interface CommitOptions {
  /** The first line of the commit's message. */
  readonly commitMessage?: string;
  /** The rest of it. */
  readonly commitDescription?: string;
  /** Opens a pull request with the commit; the branch stays as it is. */
  readonly createPr?: boolean;
  /** Told how far it is. What it throws is ignored. */
  readonly onProgress?: (progress: UploadProgress) => void;
  /**
   * Cancels: the promise rejects with code `aborted` at once, and requests in flight are aborted. Nothing on the Hub has
   * changed then, unless the commit was under way.
   */
  readonly signal?: AbortSignal;
}

/** What an upload came to. */
export interface CommitResult {
  /** The commit. The head itself when it held everything before. */
  readonly oid: string;
  /** The address of its page. */
  readonly commitUrl: string;
  /** The address of the pull request, with `createPr`. */
  readonly prUrl?: string;
  /** The paths of the files that were written, and of those that were deleted. */
  readonly files: readonly string[];
  readonly deleted: readonly string[];
}

/** What a commit would do. */
export interface PlannedCommit {
  /** The commit that it was planned on. */
  readonly sha: string;
  /** The paths of the files that it would add, but for the README, and of those that it would delete. */
  readonly files: readonly string[];
  readonly deleted: readonly string[];
  /** The text of `README.md` now, if there is one. */
  readonly readme?: string;
  /** The text that it would get, if it changes. */
  readonly newReadme?: string;
}

/** A file to upload as it is. */
export interface NewFile {
  /** Its path in the repo. */
  readonly path: string;
  /** Its bytes. A `File` that the user chose is read piece by piece. */
  readonly blob: Blob;
  /** Their SHA-256 in hex, if it is known; otherwise it is computed where it is needed. */
  readonly sha256?: string;
}

/** Options of {@link Hub.commitFiles}. */
export interface CommitFilesOptions extends CommitOptions {
  /** The files to put there. */
  readonly add?: readonly NewFile[];
  /** The paths to remove. */
  readonly delete?: readonly string[];
}

/** Where an upload goes. */
export interface Destination {
  readonly repo: string;
  readonly revision: string;
}

/** Uploads files as they are, and removes others: {@link Hub.commitFiles}. */
export async function commitFiles(
  slot: Slot,
  destination: Destination,
  { add = [], delete: remove = [], ...options }: CommitFilesOptions,
): Promise<CommitResult> {
  checkPaths([...add.map((file) => file.path), ...remove]);
  const upload = new Upload(slot, destination, options, `Upload ${add.length} file(s) with hubframe`);
  return upload.commitFiles(await upload.store(add), remove);
}

/** One upload to one branch: files are stored in any number of steps, and then committed at once. */
export class Upload {
  readonly #slot: Slot;
  readonly #settings: CommitSettings;
  readonly #signal: AbortSignal | undefined;
  readonly #meter: Meter;

  constructor(slot: Slot, { repo, revision }: Destination, options: CommitOptions, summary: string) {
    const { commitMessage = summary, commitDescription = "", createPr = false, signal, onProgress } = options;
    if (commitMessage.trim() === "") {
      throw failure("invalid", "upload", "A commit needs a message; give commitMessage a text.");
    }
    this.#slot = slot;
    this.#settings = {
      repo,
      revision,
      createPr,
      message: { summary: commitMessage, description: commitDescription },
    };
    this.#signal = signal;
    this.#meter = new Meter(onProgress);
  }

  /** Told of bytes that were written to a file which is not sent yet. */
  written(file: string, { numRows, numBytes }: WriteProgress): void {
    this.#meter.tell({ path: file, stage: "writing", bytes: numBytes, size: 0 }, numRows);
  }

  /** Brings files to the Hub; those that it has are not sent. Changes nothing that anybody sees. */
  async store(files: readonly NewFile[]): Promise<readonly StoredFile[]> {
    if (files.length === 0) return [];
    for await (const item of this.#slot.stream("storeFiles", [this.#settings, files], this.#signal)) {
      if ("stored" in item) return item.stored;
      for (const progress of item.progress) this.#meter.tell(progress);
    }
    throw abortError("upload", this.#signal);
  }

  /** The files that tables consist of before they are written. Rejects when the mode forbids to write them. */
  async existing(change: TableChange): Promise<ExistingFiles> {
    return this.#slot.call("existingFiles", [this.#settings, change], this.#signal);
  }

  /** What a commit of tables would do. */
  async plan(change: TableChange): Promise<PlannedCommit> {
    return this.#slot.call("planTables", [this.#settings, change], this.#signal);
  }

  /** Commits tables whose files are stored. */
  async commitTables(change: TableChange): Promise<CommitResult> {
    return this.#commit(() => this.#slot.call("commitTables", [this.#settings, change], this.#signal));
  }

  /** Commits files that are stored, and removes others. */
  async commitFiles(add: readonly StoredFile[], remove: readonly string[]): Promise<CommitResult> {
    const change = { add, delete: remove };
    return this.#commit(() => this.#slot.call("commitFiles", [this.#settings, change], this.#signal));
  }

  async #commit(send: () => Promise<Outcome>): Promise<CommitResult> {
    this.#meter.tell({ path: "", stage: "committing", bytes: 0, size: 0 });
    const { sha, commitUrl, prUrl, files, deleted } = await send();
    return { oid: sha, commitUrl, files, deleted, ...(prUrl !== undefined && { prUrl }) };
  }
}

/** Each path once, and each a path in a repo. */
function checkPaths(paths: readonly string[]): void {
  const isBad = (path: string) =>
    typeof path !== "string" || path.split("/").some((part) => part === "" || part === "." || part === "..");
  const bad = paths.find(isBad);
  if (bad !== undefined) {
    throw failure(
      "invalid",
      "commit files",
      `${JSON.stringify(bad)} is not a path in a repo, such as "data/a.csv".`,
    );
  }
  const seen = new Set<string>();
  const twice = paths.find((path) => seen.size === seen.add(path).size);
  if (twice !== undefined) throw failure("invalid", "commit files", `The path "${twice}" is named twice.`);
}

/** Adds up what was sent, and how fast. */
class Meter {
  readonly #listener: ((progress: UploadProgress) => void) | undefined;
  /** The bytes sent of each file. */
  readonly #sent = new Map<string, number>();
  /** Their sum. */
  #total = 0;
  /** Sums with their times, those of the last second. */
  #recent: { at: number; sum: number }[] = [];

  constructor(listener: ((progress: UploadProgress) => void) | undefined) {
    this.#listener = listener;
  }

  tell({ path, stage, bytes, size }: FileProgress, numRows?: number): void {
    if (stage === "sending") {
      this.#total += bytes - (this.#sent.get(path) ?? 0);
      this.#sent.set(path, bytes);
    }
    const sum = this.#total;
    const at = performance.now();
    this.#recent = [...this.#recent.filter((past) => at - past.at < 1000), { at, sum }];
    const [first = { at, sum }] = this.#recent;
    const bytesPerSecond = at > first.at ? ((sum - first.sum) / (at - first.at)) * 1000 : 0;
    try {
      const rows = numRows === undefined ? {} : { numRows };
      this.#listener?.({ file: path, stage, bytes, size, ...rows, sentBytes: sum, bytesPerSecond });
    } catch {
      // The listener is the page's own.
    }
  }
}

/** Adds a fact to an error on its way to the caller. */
export function withFact(error: unknown, key: string, value: string): unknown {
  if (!isHubframeError(error) || key in error.context) return error;
  const { code, message, retryable, operation, context, cause } = error;
  return new HubframeError(
    { code, message, retryable, operation, context: { ...context, [key]: value } },
    cause,
  );
}
