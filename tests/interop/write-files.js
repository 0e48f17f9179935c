// Writes Parquet files with hubframe, in Node, for Python clients to read: `write-files.js FOLDER FILE…` writes
// `rows.parquet` from plain rows, and a copy of each given Parquet or Arrow file.

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

for (const file of files) {
  const blob = new File([await openAsBlob(file)], basename(file));
  await save(`copy-${basename(file).replace(/\.\w+$/, "")}.parquet`, await fromFiles([blob], { hub }));
}
hub.close();
