/** Runs the tasks of a plan on the workers: several at once, the rows in order, and never more held than is bounded. */
import { failure } from "./errors.js";
import type { ScanBatch, ScanPlan, ScanTask } from "./protocol.js";
import type { Source } from "./source.js";

/** A scan of no more rows than this stays on the worker that opened the file, and starts no other. */
const SMALL_SCAN_ROWS = 8192;

/** How many tasks run at once on a single worker: enough to fetch one while another is decoded. */
const SINGLE_WORKER_TASKS = 2;

/**
 * The batches of all tasks, in order. As many tasks as there are workers run at once; each waits when it is
 * `STREAM_CREDIT` batches ahead.
 */
export async function* inOrder(
  source: Source,
  { tasks }: ScanPlan,
  signal?: AbortSignal,
): AsyncGenerator<ScanBatch> {
  const { start, ahead, stop } = runner(source, tasks, signal);
  const running: { stream: AsyncGenerator<ScanBatch>; first: Promise<IteratorResult<ScanBatch>> }[] = [];
  let next = 0;
  try {
    while (true) {
      for (; next < tasks.length && running.length < ahead; next++) {
        const stream = start(tasks[next] as ScanTask);
        const first = stream.next();
        first.catch(() => {}); // It is heard of when its turn comes.
        running.push({ stream, first });
      }
      const head = running[0];
      if (!head) return;
      for (let item = await head.first; !item.done; item = await head.stream.next()) yield item.value;
      running.shift();
    }
  } finally {
    stop();
  }
}

/** The batches of all tasks, in order and at once. Rejects with code `limit` when they pass `maxBytes`. */
export async function collect(
  source: Source,
  { tasks }: ScanPlan,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<Uint8Array[]> {
  const { start, ahead, stop } = runner(source, tasks, signal);
  const collected: Uint8Array[][] = tasks.map(() => []);
  let numBytes = 0;
  const queue = tasks.entries();
  const work = async () => {
    for (const [index, task] of queue) {
      for await (const { bytes } of start(task)) {
        numBytes += bytes.byteLength;
        if (numBytes > maxBytes) throw tooLarge(maxBytes);
        collected[index]?.push(bytes);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(ahead, tasks.length) }, work));
  } finally {
    stop();
  }
  return collected.flat();
}

/** Decides where tasks run and how many at once. `stop` cancels those that still run. */
function runner(source: Source, tasks: readonly ScanTask[], signal: AbortSignal | undefined) {
  const { pool, home } = source;
  const numRows = tasks.reduce((sum, task) => sum + numRowsOf(task), 0);
  const small = numRows <= SMALL_SCAN_ROWS;
  const stopping = new AbortController();
  const either = signal ? AbortSignal.any([signal, stopping.signal]) : stopping.signal;
  return {
    ahead: small ? SINGLE_WORKER_TASKS : Math.max(pool.slots.length, SINGLE_WORKER_TASKS),
    start: (task: ScanTask) => (small ? home : pool.idlest(home)).stream("scan", [task], either),
    stop: () => stopping.abort(),
  };
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
