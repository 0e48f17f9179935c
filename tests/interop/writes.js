// What hubframe is to write, for test_hubframe_writes.py: it runs in a page of Chromium (chromium.js).

import { Hub } from "hubframe";

/** Writes what is read from the repo `from` to the repo `to`, as thirds in three splits, in one of several ways. */
export async function write({ endpoint, token, from, to, how }) {
  const hub = new Hub({ endpoint, token, workers: 2 });
  try {
    const frame = await hub.readParquet(`hf://datasets/${from}`);
    const cut = Math.floor((await frame.count()) / 3);
    const train = frame.slice(0, cut);
    const validation = frame.slice(cut, cut);
    const my_split = frame.slice(2 * cut);
    const splits = { train, validation, my_split };
    await hub.createDataset(to, { existOk: true, license: "mit" });
    if (how === "splits") await hub.writeDataset(to, splits);
    else if (how === "many files") await hub.writeDataset(to, splits, { fileBytes: 200_000 });
    else if (how === "shards") await hub.writeDataset(to, splits, { naming: "shards" });
    else if (how === "configs") {
      await hub.writeDataset(to, { train });
      await hub.writeDataset(to, { train: validation, test: my_split }, { config: "other" });
    } else if (how === "append") {
      for (const part of [train, validation, my_split]) {
        await part.toParquet(`hf://datasets/${to}`, { mode: "append" });
      }
    } else throw new Error(`unknown: ${how}`);
  } finally {
    hub.close();
  }
}
