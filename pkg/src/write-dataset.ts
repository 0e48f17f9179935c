/** Tables to the Hub: written file by file, each stored while the next is written, and all of them committed at once. */
import { failure } from "./errors.js";
import type { Frame } from "./frame.js";
import type { Pool } from "./pool.js";
import type { StoredFile, TableChange, TableData } from "./protocol.js";
import { openScratch } from "./scratch.js";
import type { FileInfo, Schema } from "./types.js";
import {
  type CommitOptions,
  type CommitResult,
  type Destination,
  type NewFile,
  type PlannedCommit,
  Upload,
  withFact,
} from "./upload.js";
import {
  DEFAULT_FILE_BYTES,
  type ParquetOptions,
  type WriteProgress,
  type WrittenFile,
  writeParquet,
} from "./write.js";

/** How tables are written to the Hub. */
export interface WriteOptions extends ParquetOptions, CommitOptions {
  /**
   * What becomes of the Parquet files that are there: with `error` the write is refused, with `overwrite` they are deleted
   * in the same commit, with `append` they stay, and the numbers of the new files follow theirs.
   *
   * A frame that was read from the path which it overwrites is read at its commit, so nothing is lost.
   *
   * @default "error"
   */
  readonly mode?: "error" | "overwrite" | "append";
  /**
   * The bytes of Arrow data after which a file ends and the next one begins.
   *
   * @default 500 MB
   */
  readonly fileBytes?: number;
  /** Other files for the same commit, such as those that the tables were made of, as they are. */
  readonly add?: readonly NewFile[];
}

/** A table and where it goes. */
export interface TableToWrite {
  readonly target: TableData["target"];
  /** What it is called in errors and progress, such as `train`. */
  readonly label: string;
  readonly frame: Frame;
}

const WRITE = "write dataset";
const MODES: readonly unknown[] = ["error", "overwrite", "append"];

/**
 * Writes tables and commits them. Before anything is written it is asked whether they may be, and whether what is appended
 * to has their columns.
 */
export async function writeTables(
  pool: Pool,
  destination: Destination,
  tables: readonly TableToWrite[],
  options: WriteOptions & { readonly license?: string },
): Promise<CommitResult> {
  const { add = [], signal } = options;
  // What fails in writing must end what is being stored, and the other way round.
  const ending = new AbortController();
  const both = signal ? AbortSignal.any([signal, ending.signal]) : ending.signal;
  const upload = uploadOf(pool, destination, tables, { ...options, signal: both });
  const change = changeOf(tables, options);
  const existing = await upload.existing(change);
  if (change.mode === "append") await checkSchemas(pool, destination, tables, existing, both);
  const written = new Written();
  try {
    const done: TableData[] = [];
    for (const table of tables) done.push(await writeTable(table, upload, written, options, both));
    const files = await upload.store(add);
    return await upload.commitTables({ ...change, tables: done, files } satisfies TableChange);
  } catch (error) {
    throw withFact(error, "stored", written.text());
  } finally {
    ending.abort();
  }
}

/** What such a commit would do. Nothing is written; each table counts as one file. */
export async function planTables(
  pool: Pool,
  destination: Destination,
  tables: readonly TableToWrite[],
  options: WriteOptions & { readonly license?: string },
): Promise<PlannedCommit> {
  const change = changeOf(tables, options);
  const none = { path: "", size: 0, oid: "" };
  const planned = change.tables.map((table) => ({
    ...table,
    files: [{ stored: none, numRows: 0, numBytes: 0 }],
  }));
  const files = (options.add ?? []).map(({ path, blob }) => ({ ...none, path, size: blob.size }));
  return uploadOf(pool, destination, tables, options).plan({ ...change, tables: planned, files });
}

function uploadOf(
  pool: Pool,
  destination: Destination,
  tables: readonly TableToWrite[],
  options: CommitOptions,
): Upload {
  const labels = tables.map(({ label }) => label).join(", ");
  return new Upload(pool.uploader, destination, options, `Write ${labels} with hubframe`);
}

/** The tables without their files. */
function changeOf(
  tables: readonly TableToWrite[],
  { mode = "error", license }: WriteOptions & { readonly license?: string },
): TableChange {
  if (!MODES.includes(mode)) throw failure("invalid", WRITE, `mode must be one of ${MODES.join(", ")}.`);
  return {
    mode,
    ...(license !== undefined && { license }),
    tables: tables.map(({ target, frame }) => ({ target, files: [], columns: frame.columns })),
  };
}

/** Writes the files of a table, and stores each while the next one is written. */
async function writeTable(
  { target, label, frame }: TableToWrite,
  upload: Upload,
  written: Written,
  options: WriteOptions,
  signal: AbortSignal,
): Promise<TableData> {
  const { compression, rowGroupBytes, contentDefinedChunking, ready } = options;
  const { fileBytes = DEFAULT_FILE_BYTES } = options;
  const settings = {
    ...(ready !== undefined && { ready }),
    ...(compression !== undefined && { compression }),
    ...(rowGroupBytes !== undefined && { rowGroupBytes }),
    ...(contentDefinedChunking !== undefined && { contentDefinedChunking }),
    fileBytes,
    scratch: openScratch,
    forHub: true,
    sha256: true,
  };
  const files: Promise<TableData["files"][number]>[] = [];
  let name = `${label}/part-00000.parquet`;
  const onProgress = (progress: WriteProgress) => upload.written(name, progress);
  for await (const file of writeParquet(frame, settings, signal, onProgress)) {
    // `datasets` cannot read a split whose files have no rows.
    if (file.numRows === 0) {
      await file.drop();
      break;
    }
    const before = files.at(-1);
    const storing = storeFile(upload, name, file, written, before);
    // It is awaited later; until then its failure is not unheard.
    storing.catch(() => {});
    files.push(storing);
    // At most one file is stored while another is written, so that few are held.
    await before;
    name = `${label}/part-${String(files.length).padStart(5, "0")}.parquet`;
  }
  if (files.length === 0) {
    throw failure(
      "invalid",
      WRITE,
      `The table '${label}' has no rows, and \`datasets\` reads no empty split.`,
      {
        context: { split: label },
      },
    );
  }
  const features = Object.fromEntries(
    frame.schema.fields.flatMap(({ name, feature }) => (feature === undefined ? [] : [[name, feature]])),
  );
  // Plain types have no feature of their own; a list of features with gaps would leave columns out.
  const isWhole = Object.keys(features).length === frame.columns.length;
  return { target, files: await Promise.all(files), columns: frame.columns, ...(isWhole && { features }) };
}

/** Stores a file of a table after the one before it, and lets go of its bytes. */
async function storeFile(
  upload: Upload,
  path: string,
  { blob, sha256, numRows, numBytes, drop }: WrittenFile,
  written: Written,
  before: Promise<unknown> | undefined,
): Promise<TableData["files"][number]> {
  try {
    await before;
    const [stored] = await upload.store([{ path, blob, ...(sha256 !== undefined && { sha256 }) }]);
    return { stored: written.add(stored), numRows, numBytes };
  } finally {
    await drop();
  }
}

/** What has been stored, for errors. */
class Written {
  #numFiles = 0;
  #numBytes = 0;

  add(stored: StoredFile | undefined): StoredFile {
    if (!stored) throw failure("internal", WRITE, "A file was stored and not named.");
    this.#numFiles += 1;
    this.#numBytes += stored.size;
    return stored;
  }

  text(): string {
    return `${this.#numFiles} files of ${this.#numBytes} bytes, and not committed; they are not sent again`;
  }
}

/** The columns of a table must be those of the files that it is appended to. */
async function checkSchemas(
  pool: Pool,
  { repo }: Destination,
  tables: readonly TableToWrite[],
  existing: { readonly sha: string; readonly files: readonly (readonly FileInfo[])[] },
  signal: AbortSignal,
): Promise<void> {
  for (const [index, { label, frame }] of tables.entries()) {
    const first = existing.files[index]?.[0];
    if (!first) continue;
    const files = { repoType: "dataset", repo, sha: existing.sha, files: [first] };
    const opened = await pool.idlest().call("openFiles", [files], signal);
    const difference = differenceOf({ fields: opened.schema }, frame.schema);
    if (difference) {
      throw failure("invalid", WRITE, `${difference} Append the same columns, or say mode: "overwrite".`, {
        context: { split: label, file: first.path },
      });
    }
  }
}

/** In words, where two schemas differ: in a name, or in a type beyond what Arrow has several layouts for. */
function differenceOf(there: Schema, here: Schema): string | undefined {
  const types = new Map(there.fields.map(({ name, type }) => [name, plainType(type)]));
  for (const { name, type } of here.fields) {
    const known = types.get(name);
    if (known === undefined) return `The files that are there have no column '${name}'.`;
    if (known !== plainType(type)) return `The column '${name}' is ${type} here and ${known} there.`;
    types.delete(name);
  }
  const [missing] = types.keys();
  return missing === undefined
    ? undefined
    : `The column '${missing}' of the files that are there is missing.`;
}

function plainType(type: string): string {
  return type.replace(/^Dictionary\(\w+, (.*)\)$/, "$1").replace(/Large(?=Utf8|Binary|List)|View\b/g, "");
}

/** The split `name` of a dataset. */
export function splitTarget(
  split: string,
  config: string | undefined,
  naming: "parts" | "shards",
): TableData["target"] {
  return { split: { split, naming, ...(config !== undefined && { config }) } };
}
