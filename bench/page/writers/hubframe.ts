/** hubframe, by its public interface. */
import { fromArrow, Hub, type ParquetOptions } from "hubframe";
import type { Writer } from "../../writing-tasks.js";

export function writer(options: ParquetOptions): Writer {
  return async ({ ipc }) => {
    const hub = new Hub({ workers: 2 });
    const frame = await fromArrow(ipc, { hub });
    return frame.toParquetBlob({ compression: "snappy", ...options });
  };
}
