import { expect, test, vi } from "vitest";
import { messagesOf } from "../src/frame.js";
import { writeParquet } from "../src/write.js";
import { fakeFrame } from "./fake.js";

test("a frame becomes one Blob of what the writer made, in order", async () => {
  const { frame, pool } = await fakeFrame({ a: 25, b: 15 }, { workers: 3 });
  const progress: number[] = [];
  const blob = await frame.toParquetBlob({ onProgress: ({ numRows }) => progress.push(numRows) });
  expect(progress).toHaveLength(5);
  const { batches } = await messagesOf(frame);
  const parts: Uint8Array[] = [];
  for await (const bytes of batches) parts.push(bytes);
  expect(new Uint8Array(await blob.arrayBuffer())).toEqual(new Uint8Array(Buffer.concat(parts)));
  expect(blob.type).toBe("application/vnd.apache.parquet");
  expect(pool.slots.map(({ load }) => load)).toEqual([0, 0, 0]);
});

test("a file ends once it holds enough Arrow data", async () => {
  const { frame } = await fakeFrame({ a: 40 });
  const { batches } = await messagesOf(frame);
  const sizes: number[] = [];
  for await (const { byteLength } of batches) sizes.push(byteLength);
  const [a = 0, b = 0, c = 0, d = 0] = sizes;
  const files: number[] = [];
  for await (const { blob } of writeParquet(frame, { fileBytes: a + 1 })) files.push(blob.size);
  expect(files).toEqual([a + b, c, d]);
});

test("a frame without rows is a file without any", async () => {
  const { frame, log } = await fakeFrame({ a: 0 });
  const files: unknown[] = [];
  for await (const { numRows } of writeParquet(frame, { compression: "snappy" })) files.push(numRows);
  expect(files).toEqual([0]);
  expect(log()).toContain('new writer {"compression":"snappy"}');
});

test("leaving early, and cancelling, drop the file", async () => {
  const controller = new AbortController();
  const { frame, pool, log } = await fakeFrame({ a: 100 }, { workers: 1 });
  const onProgress = () => controller.abort();
  const written = frame.toParquetBlob({ signal: controller.signal, onProgress });
  await expect(written).rejects.toMatchObject({ code: "aborted" });
  await vi.waitFor(() => expect(log()).toContain("close writer 0"));
  await vi.waitFor(() => expect(pool.slots[0]?.load).toBe(0));
});

test("a worker that dies takes its file with it, and says why", async () => {
  const writeBatch = () => {
    throw new WebAssembly.RuntimeError("out of memory");
  };
  const { frame } = await fakeFrame({ a: 100 }, { workers: 1, session: { writeBatch } });
  await expect(frame.toParquetBlob()).rejects.toMatchObject({
    code: "internal",
    message: expect.stringContaining("out of memory"),
  });
});

test("options that make no sense are refused before anything is read", async () => {
  const { frame, log } = await fakeFrame({ a: 10 });
  await expect(frame.toParquetBlob({ rowGroupBytes: -1 })).rejects.toMatchObject({ code: "invalid" });
  await expect(frame.toParquetBlob({ compression: "brotli" as never })).rejects.toMatchObject({
    message: expect.stringContaining("zstd, snappy, gzip, lz4, uncompressed"),
  });
  expect(log()).toEqual([]);
});
