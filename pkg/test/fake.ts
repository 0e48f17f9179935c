/** Stand-ins for what needs the WebAssembly module: a session over rows in memory, and workers that hold one. */
import { int32, tableFromArrays, tableToIPC, utf8 } from "@uwdata/flechette";
import { toTable } from "../src/arrow.js";
import { workerConnector } from "../src/connect.js";
import type { ExprData } from "../src/expr.js";
import { Frame } from "../src/frame.js";
import { createHandlers, type Session, type SessionHooks } from "../src/handlers.js";
import type { Inspection } from "../src/inspection.js";
import { Pool } from "../src/pool.js";
import type { DataFile, FrameSpec, ScanBatch, ScanTask, SessionSettings } from "../src/protocol.js";
import type { Partials } from "../src/query.js";
import { ALL_ROWS, isAll } from "../src/row-range.js";
import { serve } from "../src/rpc.js";
import { Source } from "../src/source.js";
import { transfers } from "../src/transfers.js";
import type { SessionEvent } from "../src/types.js";
import { wholeView } from "../src/view.js";
import { FakeWorker } from "./fake-worker.js";

/** The smallest module that compiles. */
export const EMPTY_WASM = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));

/** What a fake session is started with. */
export const SETTINGS: SessionSettings = {
  wasm: EMPTY_WASM,
  wholeWasm: "http://hub.test/whole.wasm",
  endpoint: "http://hub.test",
};

/** An IPC stream in its parts: the schema message, and all others without the end-of-stream marker. */
export function ipcParts(columns: Record<string, unknown[]>): { schema: Uint8Array; bytes: Uint8Array } {
  const types = { id: int32(), text: utf8(), words: utf8() };
  const stream = tableToIPC(tableFromArrays(columns, { types }), { format: "stream" });
  if (!stream) throw new Error("flechette made no stream");
  const schemaEnd = 8 + new DataView(stream.buffer, stream.byteOffset).getInt32(4, true);
  return { schema: stream.slice(0, schemaEnd), bytes: stream.slice(schemaEnd, stream.length - 8) };
}

/** What a fake session was asked for: `"open"`, `"footer a"`, `"scan a 0..5"`, `"batch a"`, `"end a"`. */
export type Log = string[];

/** Files of so many rows, by path. The columns are `id` (the row's number among all) and `text`. */
export type FakeFiles = Record<string, number>;

const FIELDS = [
  { name: "id", type: "Int32", nullable: false },
  { name: "text", type: "Utf8", nullable: true },
];

/** A frame of no files. */
export const ORIGIN = {
  repoType: "dataset",
  repo: "me/data",
  sha: "a".repeat(40),
  files: [],
  arrowSchema: ipcParts({ id: [], text: [] }).schema,
};

const ROWS_PER_BATCH = 10;

/** As the real one, a task carries more than the page needs to know. */
type FakeTask = ScanTask & {
  readonly columns: readonly string[] | undefined;
  readonly filter: ExprData | undefined;
  readonly limit: number | undefined;
};

/** Whether a row of this id passes; the fake knows comparisons of `id` with a number only. */
function passes(filter: ExprData | undefined, id: number): boolean {
  switch (filter?.op) {
    case undefined:
      return true;
    case "and":
      return filter.args.every((arg) => passes(arg, id));
    case "ge":
      return id >= Number(filter.value);
    case "lt":
      return id < Number(filter.value);
    default:
      throw new Error(`The fake does not know ${filter?.op}.`);
  }
}

/** Where the rows of a file begin among those of all, and its footer, which is logged when it is read. */
function fakeFooters(files: FakeFiles, log: Log) {
  const firstRow = (path: string) => {
    const paths = Object.keys(files);
    return paths.slice(0, paths.indexOf(path)).reduce((sum, before) => sum + (files[before] ?? 0), 0);
  };
  const learn = (file: DataFile): DataFile & { footer: { numRows: number } } => {
    if (file.footer) return { ...file, footer: file.footer };
    log.push(`footer ${file.path}`);
    const ranges = [{ start: 0, bytes: new Uint8Array(8) }];
    return { ...file, footer: { numRows: files[file.path] ?? 0, ranges } };
  };
  return { firstRow, learn };
}

/** Batches of rows by their ids. */
function content(columns: readonly string[] | undefined, ids: number[]) {
  const all: Record<string, unknown[]> = {
    id: Int32Array.from(ids) as never,
    text: ids.map((id) => `row ${id}`),
  };
  return ipcParts(Object.fromEntries((columns ?? ["id", "text"]).map((name) => [name, all[name] ?? []])));
}

/** The methods that plan. */
function fakePlanning(
  files: FakeFiles,
  log: Log,
): Pick<Session, "plan" | "count" | "planCount" | "explain" | "checkSchemas" | "survey" | "sliceBatch"> {
  const { learn } = fakeFooters(files, log);
  const cut = ({ files, rows, columns: shown }: FrameSpec) => {
    const columns = shown?.map(({ source }) => source);
    const tasks: FakeTask[] = [];
    const learnt: DataFile[] = [];
    let start = 0;
    for (const file of files) {
      if (rows.end !== undefined && start >= rows.end) break;
      const known = learn(file);
      learnt.push(known);
      const from = Math.max(rows.start - start, 0);
      const to = Math.min((rows.end ?? Number.POSITIVE_INFINITY) - start, known.footer.numRows);
      const some = { file: known, rows: { start: from, end: to } };
      if (from < to) tasks.push({ ...some, columns, filter: undefined, limit: undefined });
      start += known.footer.numRows;
    }
    return { tasks, files: learnt };
  };
  const whole = (files: readonly DataFile[], columns: FakeTask["columns"], rest: Partial<FakeTask>) =>
    files.map(
      (file): FakeTask => ({
        file,
        rows: ALL_ROWS,
        columns,
        filter: undefined,
        limit: undefined,
        ...rest,
      }),
    );
  return {
    async plan(frame) {
      const { files: data, filter, rows } = frame;
      const columns = frame.columns?.map(({ source }) => source);
      const { schema } = content(columns, [0]);
      if (!isAll(rows) && !filter) return { schema, rows: ALL_ROWS, ...cut(frame) };
      // A whole frame is planned without a footer: what a file holds is seen when it is scanned.
      const tasks = whole(data, columns, { filter, limit: rows.end });
      return { schema, tasks, rows: filter ? rows : ALL_ROWS, files: data };
    },
    async count(frame) {
      const { tasks, files } = cut(frame);
      return { numRows: tasks.reduce((sum, { rows }) => sum + (rows.end ?? 0) - rows.start, 0), files };
    },
    async planCount({ files: data, filter }) {
      const known = data.map(learn);
      return { numRows: 0, tasks: whole(known, ["id"], { filter }), files: known };
    },
    async explain({ files: data, filter }) {
      const none = { kept: 0, of: 0 };
      const kept = {
        files: { kept: data.length, of: data.length },
        rowGroups: none,
        pages: none,
        rows: none,
      };
      const cost = { ranges: 1, requests: 1, bytes: 100, roundTrips: 1 };
      const text = `files: ${data.length} of ${data.length}\n`;
      const known = data.map(learn);
      return { filter: JSON.stringify(filter), kept, cost, atMost: cost, pruned: [], text, files: known };
    },
    async checkSchemas() {},
    async survey({ files: data, ...origin }) {
      const known = data.map(learn);
      const groups = ({ numRows }: { numRows: number }) => [{ numRows, totalByteSize: 100 }];
      const rest = { columns: FIELDS, misfits: [] };
      const files = known.map(({ path, footer }) => ({ path, ...rest, rowGroups: groups(footer) }));
      return { files, source: { ...origin, files: known, schema: FIELDS } };
    },
    sliceBatch(schema, bytes, { start, end }) {
      log.push(`slice ${start}..${end}`);
      const table = toTable(schema, [bytes]);
      const columns = table.names.map((name, index): [string, unknown[]] => {
        return [String(name), [...table.getChildAt(index).toArray()].slice(start, end)];
      });
      return { numRows: columns[0]?.[1].length ?? 0, bytes: ipcParts(Object.fromEntries(columns)).bytes };
    },
  };
}

/** A file of as many rows as it has bytes. */
function fakeInspection(file: string, size: number): Inspection {
  const layout = {
    format: "csv",
    encoding: "utf-8",
    columns: ["id", "text"],
    numRows: size,
    checkpoints: [],
  } as const;
  return { file, size, layout, columns: [], findings: [] };
}

/** What the fake measures: the number of rows. */
type FakePartial = { readonly rows: number };

/** Aggregates that count rows, whatever is asked: in one pass, with a task for each file. */
function fakeAggregates(
  files: FakeFiles,
  log: Log,
): Pick<Session, "aggregateStep" | "measure" | "mergePartials"> {
  const rowsOf = (parts: readonly Partials[]) =>
    parts.flatMap((part) => part as unknown as FakePartial[]).reduce((sum, { rows }) => sum + rows, 0);
  const rowsAs = (rows: number): Partials => [{ rows } as object];
  return {
    async aggregateStep({ files: data }, query, passes) {
      const [pass] = passes;
      if (pass) {
        const text = JSON.stringify({
          num_examples: rowsOf([pass.partials]),
          statistics: [],
          partial: false,
        });
        return { answer: { text } };
      }
      log.push(`query ${query.kind}`);
      const tasks = data.map((file) => ({ positions: [0], scans: [{ file, rows: ALL_ROWS }] }));
      return { plan: { measures: [{ column: "id" }], partials: [], tasks, files: data } };
    },
    async measure({ scans }) {
      log.push(`measure ${scans.map(({ file }) => file.path).join(" ")}`);
      return rowsAs(scans.reduce((sum, { file }) => sum + (files[file.path] ?? 0), 0));
    },
    mergePartials(_measures, parts) {
      log.push(`merge ${parts.length}`);
      return rowsAs(rowsOf(parts));
    },
  };
}

/** A session over rows that are made up. Hooks into a scan may wait, throw or trap. */
export function fakeSession(
  files: FakeFiles,
  log: Log,
  onBatch: (task: ScanTask, signal: AbortSignal) => Promise<void> | void = () => {},
): Session {
  const { firstRow, learn } = fakeFooters(files, log);
  return {
    async open(target) {
      log.push(`open ${target.join(" ")}`);
      const size = (path: string) => (path.startsWith("small") ? 1000 : 100_000_000);
      const data = Object.keys(files).map((path) => ({ path, size: size(path), oid: path }));
      return { ...ORIGIN, files: data, schema: FIELDS };
    },
    async openFiles({ files: wanted, sha }) {
      log.push(`open files ${wanted.map(({ path }) => path).join(" ")}`);
      return { ...ORIGIN, sha, files: wanted.map((file) => ({ ...file, oid: "" })), schema: FIELDS };
    },
    async dataset(target) {
      throw { code: "not_found", message: "There is no such dataset.", operation: "open dataset", target };
    },
    async readFile(path) {
      log.push(`read ${path}`);
      return new TextEncoder().encode(path);
    },
    ...fakeUploads(log),
    ...fakePlanning(files, log),
    async *inspect({ name, blob }, _options, signal) {
      log.push(`inspect ${name}`);
      for (let bytesRead = 0; bytesRead < blob.size; bytesRead += 4) {
        await new Promise((resolve) => setImmediate(resolve));
        signal.throwIfAborted();
        if (name === "bad.csv")
          throw {
            code: "corrupt",
            message: "Ragged.",
            retryable: false,
            operation: "read",
            context: { line: "3" },
          };
        yield { bytesRead, numRows: bytesRead };
      }
      yield { bytesRead: blob.size, numRows: blob.size, inspection: fakeInspection(name, blob.size) };
    },
    async openText(inspections) {
      const file = (inspection: Inspection, index: number): DataFile => ({
        path: `${index}/${inspection.file}`,
        size: inspection.size,
        oid: "",
        text: { layout: inspection.layout, schema: ORIGIN.arrowSchema },
      });
      return { ...ORIGIN, files: inspections.map(file), schema: FIELDS };
    },
    unite: async ([arrowSchema = ORIGIN.arrowSchema]) => ({ ...ORIGIN, arrowSchema, schema: FIELDS }),
    uniteBatch: async (_from, _to, bytes) => ({ numRows: ROWS_PER_BATCH, bytes }),
    guessSplits: async (paths) => paths.map((path) => path.split("/")[0] ?? "train"),
    ...fakeAggregates(files, log),
    async *scan(task, signal): AsyncGenerator<ScanBatch> {
      const { file, columns, filter, limit = Number.POSITIVE_INFINITY } = task as FakeTask;
      let left = limit;
      const rows = { end: learn(file).footer.numRows, ...task.rows };
      log.push(`scan ${file.path} ${rows.start}..${rows.end}`);
      try {
        for (let start = rows.start; start < rows.end; start += ROWS_PER_BATCH) {
          await onBatch(task, signal);
          const numRows = Math.min(ROWS_PER_BATCH, rows.end - start);
          const read = Array.from({ length: numRows }, (_, index) => firstRow(file.path) + start + index);
          const ids = read.filter((id) => passes(filter, id)).slice(0, left);
          log.push(`batch ${file.path}`);
          const { bytes } = ids.length > 0 ? content(columns, ids) : { bytes: new Uint8Array() };
          yield { numRows: ids.length, bytes, traffic: { requests: 1, bytes: 10 * numRows } };
          left -= ids.length;
          if (left === 0) return;
        }
      } finally {
        log.push(`end ${file.path}`);
      }
    },
    ...fakeWriters(log),
  };
}

/** Writers whose files are the batches' own bytes; each but the last comes out as the next one goes in. */
function fakeWriters(log: Log): Pick<Session, "openWriter" | "writeBatch" | "finishWriter" | "closeWriter"> {
  const writers: { held?: Uint8Array<ArrayBuffer>; size: number }[] = [];
  return {
    async openWriter(_schema, settings) {
      log.push(`new writer ${JSON.stringify(settings)}`);
      return writers.push({ size: 0 }) - 1;
    },
    async writeBatch(number, batch) {
      const writer = writers[number] as (typeof writers)[number];
      const bytes = writer.held;
      writer.held = batch.slice();
      writer.size += batch.byteLength;
      return { bytes, numRows: ROWS_PER_BATCH, numBytes: writer.size };
    },
    async finishWriter(number) {
      const { held = new Uint8Array(), size } = writers[number] as (typeof writers)[number];
      return { bytes: held, numRows: size > 0 ? 1 : 0, numBytes: size, size };
    },
    async closeWriter(number) {
      log.push(`close writer ${number}`);
    },
  };
}

/** A Hub that stores everything in three steps, each `STEP` milliseconds long, and makes one commit of it. */
function fakeUploads(log: Log) {
  const outcome = { sha: "b".repeat(40), commitUrl: "http://hub.test/commit", deleted: [] };
  return {
    async whoAmI() {
      return { name: "me", type: "user", organizations: [] };
    },
    async refs() {
      return { branches: [], tags: [], converts: [] };
    },
    async createRepo(repo, options) {
      log.push(`create ${repo} ${JSON.stringify(options)}`);
      return { repo, url: `http://hub.test/${repo}`, created: true };
    },
    async deleteRepo(repo) {
      log.push(`delete ${repo}`);
    },
    async writePath(path) {
      const [user, name, ...rest] = path.replace("hf://datasets/", "").split("/");
      return { repo: `${user}/${name}`, revision: "main", path: rest.join("/") };
    },
    async storeFiles(_place, files, onProgress, signal) {
      for (const { path, blob } of files) {
        for (const third of [1, 2, 3]) {
          await new Promise((resolve) => setTimeout(resolve, STEP));
          if (signal.aborted) {
            log.push(`store aborted ${path}`);
            throw { code: "aborted", message: "The caller cancelled.", operation: "upload", context: {} };
          }
          onProgress({ path, stage: "sending", bytes: Math.ceil((blob.size * third) / 3), size: blob.size });
        }
        log.push(`stored ${path}`);
        onProgress({ path, stage: "stored", bytes: blob.size, size: blob.size });
      }
      return files.map(({ path, blob }) => ({ path, size: blob.size, oid: `sha of ${path}` }));
    },
    async existingFiles() {
      return { sha: "a".repeat(40), files: [[]] };
    },
    async planTables(_settings, { tables }) {
      log.push(`plan ${tables.map(({ target }) => JSON.stringify(target)).join(" ")}`);
      return { sha: "a".repeat(40), files: [], deleted: [] };
    },
    async commitTables({ message }, { tables, mode }) {
      log.push(
        `commit ${message.summary}: ${mode} ${tables.map(({ target }) => JSON.stringify(target)).join(" ")}`,
      );
      return { ...outcome, files: tables.flatMap(({ files }) => files.map(({ stored }) => stored.path)) };
    },
    async commitFiles({ message, revision }, { add, delete: remove }) {
      log.push(`commit ${message.summary} on ${revision}`);
      return { ...outcome, files: add.map(({ path }) => path), deleted: remove };
    },
  } satisfies Partial<Session>;
}

/** How long a third of a fake upload takes, in milliseconds. */
const STEP = 60;

/** Workers over fake sessions, and all that were made. */
export function fakeWorkers(
  start: (index: number, hooks: SessionHooks, settings: SessionSettings) => Session | Promise<Session>,
) {
  const made: FakeWorker[] = [];
  const createWorker = () => {
    const index = made.length;
    const worker = new FakeWorker();
    made.push(worker);
    const hooks = { onRequest: (event: SessionEvent) => worker.scope.postMessage({ event }, []) };
    const isTrap = (error: unknown) => error instanceof WebAssembly.RuntimeError;
    serve(
      worker.scope,
      createHandlers(async (settings, given) => start(index, given, settings), hooks),
      transfers,
      isTrap,
    );
    return worker as unknown as Worker;
  };
  return { made, createWorker };
}

/** A pool of fake workers over the same files, each with its own log, and a frame over all of them. */
export async function fakeFrame(
  files: FakeFiles,
  {
    workers = 2,
    onBatch,
    session = {},
  }: { workers?: number; onBatch?: Parameters<typeof fakeSession>[2]; session?: Partial<Session> } = {},
) {
  const logs: Log[] = [];
  const { made, createWorker } = fakeWorkers((index) => {
    const log: Log = [];
    logs[index] = log;
    return { ...fakeSession(files, log, onBatch), ...session };
  });
  const pool = new Pool(
    workers,
    workerConnector(createWorker, {
      wasm: async () => EMPTY_WASM,
      endpoint: "http://hub.test",
      wholeWasm: "http://hub.test/whole.wasm",
      token: undefined,
      cache: undefined,
      onRequest: () => {},
    }),
  );
  const home = pool.idlest();
  const opened = await home.call("open", [["hf://datasets/me/data"], {}]);
  const source = new Source(pool, home, opened);
  const frame = new Frame(wholeView(source, opened));
  const log = () => logs.flat().filter((line) => !line.startsWith("open"));
  return { frame, pool, made, logs, log };
}

/** The ids of rows. */
export function ids(rows: readonly { readonly [column: string]: unknown }[]): number[] {
  return rows.map(({ id }) => Number(id));
}

/** The whole numbers from `start` up to, but without, `end`. */
export function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, index) => start + index);
}
