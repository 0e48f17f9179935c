/** What is to be written to a dataset, as its callers say it: frames by the names of splits, and these by those of configs. */
import { failure } from "./errors.js";
import { Frame } from "./frame.js";
import { splitTarget, type TableToWrite } from "./write-dataset.js";

/** Frames by the names of the splits that they are to be. */
export interface SplitFrames {
  readonly [split: string]: Frame;
}

/** The splits of several configs. */
export interface ConfigFrames {
  readonly [config: string]: SplitFrames;
}

/** Where splits go. */
interface SplitOptions {
  readonly config?: string;
  readonly naming?: "parts" | "shards";
}

/** The tables of a write: of one config, or of several. */
export function tablesOf(
  splits: SplitFrames | ConfigFrames,
  { config, naming = "parts" }: SplitOptions,
): TableToWrite[] {
  const tables = Object.entries(splits).flatMap(([name, value]: [string, Frame | SplitFrames]) => {
    if (value instanceof Frame) return [{ config, split: name, frame: value }];
    return Object.entries(value).map(([split, frame]) => ({ config: name, split, frame }));
  });
  const isNested = tables.some((table) => table.config !== config);
  if (
    tables.length === 0 ||
    !tables.every(({ frame }) => frame instanceof Frame) ||
    (isNested && config !== undefined)
  ) {
    throw failure(
      "invalid",
      "write dataset",
      "Name the splits to write, each with its frame, { train: df }; or the configs, each with its splits, and no config.",
    );
  }
  return tables.map(({ config, split, frame }) => ({
    target: splitTarget(split, config, naming),
    label: isNested ? `${config}/${split}` : split,
    frame,
  }));
}
