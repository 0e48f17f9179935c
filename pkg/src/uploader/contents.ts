/** What the commit will hold: how the tables are cut into files, and which files go beside them. Pure. */

import type { Settings } from "./choices.js";
import type { AddedFile } from "./limits.js";
import { isTable, type LocalFile, type TableFile } from "./local-file.js";
import { fileBytesFor } from "./progress.js";
import type { ConfigFiles } from "./tables.js";

/** The bytes of Arrow data after which a file of a table ends. */
export function fileBytesOf(tables: readonly TableFile[], { fileMegabytes }: Settings): number {
  if (fileMegabytes !== undefined) return fileMegabytes * 1e6;
  const given = tables.reduce((sum, { file }) => sum + file.size, 0);
  return fileBytesFor(given, arrowBytes(tables));
}

/** About how many files the tables take. */
export function numTableFiles(configs: readonly ConfigFiles[], fileBytes: number): number {
  const splits = configs.flatMap(({ files }) =>
    [...new Set(files.map(({ split }) => split))].map((split) =>
      files.filter((file) => file.split === split),
    ),
  );
  return splits.reduce((sum, files) => sum + Math.max(1, Math.ceil(arrowBytes(files) / fileBytes)), 0);
}

/** The files that go to the repo as they are, and where. */
export function addedFiles(
  files: readonly LocalFile[],
  { keepsOriginals }: Settings,
): (AddedFile & { readonly blob: Blob })[] {
  const added = (path: string, { file, kind }: LocalFile) => ({
    path,
    blob: file,
    size: file.size,
    isText: kind === "text",
  });
  const asTheyAre = files.filter(({ isAsItIs }) => isAsItIs).map((file) => added(file.path, file));
  const originals = keepsOriginals ? files.filter(isTable) : [];
  return [...asTheyAre, ...originals.map((file) => added(`original/${file.path}`, file))];
}

function arrowBytes(files: readonly TableFile[]): number {
  return files.reduce((sum, { arrowBytes }) => sum + arrowBytes, 0);
}
