import { expect, it, vi } from "vitest";
import { failure } from "../src/errors.js";
import { namingMisfits } from "../src/misfits.js";
import type { Slot } from "../src/pool.js";
import type { ScanBatch } from "../src/protocol.js";

const misfit = (message: string) => failure("unsupported", "fit columns", message);

/** A stream of one batch that then fails. */
async function* failing(error: unknown): AsyncGenerator<ScanBatch> {
  yield { numRows: 1, bytes: new Uint8Array(1) };
  throw error;
}

async function drain(batches: AsyncIterable<ScanBatch>): Promise<number> {
  let rows = 0;
  for await (const { numRows } of batches) rows += numRows;
  return rows;
}

function slot(answer: () => Promise<void>) {
  const call = vi.fn(answer);
  return { call, home: { call } as unknown as Slot };
}

it("names all files that do not fit, and asks once", async () => {
  const { call, home } = slot(async () => {
    throw misfit("b and d");
  });
  const named = namingMisfits(home, [], undefined);
  const reads = [drain(named(failing(misfit("b")))), drain(named(failing(misfit("d"))))];
  for (const read of await Promise.allSettled(reads)) {
    expect(read).toMatchObject({ status: "rejected", reason: { message: "b and d" } });
  }
  expect(call).toHaveBeenCalledTimes(1);
});

it("keeps the error when asking tells no more", async () => {
  for (const answer of [undefined, failure("network", "read rows", "gone")]) {
    const { home } = slot(async () => {
      if (answer) throw answer;
    });
    await expect(drain(namingMisfits(home, [], undefined)(failing(misfit("b"))))).rejects.toThrow("b");
  }
});

it("asks nothing after any other error", async () => {
  const { call, home } = slot(async () => {});
  const read = drain(namingMisfits(home, [], undefined)(failing(failure("corrupt", "read rows", "bad"))));
  await expect(read).rejects.toThrow("bad");
  expect(call).not.toHaveBeenCalled();
});
