/** The batches of a scan of either WebAssembly module. */
import type { ScanBatch } from "./protocol.js";

/** A scan, as the bindings of both modules have it. */
interface RawScan {
  next(signal: AbortSignal): Promise<ScanBatch | undefined>;
  takeTraffic(): [requests: number, bytes: number];
  free(): void;
}

/**
 * The batches, one by one, and at the end an empty one: where no row passed a filter, somebody still wants to know what
 * that cost. Frees the scan at the end, and when they are left early.
 */
export async function* batches(scan: RawScan, signal: AbortSignal): AsyncGenerator<ScanBatch> {
  try {
    for (let ended = false; !ended; ) {
      const batch = await scan.next(signal);
      ended = batch === undefined;
      const [requests, bytes] = scan.takeTraffic();
      yield { ...(batch ?? { numRows: 0, bytes: new Uint8Array() }), traffic: { requests, bytes } };
    }
  } finally {
    scan.free();
  }
}
