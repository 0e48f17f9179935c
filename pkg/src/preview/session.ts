/** What a preview has open: one split of a dataset, files of a path, or files of the user, as a frame. */
import type { Config, Dataset } from "../dataset.js";
import { failure } from "../errors.js";
import type { Frame } from "../frame.js";
import type { Hub } from "../hub.js";
import type { ViewState } from "./view-state.js";
import { isText, openWhole, shownConfigs } from "./whole-files.js";

/** A split that is open. */
export interface OpenSplit {
  /** Empty where there are no configs and splits, but files. */
  readonly config: string;
  readonly split: string;
  readonly frame: Frame;
}

/** Opens the dataset of a state; `before` when that is the same one. */
export async function openDataset(hub: Hub, state: ViewState, signal: AbortSignal): Promise<Dataset> {
  const { repo, revision } = state;
  return hub.dataset(repo, revision === undefined ? { signal } : { revision, signal });
}

/** Opens the Parquet files of a path, directory or glob. */
export async function openPath(hub: Hub, state: ViewState, signal: AbortSignal): Promise<OpenSplit> {
  const { path = "", revision } = state;
  const frame = await hub.readParquet(path, revision === undefined ? { signal } : { revision, signal });
  return { config: "", split: "", frame };
}

/** Opens files of the user's disk; what it takes to do so is fetched when it is first needed. */
export async function openFiles(hub: Hub, files: readonly File[], signal: AbortSignal): Promise<OpenSplit> {
  const { fromFiles } = await import("../local.js");
  return { config: "", split: "", frame: await fromFiles(files, { hub, signal }) };
}

/** Opens the split that a state names: by default the default config's `train`, or else its first. */
export async function openSplit(
  hub: Hub,
  dataset: Dataset,
  state: ViewState,
  options: { readonly isAsked: boolean; readonly signal: AbortSignal },
): Promise<OpenSplit> {
  const config = chooseConfig(dataset, state.config);
  const names = config.splits.map(({ name }) => name);
  const split = state.split ?? (names.includes("train") ? "train" : names[0]);
  if (split === undefined) {
    throw failure("not_found", "open split", config.problem ?? `Config "${config.name}" has no splits.`);
  }
  const text = isText(dataset) ? config.splits.find(({ name }) => name === split) : undefined;
  const frame = text
    ? await openWhole(hub, dataset, text, options)
    : await dataset.split(split, { config: config.name, signal: options.signal });
  return { config: config.name, split, frame };
}

function chooseConfig(dataset: Dataset, name: string | undefined): Config {
  const { problem, repo } = dataset;
  const configs = shownConfigs(dataset);
  const config =
    name === undefined
      ? (configs.find(({ isDefault }) => isDefault) ?? configs[0])
      : configs.find((config) => config.name === name);
  if (config) return config;
  if (name !== undefined && configs.length > 0) {
    const known = configs.map(({ name }) => `"${name}"`).join(", ");
    throw failure("not_found", "open config", `There is no config "${name}". There is ${known}.`);
  }
  throw failure("unsupported", "open dataset", problem ?? `${repo} has no Parquet files that could be read.`);
}
