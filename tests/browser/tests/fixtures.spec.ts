/** Every fixture, read in Chromium's workers, against what pyarrow reads. */
import type { Page } from "@playwright/test";
import { encodeStream, goldenByRepo, hfPath } from "../support/golden.js";
import { expect, test } from "../support/test.js";

/** Reads rows in the page; the bytes of an Arrow stream come back. */
async function readIPC(page: Page, path: string, endpoint: string, rows?: readonly [number, number]) {
  const { numRows, base64 } = await page.evaluate(
    async ({ path, endpoint, rows }) => {
      const hub = new hubframe.Hub({ endpoint, workers: 2 });
      const opened = await hub.readParquet(path);
      const frame = rows ? opened.slice(rows[0], rows[1] - rows[0]) : opened;
      const bytes = await frame.toIPC();
      const numRows = await frame.count();
      hub.close();
      let text = "";
      for (let at = 0; at < bytes.length; at += 0x8000) {
        text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
      }
      return { numRows, base64: btoa(text) };
    },
    { path, endpoint, rows },
  );
  return { numRows, stream: new Uint8Array(Buffer.from(base64, "base64")) };
}

for (const [repo, files] of goldenByRepo()) {
  test(`rows of ${repo}`, async ({ plainPage, hub }) => {
    for (const golden of files) {
      await test.step(golden.path, async () => {
        const path = hfPath(golden);
        const expected = golden.columns.map(({ name, values }) => ({ name, values }));
        const all = await readIPC(plainPage, path, hub.endpoint);
        expect(all.numRows).toBe(golden.num_rows);
        expect(encodeStream(all.stream, golden.rows)).toEqual(expected);

        const last = golden.rows.at(-1);
        if (!last || golden.columns.length === 0) return;
        const length = last[1] - last[0];
        const slice = await readIPC(plainPage, path, hub.endpoint, last);
        expect(slice.numRows).toBe(length);
        expect(encodeStream(slice.stream, [[0, length]])).toEqual(
          expected.map(({ name, values }) => ({ name, values: values.slice(values.length - length) })),
        );
      });
    }
  });
}
