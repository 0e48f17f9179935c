/** Runs the tasks of a plan on the workers: several at once, the rows in order, and never more held than is bounded. */
import { failure, type HubframeError } from "./errors.js";
import { namingMisfits } from "./misfits.js";
import { Meter, type OnProgress } from "./progress.js";
import { knownRows, type RowRange, type ScanBatch, type ScanPlan, type ScanTask } from "./protocol.js";
import { isAll } from "./row-range.js";
import type { Source } from "./source.js";

/** A scan of no more rows than this stays on the worker that opened the file, and starts no other. */
const SMALL_SCAN_ROWS = 8192;

/** How many tasks of known files run at once on a worker: one is fetched while another is decoded. */
const TASKS_PER_WORKER = 2;

/** Small files wait more than they are decoded, so more of them run at once: so many on all workers together, … */
const MAX_TASKS = 16;

/** … while the files of a worker's tasks come to no more than this many bytes. */
const SMALL_FILES_BYTES = 32 << 20;

/** Tasks, and whose batches they give. */
type Tasks = Pick<ScanPlan, "schema" | "tasks" | "rows">;

/**
 * The batches of all tasks, in order, cut to the rows of the plan. A few tasks a worker run at once; each waits when it is
 * `STREAM_CREDIT` batches ahead.
 *
 * Where some number of rows that pass a filter is enough, one task begins, and with each that ends short of it twice as
 * many as before are let run: the first may do, and none is waited for alone for long.
 */
export async function* inOrder(
  source: Source,
  { schema, tasks, rows }: Tasks,
  signal?: AbortSignal,
  onProgress?: OnProgress,
): AsyncGenerator<ScanBatch> {
  yield* inWindow(allInOrder(source, tasks, rows, signal, onProgress), rows, schema, cutBy(source));
}

async function* allInOrder(
  source: Source,
  tasks: readonly ScanTask[],
  rows: RowRange,
  signal: AbortSignal | undefined,
  onProgress: OnProgress | undefined,
): AsyncGenerator<ScanBatch> {
  const { start, ahead, stop } = runner(source, tasks, signal, onProgress);
  const running: { stream: AsyncGenerator<ScanBatch>; first: Promise<IteratorResult<ScanBatch>> }[] = [];
  let atOnce = rows.end === undefined ? ahead : 1;
  let next = 0;
  try {
    while (true) {
      for (; next < tasks.length && running.length < atOnce; next++) {
        const stream = start(tasks[next] as ScanTask);
        const first = stream.next();
        first.catch(() => {}); // It is heard of when its turn comes.
        running.push({ stream, first });
      }
      const head = running[0];
      if (!head) return;
      for (let item = await head.first; !item.done; item = await head.stream.next()) {
        yield item.value;
      }
      running.shift();
      atOnce = Math.min(atOnce * 2, ahead);
    }
  } finally {
    stop();
  }
}

/** The batches that lie in a range of their rows, cut to it. Pulls no further than its end. */
export async function* inWindow(
  batches: AsyncGenerator<ScanBatch>,
  rows: RowRange,
  schema: Uint8Array,
  cut: Cut,
): AsyncGenerator<ScanBatch> {
  const window = new Window(rows);
  if (window.isDone) return;
  for await (const batch of batches) {
    const part = await cut(schema, batch, window.next(batch.numRows));
    if (part) yield part;
    if (window.isDone) return;
  }
}

/** The batches of all tasks, in order and at once. Rejects with code `limit` when they pass `maxBytes`. */
export async function collect(
  source: Source,
  plan: Tasks,
  maxBytes: number,
  signal?: AbortSignal,
  onProgress?: OnProgress,
): Promise<Uint8Array[]> {
  if (!isAll(plan.rows)) return collectBatches(inOrder(source, plan, signal, onProgress), maxBytes);
  const checked = within(maxBytes);
  const collected: Uint8Array[][] = plan.tasks.map(() => []);
  const take = ({ bytes }: ScanBatch, index: number) => collected[index]?.push(checked(bytes));
  await atOnce(source, plan.tasks, take, signal, onProgress);
  return collected.flat();
}

/** All batches, in order. Rejects with code `limit` when they pass `maxBytes`. */
export async function collectBatches(
  batches: AsyncIterable<ScanBatch>,
  maxBytes: number,
): Promise<Uint8Array[]> {
  const checked = within(maxBytes);
  const collected: Uint8Array[] = [];
  for await (const { bytes } of batches) collected.push(checked(bytes));
  return collected;
}

/** Hands bytes on until all of them pass `maxBytes`. */
function within(maxBytes: number): (bytes: Uint8Array) => Uint8Array {
  let numBytes = 0;
  return (bytes) => {
    numBytes += bytes.byteLength;
    if (numBytes > maxBytes) throw tooLarge(maxBytes);
    return bytes;
  };
}

/** The number of rows of all tasks' batches. */
export async function countRows(
  source: Source,
  tasks: readonly ScanTask[],
  signal?: AbortSignal,
): Promise<number> {
  let total = 0;
  const take = ({ numRows }: ScanBatch) => {
    total += numRows;
  };
  await atOnce(source, tasks, take, signal);
  return total;
}

/** The last rows of all tasks' batches: task by task from the last one backwards, until there are enough. */
export async function lastRows(
  source: Source,
  { schema, tasks }: Tasks,
  numRows: number,
  signal?: AbortSignal,
): Promise<Uint8Array[]> {
  const { start, stop } = runner(source, tasks, signal);
  try {
    const streams = tasks.map((task) => () => start(task));
    return await lastOf(streams, numRows, schema, cutBy(source));
  } finally {
    stop();
  }
}

/** The last rows of streams, from the last one backwards, until there are enough. */
export async function lastOf(
  streams: readonly (() => AsyncIterable<ScanBatch>)[],
  numRows: number,
  schema: Uint8Array,
  cut: Cut,
): Promise<Uint8Array[]> {
  let kept: ScanBatch[] = [];
  let found = 0;
  for (const stream of streams.toReversed()) {
    if (found >= numRows) break;
    const own: ScanBatch[] = [];
    for await (const batch of stream()) {
      own.push(batch);
      found += batch.numRows;
      // The first ones go as soon as there are enough without them.
      for (let [first] = own; first && found - first.numRows >= numRows; [first] = own) {
        found -= first.numRows;
        own.shift();
      }
    }
    kept = [...own, ...kept];
  }
  const [first, ...others] = kept;
  if (!first) return [];
  const rest = { start: Math.max(0, found - numRows), end: first.numRows };
  const part = await cut(schema, first, rest);
  return [...(part ? [part] : []), ...others].map(({ bytes }) => bytes);
}

/** Hands over the batches of all tasks as they come, as many tasks at once as can run. */
async function atOnce(
  source: Source,
  tasks: readonly ScanTask[],
  take: (batch: ScanBatch, task: number) => void,
  signal: AbortSignal | undefined,
  onProgress?: OnProgress,
): Promise<void> {
  const { start, ahead, stop } = runner(source, tasks, signal, onProgress);
  const queue = tasks.entries();
  const work = async () => {
    for (const [index, task] of queue) for await (const batch of start(task)) take(batch, index);
  };
  try {
    await Promise.all(Array.from({ length: Math.min(ahead, tasks.length) }, work));
  } finally {
    stop();
  }
}

/** Decides where tasks run and how many at once. `stop` cancels those that still run. */
function runner(
  source: Source,
  tasks: readonly ScanTask[],
  signal: AbortSignal | undefined,
  onProgress?: OnProgress,
) {
  const { pool, home } = source;
  const numRows = tasks.reduce((sum, task) => sum + numRowsOf(task), 0);
  const small = numRows <= SMALL_SCAN_ROWS;
  const stopping = new AbortController();
  const either = signal ? AbortSignal.any([signal, stopping.signal]) : stopping.signal;
  const meter = onProgress && new Meter(tasks, onProgress);
  const named = namingMisfits(home, tasks, signal);
  return {
    ahead: tasksAtOnce(tasks, small ? 1 : pool.slots.length),
    start: (task: ScanTask) => {
      const batches = named((small ? home : pool.idlest(home)).stream("scan", [task], either));
      return withRows(meter ? meter.watch(task, batches) : batches);
    },
    stop: () => stopping.abort(),
  };
}

/** A batch without rows only says what reading cost. */
async function* withRows(batches: AsyncGenerator<ScanBatch>): AsyncGenerator<ScanBatch> {
  for await (const batch of batches) if (batch.numRows > 0) yield batch;
}

/**
 * How many tasks run at once. A task of a file whose footer is known is a row group, or a few small ones; of any other
 * file it is the whole, and fetches one row group while another is decoded by itself.
 */
function tasksAtOnce(tasks: readonly ScanTask[], numWorkers: number): number {
  const isKnown = tasks.every(({ file }) => knownRows(file) !== undefined);
  const numBytes = tasks.reduce((sum, { file }) => sum + file.size, 0) / tasks.length;
  const small = Math.min(MAX_TASKS, Math.floor((numWorkers * SMALL_FILES_BYTES) / numBytes));
  return Math.max(small, isKnown ? numWorkers * TASKS_PER_WORKER : numWorkers, TASKS_PER_WORKER);
}

/** What is left of a range of rows, of which batch after batch goes by. */
class Window {
  #skip: number;
  #left: number;

  constructor({ start, end = Number.POSITIVE_INFINITY }: RowRange) {
    this.#skip = start;
    this.#left = end - start;
  }

  get isDone(): boolean {
    return this.#left <= 0;
  }

  /** Which rows of the next batch are in the range. */
  next(numRows: number): Required<RowRange> {
    const start = Math.min(this.#skip, numRows);
    const end = Math.min(start + this.#left, numRows);
    this.#skip -= start;
    this.#left -= end - start;
    return { start, end };
  }
}

/** Some rows of a batch, if that is any. */
export type Cut = (
  schema: Uint8Array,
  batch: ScanBatch,
  rows: Required<RowRange>,
) => Promise<ScanBatch | undefined>;

/** Cuts batches by a worker where only a part is wanted: at most twice a read. */
export function cutBy({ home }: Pick<Source, "home">): Cut {
  return async (schema, batch, rows) => {
    if (rows.end <= rows.start) return undefined;
    if (rows.start === 0 && rows.end === batch.numRows) return batch;
    return home.call("sliceBatch", [schema, batch.bytes, rows]);
  };
}

/** Of a file whose footer nobody has read yet, any number of rows may come. */
function numRowsOf({ file, rows }: ScanTask): number {
  return (rows.end ?? knownRows(file) ?? Number.POSITIVE_INFINITY) - rows.start;
}

/** The error of a read that comes to more than may be held. */
function tooLarge(maxBytes: number): HubframeError {
  return failure(
    "limit",
    "collect rows",
    `The rows take more than ${maxBytes} bytes of memory as Arrow. Select fewer columns, take a slice, go through batches(), or raise maxBytes.`,
    { context: { maxBytes: String(maxBytes) } },
  );
}
