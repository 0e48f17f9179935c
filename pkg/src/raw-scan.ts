/** The batches of a scan of either WebAssembly module. */
import type { ScanBatch } from "./protocol.js";

/** A scan, as the bindings of both modules have it. */
interface RawScan {
  next(signal: AbortSignal): Promise<ScanBatch | undefined>;
  free(): void;
}

/** The batches, one by one. Frees the scan at the end, and when they are left early. */
export async function* batches(scan: RawScan, signal: AbortSignal): AsyncGenerator<ScanBatch> {
  try {
    for (let batch = await scan.next(signal); batch; batch = await scan.next(signal)) yield batch;
  } finally {
    scan.free();
  }
}
