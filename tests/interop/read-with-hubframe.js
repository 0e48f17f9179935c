// Reads with hubframe, in Node, what other clients wrote to the Hub at HF_ENDPOINT: `read-with-hubframe.js PATH FILE`
// writes the rows of a path, as Arrow IPC; of a repo's name, the rows of all splits of its configs, one file each.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Hub } from "hubframe";

const [from, folder] = process.argv.slice(2);
const hub = new Hub({ endpoint: process.env.HF_ENDPOINT, token: process.env.HF_TOKEN });
if (from.startsWith("hf://")) {
  await writeFile(join(folder, "rows.arrows"), await (await hub.readParquet(from)).toIPC());
} else {
  const dataset = await hub.dataset(from);
  for (const config of dataset.configs) {
    for (const { name } of config.splits) {
      const frame = await dataset.split(name, { config: config.name });
      await writeFile(join(folder, `${config.name}-${name}.arrows`), await frame.toIPC());
    }
  }
}
hub.close();
