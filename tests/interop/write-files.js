// Writes Parquet files with hubframe, in Node, for Python clients to read: `write-files.js FOLDER FILE…` writes
// `rows.parquet` and `exact.parquet` from plain rows, and a copy of each given Parquet or Arrow file.

import { openAsBlob } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fromFiles, fromRows, Hub } from "hubframe";

const [folder, ...files] = process.argv.slice(2);
const hub = new Hub();

async function save(name, frame) {
  const blob = await frame.toParquetBlob();
  await writeFile(join(folder, name), new Uint8Array(await blob.arrayBuffer()));
}

// The smallest PNG: one pixel.
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const rows = Array.from({ length: 1000 }, (_, id) => ({
  id,
  big: 2n ** 60n + BigInt(id),
  part: id / 2,
  text: id % 10 === 0 ? null : `text ${id}`,
  at: new Date(id * 1000),
  label: id % 2 === 0 ? "neg" : "pos",
  image: new Uint8Array(png),
  turns: [{ role: "user", content: `question ${id}` }],
}));
const labels = { _type: "ClassLabel", names: ["neg", "pos"] };
await save("rows.parquet", await fromRows(rows, { label: labels, image: { _type: "Image" } }, { hub }));

const schema = {
  price: "decimal128(9, 2)",
  amount: "decimal128(38, 10)",
  at: "timestamp[ns, tz=UTC]",
  local: "timestamp[us]",
  day: "date32",
  clock: "time64[us]",
  huge: "uint64",
  pair: { _type: "List", feature: { dtype: "time32[ms]", _type: "Value" } },
};
const exact = Array.from({ length: 100 }, (_, id) => ({
  price: `${id}.25`,
  amount: `-${"9".repeat(28)}.${String(id).padStart(10, "0")}`,
  at: `2024-02-29T23:59:59.${String(123_456_700 + id)}Z`,
  local: `1969-12-31T23:59:59.${String(999_900 + id)}Z`,
  day: "2024-02-29",
  clock: `13:37:00.${String(id).padStart(6, "0")}`,
  huge: 2n ** 64n - 1n - BigInt(id),
  pair: id % 3 === 0 ? null : ["00:00:01.5", null],
}));
await save("exact.parquet", await fromRows(exact, schema, { hub }));

for (const file of files) {
  const blob = new File([await openAsBlob(file)], basename(file));
  await save(`copy-${basename(file).replace(/\.\w+$/, "")}.parquet`, await fromFiles([blob], { hub }));
}
hub.close();
