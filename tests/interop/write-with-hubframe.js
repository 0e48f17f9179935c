// hubframe writes datasets to the Hub at HF_ENDPOINT, for test_hubframe_writes.py to read.
//
// Arguments: a repo to read from, a repo to write to, and how.

import { Hub } from "hubframe";

const [from, to, how] = process.argv.slice(2);
const hub = new Hub({ endpoint: process.env.HF_ENDPOINT, token: process.env.HF_TOKEN });
const frame = await hub.readParquet(`hf://datasets/${from}`);
const numRows = await frame.count();
const cut = Math.floor(numRows / 3);
const splits = {
  train: frame.slice(0, cut),
  validation: frame.slice(cut, cut),
  my_split: frame.slice(2 * cut),
};
await hub.createDataset(to, { existOk: true, license: "mit" });
if (how === "splits") await hub.writeDataset(to, splits, { fileBytes: 200_000 });
else if (how === "shards") await hub.writeDataset(to, splits, { naming: "shards" });
else if (how === "config") {
  await hub.writeDataset(to, { train: splits.train });
  await hub.writeDataset(to, { train: splits.validation, test: splits.my_split }, { config: "other" });
} else if (how === "append") {
  for (const part of [splits.train, splits.validation, splits.my_split]) {
    await part.toParquet(`hf://datasets/${to}`, { mode: "append" });
  }
} else throw new Error(`unknown: ${how}`);
hub.close();
