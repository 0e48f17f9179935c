/** @huggingface/hub by Git LFS, which hubframe uses as well; with a worker that hashes, or without, as is its default. */
import { uploadFiles } from "@huggingface/hub";
import type { Uploader } from "../../writing-tasks.js";

export function uploader(useWebWorkers: boolean): Uploader {
  return async ({ endpoint, token, repo }, files) => {
    await uploadFiles({
      repo: { type: "dataset", name: repo },
      hubUrl: endpoint,
      accessToken: token,
      files: [...files],
      useXet: false,
      useWebWorkers,
    });
  };
}
