/** What a preview has open: one split of a dataset, files of a path, or files of the user, as a frame. */
import type { Config, Dataset } from "../dataset.js";
import { failure, type HubframeError, isHubframeError } from "../errors.js";
import type { Frame } from "../frame.js";
import type { Hub } from "../hub.js";
import type { SurveyedFile } from "../survey.js";
import type { ViewState } from "./view-state.js";
import { isText, openWhole, shownConfigs } from "./whole-files.js";

/** A split that is open. */
export interface OpenSplit {
  /** Empty where there are no configs and splits, but files. */
  readonly config: string;
  readonly split: string;
  readonly frame: Frame;
  /** Files that were found to be unreadable, and are left out of the frame. */
  readonly unread?: readonly SurveyedFile[];
}

/** The most files that are left out before there is a frame: each costs a request of its own. */
const MAX_UNREAD = 16;

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
  const named = { config: config.name, split };
  if (text) return { ...named, frame: await openWhole(hub, dataset, text, options) };
  return { ...named, ...(await openReadable(dataset, named, options.signal)) };
}

/** The split by the first of its files that can be read: one damaged file must not hide the others. */
async function openReadable(
  dataset: Dataset,
  { config, split }: { readonly config: string; readonly split: string },
  signal: AbortSignal,
): Promise<Pick<OpenSplit, "frame" | "unread">> {
  const unread: SurveyedFile[] = [];
  while (true) {
    const without = unread.map(({ path }) => path);
    try {
      return { frame: await dataset.split(split, { config, without, signal }), unread };
    } catch (error) {
      const first = unread[0]?.problem ?? error;
      if (!isUnreadable(error) || unread.length === MAX_UNREAD) throw first;
      const { file: path } = error.context;
      if (path === undefined || without.includes(path)) throw first;
      unread.push({ path, fields: [], misfits: [], rowGroups: [], problem: error });
    }
  }
}

/** Whether a file is to blame, and not the way to it. */
export function isUnreadable(error: unknown): error is HubframeError {
  return isHubframeError(error, "corrupt") || isHubframeError(error, "unsupported");
}

function chooseConfig(dataset: Dataset, name: string | undefined): Config {
  const { problem, repo, strict } = dataset;
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
  const held = strict ? `holds ${strict.builder} files` : "has no data files";
  const message = `${repo} ${held}; what can be shown as a table is Parquet, CSV and JSON.`;
  throw failure("unsupported", "open dataset", problem ?? message);
}
