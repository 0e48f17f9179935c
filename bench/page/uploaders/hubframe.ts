/** hubframe, by its public interface. */
import { Hub } from "hubframe";
import type { Uploader } from "../../writing-tasks.js";

export const uploader: Uploader = async ({ endpoint, token, repo }, files) => {
  const hub = new Hub({ endpoint, token, workers: 2 });
  await hub.commitFiles(repo, { add: files.map(({ path, content }) => ({ path, blob: content })) });
  hub.close();
};
