/** Measurements, their medians, the table that is printed and the file that is committed. */
import { readFile, writeFile } from "node:fs/promises";
import type { FileName, SettingName, TaskName } from "./tasks.js";

/** What was measured. */
export interface Case {
  readonly setting: SettingName;
  readonly file: FileName;
  readonly task: TaskName;
  readonly peer: string;
}

/** One run. */
export interface Measurement {
  readonly ms: number;
  readonly requests: number;
  readonly bytes: number;
  readonly roundTrips: number;
  /** Of the renderer, beyond the empty page; null where there is no /proc. */
  readonly peakBytes: number | null;
}

/** A line of results.json: the medians of the runs. */
export type Row = Case & Measurement;

export function medianOf(runs: readonly Measurement[]): Measurement {
  const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  const of = (key: "ms" | "requests" | "bytes" | "roundTrips") => median(runs.map((run) => run[key]));
  const peaks = runs.flatMap(({ peakBytes }) => (peakBytes === null ? [] : [peakBytes]));
  return {
    ms: Math.round(of("ms")),
    requests: of("requests"),
    bytes: of("bytes"),
    roundTrips: of("roundTrips"),
    peakBytes: peaks.length > 0 ? median(peaks) : null,
  };
}

/** Puts rows in the place of those of the same cases; a run of a part leaves the others as they were. */
export async function saveRows(
  path: string,
  rows: readonly Row[],
  order: (row: Row) => number,
): Promise<void> {
  const text = await readFile(path, "utf8").catch(() => "[]");
  const all = new Map((JSON.parse(text) as Row[]).map((row) => [keyOf(row), row]));
  for (const row of rows) all.set(keyOf(row), row);
  const sorted = [...all.values()].sort((a, b) => order(a) - order(b));
  await writeFile(path, `${JSON.stringify(sorted, undefined, 2)}\n`);
}

export function keyOf({ setting, file, task, peer }: Case): string {
  return `${setting} ${file} ${task} ${peer}`;
}

/** One line a task, one column a peer: ms / requests / MB / round trips / peak MB. */
export function table(
  rows: readonly Row[],
  peers: readonly string[],
  failures: ReadonlyMap<string, string>,
): string {
  const lines: string[] = [];
  const settings = [...new Set(rows.map(({ setting }) => setting))];
  for (const setting of settings) {
    lines.push("", `${setting}: ms / requests / MB / round trips / peak MB`, "");
    lines.push(`| | ${peers.join(" | ")} |`, `|${"---|".repeat(peers.length + 1)}`);
    const tasks = new Set(
      rows.filter((row) => row.setting === setting).map(({ file, task }) => `${file} ${task}`),
    );
    for (const name of tasks) {
      const cells = peers.map((peer) => {
        const row = rows.find((row) => keyOf(row) === `${setting} ${name} ${peer}`);
        return row ? cell(row) : failures.has(`${setting} ${name} ${peer}`) ? "failed" : "";
      });
      lines.push(`| ${name} | ${cells.join(" | ")} |`);
    }
  }
  return lines.join("\n");
}

function cell({ ms, requests, bytes, roundTrips, peakBytes }: Row): string {
  const megabytes = (count: number) => (count / 1e6).toFixed(count < 1e7 ? 2 : 0);
  const peak = peakBytes === null ? "" : ` / ${(peakBytes / 1e6).toFixed(0)}`;
  return `${ms} / ${requests} / ${megabytes(bytes)} / ${roundTrips}${peak}`;
}
