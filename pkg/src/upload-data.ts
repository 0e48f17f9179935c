/** What an upload is to a worker: plain data that can be posted. */
import type { Feature, FileInfo } from "./types.js";

/** A directory of a branch. */
export interface WritePath {
  readonly repo: string;
  readonly revision: string;
  readonly path: string;
}

/** Where a commit goes, and what it says. */
export interface CommitSettings {
  readonly repo: string;
  readonly revision: string;
  readonly createPr: boolean;
  readonly message: { readonly summary: string; readonly description: string };
}

/** A file to bring to the Hub. Its bytes stay where they are: only the handle is posted. */
export interface BlobFile {
  readonly path: string;
  readonly blob: Blob;
  readonly sha256?: string;
}

/** A file whose bytes are ready for a commit: in the Hub's store, or here. */
export interface StoredFile {
  readonly path: string;
  readonly size: number;
  readonly oid?: string;
  readonly inline?: Uint8Array;
}

/** How far a file is. */
export interface FileProgress {
  readonly path: string;
  readonly stage: "writing" | "hashing" | "sending" | "stored" | "committing";
  readonly bytes: number;
  readonly size: number;
}

/** Progress since the item before, or the end. */
export type StoreItem =
  | { readonly progress: readonly FileProgress[] }
  | { readonly stored: readonly StoredFile[] };

/** Tables to commit. */
export interface TableChange {
  readonly mode: "error" | "overwrite" | "append";
  readonly license?: string;
  readonly tables: readonly TableData[];
  /** Other files, as they are. */
  readonly files?: readonly StoredFile[];
}

/** A table to commit: where it goes, and its files in row order. */
export interface TableData {
  readonly target:
    | { readonly path: string }
    | {
        readonly split: {
          readonly config?: string;
          readonly split: string;
          readonly naming: "parts" | "shards";
        };
      };
  readonly files: readonly {
    readonly stored: StoredFile;
    readonly numRows: number;
    readonly numBytes: number;
  }[];
  readonly columns: readonly string[];
  readonly features?: { readonly [column: string]: Feature };
}

/** For each table, the files that it has at a commit. */
export interface ExistingFiles {
  readonly sha: string;
  readonly files: readonly (readonly FileInfo[])[];
}

/** Files to commit as they are. */
export interface FileChange {
  readonly add: readonly StoredFile[];
  readonly delete: readonly string[];
}

/** What a commit came to. */
export interface Outcome {
  readonly sha: string;
  readonly commitUrl: string;
  readonly prUrl?: string;
  readonly files: readonly string[];
  readonly deleted: readonly string[];
}
