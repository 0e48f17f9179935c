/** From files, with what was said of their columns, to the frames that are written. */
import type { Frame } from "../frame.js";
import type { Hub } from "../hub.js";
import type { ColumnTypes } from "../inspection.js";
import type { SplitFrames } from "../split-frames.js";
import { type Column, columnsOf, type Mends, sameName, typesOf } from "./columns.js";
import type { Library } from "./library.js";
import type { TableFile } from "./local-file.js";
import { configNameProblem, splitNameProblem } from "./names.js";

/** The files of one config, in the order of their splits. */
export interface ConfigFiles {
  readonly config: string;
  readonly files: readonly TableFile[];
  readonly columns: readonly Column[];
}

/** Files by config, in the order of first appearance; those of a split lie side by side. */
export function configsOf(
  files: readonly TableFile[],
  mends: (config: string) => Mends,
): readonly ConfigFiles[] {
  const names = [...new Set(files.map(({ config }) => config))];
  return names.map((config) => {
    const own = files.filter((file) => file.config === config);
    const splits = [...new Set(own.map(({ split }) => split))];
    const sorted = splits.flatMap((split) => own.filter((file) => file.split === split));
    const fields = sorted.map(({ id, frame }) => ({ id, fields: frame.schema.fields }));
    return { config, files: sorted, columns: columnsOf(fields, mends(config)) };
  });
}

/** Why tables cannot be sent as they are: the first thing to mend, in a sentence. */
export function tableObstacle(
  configs: readonly ConfigFiles[],
  mends: (config: string) => Mends,
): string | undefined {
  for (const { config, files, columns } of configs) {
    const where = configs.length > 1 ? ` of ${config}` : "";
    const name = configNameProblem(config) ?? files.map(({ split }) => splitNameProblem(split)).find(Boolean);
    if (name) return name;
    const conflict = columns.find(({ state }) => state === "conflict");
    if (conflict) return `Say what the column ${conflict.name}${where} is to be: its files differ.`;
    if (columns.every(({ state }) => state === "dropped")) return `No column${where} is left.`;
    const fields = files.map(({ id, frame }) => ({ id, fields: frame.schema.fields }));
    const twice = sameName(fields, mends(config));
    if (twice !== undefined) return `Two columns${where} would be called ${twice}.`;
    const empty = files.find(({ split }) =>
      files.every((file) => file.split !== split || file.numRows === 0),
    );
    if (empty) return `The split ${empty.split}${where} has no rows, and \`datasets\` reads no empty split.`;
  }
  return undefined;
}

/** The splits of a config. All have the columns of all its files: `datasets` wants the splits of a config alike. */
export async function splitsOf(
  { files, columns }: ConfigFiles,
  library: Library,
  hub: Hub,
  signal: AbortSignal,
): Promise<SplitFrames> {
  const kept = columns.filter(({ state }) => state !== "dropped");
  const frames = await Promise.all(files.map((file) => mended(file, kept, library, hub, signal)));
  const all = await library.concat(frames, { types: typesOf(kept), signal });
  const splits: Record<string, Frame> = {};
  for (const { split } of files) {
    const start = files.findIndex((file) => file.split === split);
    splits[split] ??= all.partitions(start, files.findLastIndex((file) => file.split === split) + 1);
  }
  return splits;
}

/** The rows of a file with the columns that are kept, under their new names. */
async function mended(
  file: TableFile,
  kept: readonly Column[],
  library: Library,
  hub: Hub,
  signal: AbortSignal,
): Promise<Frame> {
  const own = kept.filter(({ source }) => file.frame.columns.includes(source));
  const frame = (await retyped(file, own, library, hub, signal)) ?? file.frame;
  const names = Object.fromEntries(own.map(({ source, name }) => [source, name]));
  return frame.select(...own.map(({ source }) => source)).rename(names);
}

/** A text file read by other types: so "1.10" stays "1.10" where its column is kept as text. */
async function retyped(
  { file, inspection }: TableFile,
  columns: readonly Column[],
  library: Library,
  hub: Hub,
  signal: AbortSignal,
): Promise<Frame | undefined> {
  if (!inspection) return undefined;
  const isText = (name: string) =>
    inspection.columns.find((column) => column.name === name)?.feature.dtype === "string";
  const entries = columns.flatMap(({ source, mend, state }) => {
    if (typeof mend.type === "object") return isText(source) ? [[source, "string"] as const] : [];
    const type = mend.type ?? (state === "text" ? "string" : undefined);
    return type === undefined ? [] : [[source, type] as const];
  });
  if (entries.length === 0) return undefined;
  const types: ColumnTypes = Object.fromEntries(entries);
  return library.fromFiles([file], { hub, signal, inspections: [inspection], types });
}
