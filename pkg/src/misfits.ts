/** Files whose columns are of other types than those of the first one: a read that meets one names them all. */
import { isHubframeError } from "./errors.js";
import type { Slot } from "./pool.js";
import type { ScanBatch, ScanTask } from "./protocol.js";

/** The operation of such an error, in Rust and so here. */
const FIT_COLUMNS = "fit columns";

/** Makes of each stream of `tasks` one whose error, when a file does not fit, lists all files that do not. */
export function namingMisfits(home: Slot, tasks: readonly ScanTask[], signal: AbortSignal | undefined) {
  // Streams that fail side by side ask once.
  let checked: Promise<void> | undefined;
  return async function* (batches: AsyncIterable<ScanBatch>): AsyncGenerator<ScanBatch> {
    try {
      yield* batches;
    } catch (error) {
      if (!isMisfit(error)) throw error;
      checked ??= home.call("checkSchemas", [tasks], signal);
      // Whatever else goes wrong in asking, the first error says enough.
      await checked.catch((all: unknown) => {
        throw isMisfit(all) ? all : error;
      });
      throw error;
    }
  };
}

function isMisfit(error: unknown): boolean {
  return isHubframeError(error) && error.operation === FIT_COLUMNS;
}
