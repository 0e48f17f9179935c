/**
 * What the page and a worker say to each other. Everything here is plain data that can be posted.
 *
 * A new method is one line in {@link WorkerApi}, one handler in `handlers.ts` and one call in `frame.ts` or `hub.ts`.
 */
import type { ErrorData } from "./errors.js";
import type { ExplanationData } from "./explanation.js";
import type { ExprData } from "./expr.js";
import type { ColumnTypes, Inspection, TextOptions } from "./inspection.js";
import type { AggregateStep, AggregateTask, Measures, Partials, Pass, Query } from "./query.js";
import type { CacheOptions } from "./range-cache.js";
import type { Refs } from "./refs.js";
import type { SurveyAnswer } from "./survey.js";
import type { Feature, Field, FileInfo, SessionEvent } from "./types.js";
import type { PlannedCommit } from "./upload.js";
import type {
  BlobFile,
  CommitSettings,
  ExistingFiles,
  FileChange,
  Outcome,
  StoreItem,
  TableChange,
  WritePath,
} from "./upload-data.js";

export type * from "./upload-data.js";

/** The methods of a worker. A method that returns a {@link Stream} is pulled item by item. */
export interface WorkerApi {
  /** Compiles nothing: instantiates the module it is given, and opens the worker's one session. */
  start(settings: SessionSettings): void;
  /** Resolves a path, directory, glob or list to data files at one commit, and reads the schema. */
  open(target: readonly string[], options: OpenOptions): FrameSource;
  /** Opens files that a listing named, and reads the schema. */
  openFiles(files: FileSet): FrameSource;
  /** Finds a dataset's configs and splits. */
  dataset(target: string, options: OpenOptions): DatasetAnswer;
  /** Reads a file of a repo whole. */
  readFile(path: string): Uint8Array;
  /** Asks who the token belongs to. */
  whoAmI(): Identity;
  /** Lists the branches and tags of a dataset repo. */
  refs(repo: string): Refs;
  /** Makes a dataset repo. */
  createRepo(repo: string, options: NewRepo): CreatedRepo;
  /** Removes a dataset repo. */
  deleteRepo(repo: string): void;
  /** Takes a path to write to apart. */
  writePath(path: string): WritePath;
  /** Brings files to the Hub. The last item is what a commit needs of them. */
  storeFiles(place: CommitSettings, files: readonly BlobFile[]): Stream<StoreItem>;
  /** The files that tables consist of before they are written, or why that would be refused. */
  existingFiles(place: CommitSettings, change: TableChange): ExistingFiles;
  /** What a commit of tables would do, were they stored. */
  planTables(settings: CommitSettings, change: TableChange): PlannedCommit;
  /** Commits tables whose files are stored. */
  commitTables(settings: CommitSettings, change: TableChange): Outcome;
  /** Commits files that are stored. */
  commitFiles(settings: CommitSettings, change: FileChange): Outcome;
  /** Reads the footers it needs, and cuts a frame into scan tasks, in row order. */
  plan(frame: FrameSpec): ScanPlan;
  /** Reads the footers it needs, and counts the rows. */
  count(frame: FrameSpec): FrameCount;
  /** Reads the footers it needs, and splits the counting of filtered rows into what they prove and tasks. */
  planCount(frame: FrameSpec): CountPlan;
  /** Reads what reading begins with, and says what the rest costs. */
  explain(frame: FrameSpec): ExplainAnswer;
  /** Reads the footers of the tasks' files, and rejects with all that do not fit the tasks' columns. */
  checkSchemas(tasks: readonly ScanTask[]): void;
  /** Reads the footers of all files, and says what each holds. */
  survey(frame: FrameSpec): SurveyAnswer;
  /** Some rows of a batch, as a batch. */
  sliceBatch(schema: Uint8Array, batch: Uint8Array, rows: RowRange): ScanBatch;
  /** Reads a local text file once, whole, and says how far it is; the last item is what it found. */
  inspect(file: NamedBlob, options: TextOptions): Stream<InspectProgress>;
  /** Makes one table of text files that were inspected. */
  openText(inspections: readonly Inspection[], types: ColumnTypes): FrameSource;
  /** The columns of tables of these schemas together. */
  unite(schemas: readonly Uint8Array[], types: ColumnTypes): FrameSource;
  /** A batch of the schema `from`, which moves to the worker, as one of the schema `to`. */
  uniteBatch(from: Uint8Array, to: Uint8Array, batch: Uint8Array): ScanBatch;
  /** The split that each path means, were these all the files of a repo. */
  guessSplits(paths: readonly string[]): readonly string[];
  /** Answers a query on columns, or plans the pass over the rows that it needs next. */
  aggregateStep(frame: FrameSpec, query: Query, passes: readonly Pass[]): AggregateStep;
  /** Measures the rows of one task of such a plan. */
  measure(task: AggregateTask): Partials;
  /** Merges what tasks of one plan measured. */
  mergePartials(measures: Measures, parts: readonly Partials[]): Partials;
  /** Fetches and decodes the rows of one task. */
  scan(task: ScanTask): Stream<ScanBatch>;
  /** Begins a Parquet file for batches of this schema, and gives it a number. */
  openWriter(schema: Uint8Array, settings: WriterSettings): number;
  /** Writes a batch, which moves to the worker. */
  writeBatch(writer: number, batch: Uint8Array): WrittenBatch;
  /** Ends a file. */
  finishWriter(writer: number): FinishedFile;
  /** Forgets a file that was not ended. */
  closeWriter(writer: number): void;
}

/** Marks a method whose result is pulled item by item. Never a value. */
export interface Stream<T> {
  readonly stream: T;
}

/** What a session needs to know. The token stays in the worker's memory. */
export interface SessionSettings {
  readonly wasm: WebAssembly.Module;
  /** The address of the module that does what the first one cannot. */
  readonly wholeWasm: string;
  readonly endpoint: string;
  readonly token?: string;
  /** Set when ranges are to be kept from one visit to the next. */
  readonly cache?: CacheOptions;
}

/** Where to read from. */
export interface OpenOptions {
  readonly revision?: string;
  /** Answers to requests that opening makes, which need not be made again. */
  readonly early?: readonly EarlyAnswer[];
}

/** An answer to a request that was sent before there was a session. */
export interface EarlyAnswer {
  /** The URL that was asked. */
  readonly request: string;
  /** The `Range` header that it was asked with. */
  readonly range?: string;
  /** The URL that answered: a capability if it is a signed one, never to be shown. */
  readonly url: string;
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** Files of one repo at one commit, as a listing has them. */
export interface FileSet {
  readonly repoType: string;
  readonly repo: string;
  readonly sha: string;
  readonly files: readonly (FileInfo & { readonly location?: string })[];
  /** The features that the dataset's card declares. */
  readonly features?: { readonly [column: string]: Feature };
}

/** Who a token belongs to. */
export interface Identity {
  readonly name: string;
  readonly fullName?: string;
  readonly type: string;
  readonly organizations: readonly { readonly name: string; readonly roleInOrg?: string }[];
}

/** What a new repo is to be like. */
export interface NewRepo {
  readonly private?: boolean;
  readonly existOk?: boolean;
  readonly license?: string;
}

/** A repo after it was asked for. */
export interface CreatedRepo {
  readonly repo: string;
  readonly url: string;
  readonly created: boolean;
}

/** What opening a dataset found. */
export interface DatasetAnswer {
  readonly repoType: string;
  readonly repo: string;
  readonly sha: string;
  readonly strict?: LayoutTable;
  readonly problem?: { readonly code: string; readonly message: string };
  readonly instead?: {
    readonly origin: "converted" | "repo";
    readonly sha: string;
    readonly layout: LayoutTable;
    readonly partial: readonly string[];
  };
}

/** Configs and splits whose files are positions in columns: cheap to post, however many they are. */
export interface LayoutTable {
  readonly builder: string;
  readonly defaultConfig?: string;
  readonly configs: readonly ConfigTable[];
  /** The paths of all files, each followed by a NUL. */
  readonly paths: string;
  readonly sizes: readonly number[];
  /** The rules of all files, one file's after the other's, as positions in `rules`. */
  readonly fileRules: readonly number[];
  readonly ruleEnds: readonly number[];
  readonly rules: readonly {
    readonly reason: string;
    readonly placed?: { readonly config: string; readonly split: string; readonly pattern: string };
  }[];
}

/** A config of a {@link LayoutTable}. */
export interface ConfigTable {
  readonly name: string;
  readonly isDefault: boolean;
  readonly features?: { readonly [column: string]: Feature };
  readonly splits: readonly SplitTable[];
  readonly declaredSplits?: readonly string[];
  readonly problem?: string;
}

/** A split of a {@link ConfigTable}. */
export interface SplitTable {
  readonly name: string;
  readonly files: readonly number[];
  readonly numBytes: number;
  readonly numRows?: number;
}

/** The files of one repo at one commit. */
export interface Origin {
  readonly repoType: string;
  readonly repo: string;
  readonly sha: string;
  readonly files: readonly DataFile[];
  /** The schema of all columns, as one encapsulated Arrow IPC message. */
  readonly arrowSchema: Uint8Array;
}

/** What a path resolved to. */
export interface FrameSource extends Origin {
  readonly schema: readonly Field[];
}

/** A frame, without anything read: of all `files` laid end to end the rows that pass the filter, and of these `rows`. */
export interface FrameSpec extends Origin {
  readonly columns?: readonly ShownColumn[];
  readonly filter?: ExprData;
  /** Of the rows that pass, those that are in each of the samples. */
  readonly samples?: readonly Sample[];
  readonly rows: RowRange;
}

/** A column of a frame. */
export interface ShownColumn {
  /** What the frame calls it. */
  readonly name: string;
  /** What the files call it. */
  readonly source: string;
  /** Of a struct, or a list of structs, the fields that are shown, each by the names on the way to it; else all. */
  readonly fields?: readonly (readonly string[])[];
  /** Whether a text column is read as the bytes that it is. */
  readonly bytes?: boolean;
}

/** The rows whose number between 0 and 1, which follows from seed, file and row, lies in a range. */
export interface Sample {
  readonly seed: number;
  readonly start: number;
  readonly end: number;
}

/** A data file at the pinned commit, with what has been learnt about it. */
export interface DataFile {
  readonly path: string;
  readonly size: number;
  readonly oid: string;
  readonly footer?: Footer;
  /** Of a text file, how it is read. */
  readonly text?: { readonly layout: { readonly numRows: number }; readonly schema: Uint8Array };
  /** Of a local file, its bytes. Only in tasks. */
  readonly blob?: Blob;
  /** The signed URL behind it, which must never be logged. */
  readonly location?: string;
}

/** A local file. */
export interface NamedBlob {
  readonly name: string;
  readonly blob: Blob;
}

/** How far an inspection is, in bytes and in rows, and in the end what it found. */
export interface InspectProgress {
  readonly bytesRead: number;
  readonly numRows: number;
  readonly inspection?: Inspection;
}

/** The bytes of a Parquet footer (and of what lies beside it), so that no other worker has to fetch them. */
export interface Footer {
  readonly numRows: number;
  readonly ranges: readonly { readonly start: number; readonly bytes: Uint8Array }[];
}

/** A half-open range of rows; without `end`, to the last one. */
export interface RowRange {
  readonly start: number;
  readonly end?: number;
}

/** What a frame's scan consists of. */
export interface ScanPlan {
  /** The schema, as one encapsulated Arrow IPC message. */
  readonly schema: Uint8Array;
  readonly tasks: readonly ScanTask[];
  /** The rows of all batches together that the frame is: all of them, unless it is a slice of filtered rows. */
  readonly rows: RowRange;
  /** The files of the frame whose footers are known now. */
  readonly files: readonly DataFile[];
}

/** A part of one file that one worker reads. It carries more than is named here: pass it on whole. */
export interface ScanTask {
  readonly file: DataFile;
  /** Counted from the file's first row. */
  readonly rows: RowRange;
}

/** Some rows: encapsulated Arrow IPC messages without a schema, namely the dictionaries and one record batch. */
export interface ScanBatch {
  readonly numRows: number;
  readonly bytes: Uint8Array;
  /** What reading cost since the batch before; not said of batches that were in memory. */
  readonly traffic?: Traffic;
}

/** Requests sent, and bytes of their answers received. */
export interface Traffic {
  readonly requests: number;
  readonly bytes: number;
}

/** A row count, and the files whose footers are known now. */
export interface FrameCount {
  readonly numRows: number;
  readonly files: readonly DataFile[];
}

/** What counting filtered rows comes to. */
export interface CountPlan extends FrameCount {
  /** Tasks whose batches have as many rows as pass beside `numRows`, and no columns. */
  readonly tasks: readonly ScanTask[];
}

/** What reading a frame comes to, and its files with what was learnt of them. */
export interface ExplainAnswer extends ExplanationData {
  readonly files: readonly DataFile[];
}

/** How a Parquet file is written; what is left out has the defaults of the Rust core. */
export interface WriterSettings {
  readonly compression?: "zstd" | "snappy" | "gzip" | "lz4" | "uncompressed";
  readonly rowGroupBytes?: number;
  readonly contentDefinedChunking?: boolean;
  readonly forHub?: boolean;
  readonly sha256?: boolean;
  /** The text of a `huggingface` key, in place of that in the schema's metadata. */
  readonly features?: string;
}

/** What writing a batch came to. */
export interface WrittenBatch {
  /** The next bytes of the file, if a row group was finished. */
  readonly bytes?: Uint8Array<ArrayBuffer> | undefined;
  /** The rows that were written to the file so far. */
  readonly numRows: number;
  /** The bytes of Arrow data that they took. */
  readonly numBytes: number;
}

/** The end of a Parquet file. */
export interface FinishedFile {
  /** Its last bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly numRows: number;
  /** The bytes of Arrow data that these rows took. */
  readonly numBytes: number;
  /** The length of the whole file. */
  readonly size: number;
  /** In hexadecimal digits, if it was asked for. */
  readonly sha256?: string;
}

/** The number of rows of a file, if it is known. */
export function knownRows({ footer, text }: DataFile): number | undefined {
  return footer?.numRows ?? text?.layout.numRows;
}

/** The name of a method. */
export type Method = keyof WorkerApi;

/** The names of the methods whose results are pulled. */
export type StreamMethod = {
  [M in Method]: ReturnType<WorkerApi[M]> extends Stream<unknown> ? M : never;
}[Method];

/** The names of the methods that answer once. */
export type CallMethod = Exclude<Method, StreamMethod>;

/** What a method takes. */
export type Args<M extends Method> = Parameters<WorkerApi[M]>;

/** What a method answers once. */
export type Result<M extends CallMethod> = ReturnType<WorkerApi[M]>;

/** What a method answers, item by item. */
export type Item<M extends StreamMethod> = ReturnType<WorkerApi[M]> extends Stream<infer T> ? T : never;

/** The implementation of the methods; each gets a signal that fires when its caller cancels. */
export type Handlers = {
  [M in Method]: (
    signal: AbortSignal,
    ...args: Args<M>
  ) => M extends StreamMethod ? AsyncIterator<Item<M>> : Promise<Result<M & CallMethod>>;
};

/** For each method, the buffers of a result that move to the page instead of being copied. */
export type Transfers = {
  [M in Method]: (result: M extends StreamMethod ? Item<M> : Result<M & CallMethod>) => Transferable[];
};

/** For some methods, the buffers of their arguments that move to the worker instead of being copied. */
export type ArgTransfers = { readonly [M in Method]?: (...args: Args<M>) => Transferable[] };

/** Page to worker: begin a call, grant credit for more items, or cancel. */
export type ToWorker =
  | {
      readonly id: number;
      readonly method: Method;
      readonly args: readonly unknown[];
      readonly credit: number;
    }
  | { readonly id: number; readonly credit: number }
  | { readonly id: number; readonly cancel: true };

/** Worker to page: an answer, an item of a stream or its end, an error; or a request made; or that it cannot go on. */
export type FromWorker =
  | { readonly id: number; readonly ok: unknown }
  | { readonly id: number; readonly item: unknown }
  | { readonly id: number; readonly done: true }
  | { readonly id: number; readonly error: ErrorData }
  | { readonly event: SessionEvent }
  | { readonly fatal: string };
