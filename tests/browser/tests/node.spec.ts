/** The same build in Node, without workers. */
import { Hub } from "hubframe";
import { expect, test } from "../support/test.js";

test("reads rows in Node", async ({ freshHub }) => {
  const hub = new Hub({ endpoint: freshHub.endpoint });
  const frame = await hub.readParquet("hf://datasets/vega/flights-20-files");
  expect(frame.numPartitions).toBe(20);
  expect(await frame.head(3)).toHaveLength(3);
  const table = await frame.partition(19).toArrow();
  expect(table.numRows).toBe(await frame.partition(19).count());
  hub.close();
  await expect(frame.head()).rejects.toMatchObject({ code: "aborted" });
});
