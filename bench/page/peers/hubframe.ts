/** hubframe, by its public interface. */
import { type Frame, Hub } from "hubframe";
import type { Answer, Peer } from "../../tasks.js";

export const peer: Peer = async ({ path, endpoint }, task) => {
  const hub = new Hub({ endpoint, workers: 2 });
  const frame = await hub.readParquet(path);
  switch (task.name) {
    case "T1":
      return { count: frame.schema.fields.length };
    case "T2":
    case "T3":
      return rowsOf(frame.slice(task.rows.start, task.rows.end - task.rows.start));
    case "T4":
      return { count: (await frame.select(task.column).toArrow()).numRows };
    case "T5":
      return { count: (await frame.toArrow()).numRows };
    case "T6":
      return rowsOf(frame.filter([["id", "==", task.id]]));
  }
};

async function rowsOf(frame: Frame): Promise<Answer> {
  const table = await frame.toArrow();
  const ids = Array.from(table.getChild("id") as Iterable<bigint>, Number);
  return { count: table.numRows, ids: ids.reduce((sum, id) => sum + id, 0) };
}
