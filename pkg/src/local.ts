/**
 * Frames over the user's own data: files, Arrow tables, plain rows, and batches that a program makes.
 *
 * Parquet files are read where they are, in slices, by the same plans as files on the Hub: the browser answers ranges of
 * a Blob's address. Everything else is written once as a Parquet file into a Blob, which the browser keeps on disk when
 * it is large; after that it is no different. So every method of a frame works on any data, as often as wanted, and
 * memory stays bounded.
 */
import { type Table, tableToIPC } from "@uwdata/flechette";
import { failure } from "./errors.js";
import { type FilesOptions, inspectLocal, openText } from "./files.js";
import { Frame } from "./frame.js";
import { Hub, poolOf } from "./hub.js";
import type { Inspection } from "./inspection.js";
import { ipcMessages, type Slices } from "./ipc-messages.js";
import type { Pool } from "./pool.js";
import { type RowSchema, rowBatches } from "./row-batches.js";
import { Source } from "./source.js";
import { wholeView } from "./view.js";
import { writeBatches } from "./write.js";

/** Options of everything that makes frames of local data. */
export interface LocalOptions {
  /** The hub whose workers do the work. Without it, workers of their own do, for all local data of the page. */
  readonly hub?: Hub;
  /** Cancels: the promise rejects with code `aborted`. */
  readonly signal?: AbortSignal;
}

/** An Arrow table of any library: its IPC bytes, a table of `@uwdata/flechette`, or an object that gives its bytes. */
export type ArrowInput = Uint8Array | ArrayBuffer | Table | { toIPC(): Uint8Array | Promise<Uint8Array> };

/** Scans of what was written once share its row groups among workers, so these are smaller than in files to keep. */
const SPOOL = { compression: "snappy", rowGroupBytes: 32_000_000, contentDefinedChunking: false } as const;

/** The name that local data goes by where files of the Hub have the id of their repo. */
const LOCAL_REPO = "local/files";

let localHub: Hub | undefined;
let numOpened = 0;

/** Lets go of Blobs when no frame needs them any more. */
const addresses = new FinalizationRegistry<readonly string[]>((urls) => urls.forEach(URL.revokeObjectURL));

/**
 * A frame over Arrow data, whose types and metadata it keeps: also the features under a `huggingface` key.
 *
 * @example
 * ```ts
 * const df = await fromArrow(await otherFrame.toIPC());
 * ```
 * Rejects with `corrupt` for bytes that are no Arrow IPC stream or file.
 */
export async function fromArrow(data: ArrowInput, options: LocalOptions = {}): Promise<Frame> {
  const bytes = await ipcBytes(data);
  const read = async (start: number, end: number) => bytes.slice(start, end) as Uint8Array<ArrayBuffer>;
  return fromMessages({ name: "table.arrow", size: bytes.byteLength, read }, options);
}

/**
 * A frame over plain rows. The columns are those of all rows, in the order in which they come up.
 *
 * Types follow from the values: `boolean`; `number` is int64 when all are whole and safe, else float64; `bigint` is int64;
 * `string`; `Date` is timestamp[ms, UTC]; `Uint8Array` is binary; arrays are lists and objects structs. `null` and
 * `undefined` fit everything. Values that do not fit together reject with `invalid`, naming the column and the row.
 * `schema` says what some columns are instead.
 *
 * @example
 * ```ts
 * const df = await fromRows([{ text: "good", label: "pos" }], {
 *   label: { _type: "ClassLabel", names: ["neg", "pos"] },
 * });
 * ```
 */
export async function fromRows(
  rows: Iterable<{ readonly [column: string]: unknown }>,
  schema: RowSchema = {},
  options: LocalOptions = {},
): Promise<Frame> {
  const { tables, features } = rowBatches([...rows], schema);
  return spool(tables(), "rows", options, features);
}

/**
 * A frame over batches of one schema as they come, of any number. They are gone through once.
 *
 * Rejects with `invalid` for a batch of another schema than the first, and when there is no batch at all.
 */
export async function fromBatches(
  batches: Iterable<ArrowInput> | AsyncIterable<ArrowInput>,
  options: LocalOptions = {},
): Promise<Frame> {
  return spool(batches, "batches", options);
}

/** Files that the user chose. */
export type LocalFiles = Iterable<Blob & { readonly name?: string }>;

/** Options of {@link fromFiles} and {@link inspectFiles}; what is not about workers is about text files. */
export interface LocalFilesOptions extends LocalOptions, FilesOptions {}

/**
 * A frame over files of the user's disk, one partition for each: Parquet; Arrow IPC files and streams; or text, which is
 * CSV, TSV, JSON and JSON Lines. They are read in slices, never whole. What a file is its content says, not its name.
 *
 * A text file is read once, whole, in slices of 4 MiB, to find the type that every value of a column fits; its rows are
 * read again when they are asked for, from near to where they begin. {@link inspectFiles} tells what is odd about it.
 *
 * Rejects with `invalid` when there is no file, or text among others, and with `corrupt` or `unsupported`, naming the
 * file, of text also the line, for what cannot be read.
 */
export async function fromFiles(files: LocalFiles, options: LocalFilesOptions = {}): Promise<Frame> {
  const named = namedFiles(files);
  const empty = named.find(({ blob }) => blob.size === 0);
  if (empty) {
    throw failure("invalid", "open files", `${empty.name} is empty.`, { context: { file: empty.name } });
  }
  const isText = await Promise.all(named.map(async ({ blob }) => !(await formatOf(blob))));
  const { hub, ...textOptions } = options;
  if (named.length > 0 && isText.every(Boolean)) return openText(poolFor({ hub }), named, textOptions);
  const parquet: File[] = [];
  for (const { name, blob: file } of named) {
    const format = await formatOf(file);
    if (!format) {
      const message = `${name} is text, and other files are not. Open them apart.`;
      throw failure("invalid", "open files", message, { context: { file: name } });
    }
    parquet.push(new File([await format.open(file, name, options)], name));
  }
  if (parquet.length === 0) throw failure("invalid", "open files", "There is no file. Give at least one.");
  return openLocal(poolFor(options), parquet, options.signal);
}

/**
 * Reads text files once, as many side by side as there are workers, and says what is in them: columns, types, numbers of
 * rows, and what is odd, with lines.
 *
 * Rejects as {@link fromFiles} does, at the first file that cannot be read as rows.
 */
export async function inspectFiles(
  files: LocalFiles,
  { hub, ...options }: LocalFilesOptions = {},
): Promise<Inspection[]> {
  return inspectLocal(poolFor({ hub }), namedFiles(files), options);
}

/** A kind of file: how it is recognised, and how it becomes Parquet. */
interface Format {
  readonly recognises: (head: string) => boolean;
  readonly open: (file: Blob, name: string, options: LocalOptions) => Promise<Blob>;
}

/** What `fromFiles` can open, in the order in which it asks. */
const FORMATS: readonly Format[] = [
  { recognises: (head) => head.startsWith("PAR1"), open: async (file) => file },
  {
    recognises: (head) => head.startsWith("ARROW1") || head.startsWith("\xff\xff\xff\xff"),
    open: async (file, name, options) => {
      const read = async (start: number, end: number) =>
        new Uint8Array(await file.slice(start, end).arrayBuffer());
      return written(poolFor(options), messageBatches({ name, size: file.size, read }), options.signal);
    },
  },
];

/** Of a file that is no text. */
async function formatOf(file: Blob): Promise<Format | undefined> {
  const head = new TextDecoder("latin1").decode(await file.slice(0, 8).arrayBuffer());
  return FORMATS.find(({ recognises }) => recognises(head));
}

function namedFiles(files: LocalFiles) {
  return [...files].map((blob, index) => ({ name: blob.name ?? `file-${index}`, blob }));
}

/** IPC messages of one schema: that of the schema first, then those of batches. */
interface MessageBatches {
  readonly schema: Uint8Array;
  readonly batches: AsyncIterable<Uint8Array>;
}

async function fromMessages(source: Slices, options: LocalOptions): Promise<Frame> {
  const pool = poolFor(options);
  const blob = await written(pool, messageBatches(source), options.signal);
  return openLocal(pool, [new File([blob], source.name)], options.signal);
}

async function messageBatches(source: Slices): Promise<MessageBatches> {
  const messages = ipcMessages(source);
  const { value: schema } = await messages.next();
  return { schema: schema as Uint8Array, batches: messages };
}

/** Writes tables of one schema, of which the first says what it is. */
async function spool(
  tables: Iterable<ArrowInput> | AsyncIterable<ArrowInput>,
  name: string,
  options: LocalOptions,
  features?: string,
): Promise<Frame> {
  const pool = poolFor(options);
  const each = async function* () {
    for await (const table of tables) {
      const bytes = await ipcBytes(table);
      const read = async (start: number, end: number) => bytes.slice(start, end) as Uint8Array<ArrayBuffer>;
      yield await messageBatches({ name, size: bytes.byteLength, read });
    }
  };
  const streams = each();
  const first = await streams.next();
  if (first.done) throw failure("invalid", "open batches", "There is no batch, so there are no columns.");
  const { schema } = first.value;
  const batches = async function* () {
    yield* first.value.batches;
    for await (const next of streams) {
      if (!sameBytes(next.schema, schema)) {
        throw failure("invalid", "open batches", "A batch has another schema than the first one.");
      }
      yield* next.batches;
    }
  };
  const settings = features === undefined ? {} : { features };
  const blob = await written(pool, Promise.resolve({ schema, batches: batches() }), options.signal, settings);
  return openLocal(pool, [new File([blob], name)], options.signal);
}

async function written(
  pool: Pool,
  data: Promise<MessageBatches>,
  signal: AbortSignal | undefined,
  settings: { readonly features?: string } = {},
): Promise<Blob> {
  const { schema, batches } = await data;
  for await (const { blob } of writeBatches(pool, schema, batches, { ...SPOOL, ...settings }, signal))
    return blob;
  throw failure("internal", "open batches", "Nothing was written.");
}

/** Parquet files as one table, read from where they are by the addresses that the browser gives them. */
async function openLocal(pool: Pool, files: readonly File[], signal?: AbortSignal): Promise<Frame> {
  const urls = files.map((file) => URL.createObjectURL(file));
  const paths = uniqueNames(files);
  numOpened += 1;
  const set = {
    repoType: "dataset",
    repo: LOCAL_REPO,
    // What is learnt of files is remembered by their commit and path.
    sha: numOpened.toString(16).padStart(40, "0"),
    files: files.map(({ size }, index) => ({
      path: paths[index] as string,
      size,
      location: urls[index] as string,
    })),
  };
  const home = pool.idlest();
  const opened = await home.call("openFiles", [set], signal);
  const source = new Source(pool, home, opened);
  addresses.register(source, urls);
  return new Frame(wholeView(source, opened));
}

/** Files of different folders may have one name, and what is known of a file is kept by its path. */
function uniqueNames(files: readonly File[]): string[] {
  const names = files.map(({ name }) => name);
  return names.map((name, index) => (names.indexOf(name) === index ? name : `${index}/${name}`));
}

function poolFor({ hub }: { readonly hub?: Hub | undefined }): Pool {
  if (hub) return poolOf(hub);
  localHub ??= new Hub();
  return poolOf(localHub);
}

async function ipcBytes(data: ArrowInput): Promise<Uint8Array> {
  if (data instanceof Uint8Array) return data;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (typeof data === "object" && data !== null && "toIPC" in data) return data.toIPC();
  if (typeof data === "object" && data !== null && "schema" in data && "children" in data) {
    const bytes = tableToIPC(data, { format: "stream" });
    if (bytes) return bytes;
  }
  throw failure(
    "invalid",
    "open arrow",
    "Give Arrow IPC bytes, a table of @uwdata/flechette, or an object with a method toIPC.",
  );
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((byte, index) => byte === b[index]);
}
