/**
 * CSV and JSON files of a dataset that nobody converted to Parquet: fetched whole, and opened as files of the user are.
 * Nothing less will do, since where a row begins in them is known only when all before it has been read.
 */
import type { Config, Dataset, Split } from "../dataset.js";
import { failure } from "../errors.js";
import type { Frame } from "../frame.js";
import type { Hub } from "../hub.js";
import { byteText } from "./cell/text.js";

/** What is fetched without asking, in bytes. */
const ASK_ABOVE_BYTES = 32e6;

/** The operation that asks first. */
export const READ_WHOLE = "read whole files";

/** The builders of `datasets` whose files are text that hubframe reads. */
const TEXT_BUILDERS: readonly string[] = ["csv", "json"];

/** The configs that a preview can show: those of Parquet files, or else of text files. */
export function shownConfigs(dataset: Dataset | undefined): readonly Config[] {
  if (!dataset) return [];
  const { configs, strict } = dataset;
  return configs.length === 0 && strict && isText(dataset) ? strict.configs : configs;
}

/** Whether the files have to be read whole. */
export function isText({ readable, strict }: Dataset): boolean {
  return readable === undefined && strict !== undefined && TEXT_BUILDERS.includes(strict.builder);
}

/** Opens a split of text files. Cost: all their bytes, one request a file; above a bound only when that was asked for. */
export async function openWhole(
  hub: Hub,
  { repo, sha, strict }: Dataset,
  split: Split,
  options: { readonly isAsked: boolean; readonly signal: AbortSignal },
): Promise<Frame> {
  const { isAsked, signal } = options;
  const { files, numBytes, name } = split;
  if (numBytes > ASK_ABOVE_BYTES && !isAsked) {
    const kind = strict?.builder.toUpperCase();
    const message = `"${name}" is ${byteText(numBytes)} of ${kind}, which can only be read whole: the Hub has no Parquet of it.`;
    throw failure("limit", READ_WHOLE, message);
  }
  const { fromFiles } = await import("../local.js");
  const local: File[] = [];
  for (const { path } of files) {
    const bytes = await hub.readFile(`hf://datasets/${repo}@${sha}/${path}`, { signal });
    local.push(new File([bytes as Uint8Array<ArrayBuffer>], path));
  }
  return fromFiles(local, { hub, signal });
}
