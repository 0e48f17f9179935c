/** Every fixture, read in Chromium's workers, against what pyarrow reads. */
import type { JSHandle, Page } from "@playwright/test";
import type { Hub } from "hubframe";
import { encodeStream, goldenByRepo, hfPath } from "../support/golden.js";
import { expect, test } from "../support/test.js";

/** Reads rows in the page, all or a slice; the bytes of an Arrow stream come back. */
async function readIPC(
  page: Page,
  hub: JSHandle<Hub>,
  path: string,
  slice?: readonly [start: number, end: number],
) {
  const { numRows, base64 } = await page.evaluate(
    async ({ hub, path, slice }) => {
      const opened = await hub.readParquet(path);
      const frame = slice ? opened.slice(slice[0], slice[1] - slice[0]) : opened;
      const [bytes, numRows] = [await frame.toIPC(), await frame.count()];
      let text = "";
      for (let at = 0; at < bytes.length; at += 0x8000) {
        text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
      }
      return { numRows, base64: btoa(text) };
    },
    { hub, path, slice },
  );
  return { numRows, stream: new Uint8Array(Buffer.from(base64, "base64")) };
}

for (const [repo, files] of goldenByRepo()) {
  test(`rows of ${repo}`, async ({ plainPage: page, hub: { endpoint } }) => {
    const hub = await page.evaluateHandle((endpoint) => new hubframe.Hub({ endpoint, workers: 1 }), endpoint);
    for (const golden of files) {
      await test.step(golden.path, async () => {
        const expected = golden.columns.map(({ name, values }) => ({ name, values }));
        const all = await readIPC(page, hub, hfPath(golden));
        expect(all.numRows).toBe(golden.num_rows);
        expect(encodeStream(all.stream, golden.rows)).toEqual(expected);

        const last = golden.rows.at(-1);
        if (!last) return;
        const length = last[1] - last[0];
        const slice = await readIPC(page, hub, hfPath(golden), last);
        expect(slice.numRows).toBe(length);
        expect(encodeStream(slice.stream, [[0, length]])).toEqual(
          expected.map(({ name, values }) => ({ name, values: values.slice(values.length - length) })),
        );
      });
    }
  });
}
