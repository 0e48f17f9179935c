/** Runs the tasks of a plan on the workers: several at once, the rows in order, and never more held than is bounded. */
import { failure } from "./errors.js";
import type { RowRange, ScanBatch, ScanPlan, ScanTask } from "./protocol.js";
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
): AsyncGenerator<ScanBatch> {
  const { start, ahead, stop } = runner(source, tasks, signal);
  const window = new Window(rows);
  const running: { stream: AsyncGenerator<ScanBatch>; first: Promise<IteratorResult<ScanBatch>> }[] = [];
  let atOnce = rows.end === undefined ? ahead : 1;
  let next = 0;
  try {
    while (!window.isDone) {
      for (; next < tasks.length && running.length < atOnce; next++) {
        const stream = start(tasks[next] as ScanTask);
        const first = stream.next();
        first.catch(() => {}); // It is heard of when its turn comes.
        running.push({ stream, first });
      }
      const head = running[0];
      if (!head) return;
      for (let item = await head.first; !item.done; item = await head.stream.next()) {
        const batch = await cut(source, schema, item.value, window.next(item.value.numRows));
        if (batch) yield batch;
        if (window.isDone) return;
      }
      running.shift();
      atOnce = Math.min(atOnce * 2, ahead);
    }
  } finally {
    stop();
  }
}

/** The batches of all tasks, in order and at once. Rejects with code `limit` when they pass `maxBytes`. */
export async function collect(
  source: Source,
  plan: Tasks,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<Uint8Array[]> {
  let numBytes = 0;
  const checked = (bytes: Uint8Array) => {
    numBytes += bytes.byteLength;
    if (numBytes > maxBytes) throw tooLarge(maxBytes);
    return bytes;
  };
  if (!isAll(plan.rows)) {
    const collected: Uint8Array[] = [];
    for await (const { bytes } of inOrder(source, plan, signal)) collected.push(checked(bytes));
    return collected;
  }
  const collected: Uint8Array[][] = plan.tasks.map(() => []);
  await atOnce(source, plan.tasks, signal, ({ bytes }, index) => collected[index]?.push(checked(bytes)));
  return collected.flat();
}

/** The number of rows of all tasks' batches. */
export async function countRows(
  source: Source,
  tasks: readonly ScanTask[],
  signal?: AbortSignal,
): Promise<number> {
  let total = 0;
  await atOnce(source, tasks, signal, ({ numRows }) => {
    total += numRows;
  });
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
  let kept: ScanBatch[] = [];
  let found = 0;
  try {
    for (const task of tasks.toReversed()) {
      if (found >= numRows) break;
      const own: ScanBatch[] = [];
      for await (const batch of start(task)) {
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
  } finally {
    stop();
  }
  const [first, ...others] = kept;
  if (!first) return [];
  const extra = { start: Math.max(0, found - numRows), end: first.numRows };
  const cutFirst = await cut(source, schema, first, extra);
  return [...(cutFirst ? [cutFirst] : []), ...others].map(({ bytes }) => bytes);
}

/** Hands over the batches of all tasks as they come, as many tasks at once as can run. */
async function atOnce(
  source: Source,
  tasks: readonly ScanTask[],
  signal: AbortSignal | undefined,
  take: (batch: ScanBatch, task: number) => void,
): Promise<void> {
  const { start, ahead, stop } = runner(source, tasks, signal);
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
function runner(source: Source, tasks: readonly ScanTask[], signal: AbortSignal | undefined) {
  const { pool, home } = source;
  const numRows = tasks.reduce((sum, task) => sum + numRowsOf(task), 0);
  const small = numRows <= SMALL_SCAN_ROWS;
  const stopping = new AbortController();
  const either = signal ? AbortSignal.any([signal, stopping.signal]) : stopping.signal;
  return {
    ahead: tasksAtOnce(tasks, small ? 1 : pool.slots.length),
    start: (task: ScanTask) => (small ? home : pool.idlest(home)).stream("scan", [task], either),
    stop: () => stopping.abort(),
  };
}

/**
 * How many tasks run at once. A task of a file whose footer is known is a row group, or a few small ones; of any other
 * file it is the whole, and fetches one row group while another is decoded by itself.
 */
function tasksAtOnce(tasks: readonly ScanTask[], numWorkers: number): number {
  const isKnown = tasks.every(({ file }) => file.footer !== undefined);
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

/** Some rows of a batch, if that is any. A part of one is made by a worker: at most twice a read. */
async function cut(
  { home }: Source,
  schema: Uint8Array,
  batch: ScanBatch,
  rows: Required<RowRange>,
): Promise<ScanBatch | undefined> {
  if (rows.end <= rows.start) return undefined;
  if (rows.start === 0 && rows.end === batch.numRows) return batch;
  return home.call("sliceBatch", [schema, batch.bytes, rows]);
}

/** Of a file whose footer nobody has read yet, any number of rows may come. */
function numRowsOf({ file, rows }: ScanTask): number {
  return (rows.end ?? file.footer?.numRows ?? Number.POSITIVE_INFINITY) - rows.start;
}

function tooLarge(maxBytes: number) {
  return failure(
    "limit",
    "collect rows",
    `The rows take more than ${maxBytes} bytes of memory as Arrow. Select fewer columns, take a slice, go through batches(), or raise maxBytes.`,
    { context: { maxBytes: String(maxBytes) } },
  );
}
