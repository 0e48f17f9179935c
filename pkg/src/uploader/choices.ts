/** What a person chooses beside the files: types only. */
import type { ParquetOptions } from "../write.js";

/** Where the Hub is, and who asks. */
export interface Access {
  readonly endpoint: string;
  readonly token: string | undefined;
}

/** Where the dataset goes. */
export interface Target {
  readonly owner: string;
  readonly name: string;
  readonly isPrivate: boolean;
  readonly license: string;
  /** What becomes of splits that a repo has already. */
  readonly mode: "error" | "overwrite" | "append";
}

/** How it is written and committed. */
export interface Settings {
  readonly compression: NonNullable<ParquetOptions["compression"]>;
  /** In MB; without it, by the size of the data. */
  readonly fileMegabytes: number | undefined;
  readonly rowGroupMegabytes: number;
  readonly naming: "parts" | "shards";
  readonly keepsOriginals: boolean;
  readonly message: string;
  readonly createPr: boolean;
}
