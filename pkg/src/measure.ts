/** Runs a pass over the rows on the workers, and merges what they measured in a tree. */
import type { AggregatePlan, Partials } from "./query.js";
import type { Source } from "./source.js";

/** How many tasks run at once on a single worker: enough to fetch one while another is decoded. */
const SINGLE_WORKER_TASKS = 2;

/** How many partial results wait to be merged at most: a few large merges cost less than many small ones. */
const MERGED_AT_ONCE = 8;

/**
 * What all tasks measured together, and the footers before them. Partial results are merged as they come, on whichever
 * worker is idle, so that few of them are held however many tasks there are.
 */
export async function measure(source: Source, plan: AggregatePlan, signal?: AbortSignal): Promise<Partials> {
  const { pool, home } = source;
  const { measures, tasks } = plan;
  const stopping = new AbortController();
  const either = signal ? AbortSignal.any([signal, stopping.signal]) : stopping.signal;
  let waiting: Partials[] = [plan.partials];
  const mergeAll = async () => {
    const parts = waiting;
    waiting = [];
    const merged = await pool.idlest(home).call("mergePartials", [measures, parts], either);
    waiting.push(merged);
  };
  const queue = tasks.values();
  const work = async () => {
    for (const task of queue) {
      const measured = await pool.idlest(home).call("measure", [task], either);
      waiting.push(measured);
      if (waiting.length >= MERGED_AT_ONCE) await mergeAll();
    }
  };
  try {
    const atOnce = Math.max(pool.slots.length, SINGLE_WORKER_TASKS);
    await Promise.all(Array.from({ length: Math.min(atOnce, tasks.length) }, work));
    if (waiting.length > 1) await mergeAll();
    return waiting[0] ?? plan.partials;
  } finally {
    stopping.abort();
  }
}
