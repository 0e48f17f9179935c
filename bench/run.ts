/** `cargo xtask bench`: every peer on every file and task, in turn, in headless Chromium against the local Hub. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type Browser, chromium } from "@playwright/test";
import { build } from "vite";
import { LocalHub, type LogEntry } from "../tests/browser/support/local-hub.js";
import { settings as browserSettings } from "../tests/browser/support/settings.js";
import { serveStatic } from "../tests/browser/support/static.js";
import { idealWaves } from "./ideal.js";
import { MemoryMeter } from "./memory.js";
import { type Case, keyOf, type Measurement, medianOf, type Row, saveRows, table } from "./results.js";
import { type Streamed, streamSplit } from "./streaming.js";
import {
  expected,
  FILES,
  type FileName,
  type Place,
  SETTINGS,
  type SettingName,
  TASKS,
  type Task,
  type TaskName,
  taskOf,
} from "./tasks.js";

const PEERS = [
  "ideal",
  "hubframe",
  "hyparquet",
  "hyparquet-index",
  "parquet-wasm",
  "parquet-wasm-ffi",
  "duckdb",
];

/** 50 ms and 50 Mbit/s. */
const SLOW = { rtt_ms: 50, bytes_per_second: 50_000_000 / 8 };
const NETWORKS: Record<SettingName, Record<"hub" | "storage", Record<string, number>>> = {
  loopback: { hub: {}, storage: {} },
  slow: { hub: {}, storage: SLOW },
  hub: { hub: SLOW, storage: SLOW },
};

/** A run that takes longer has failed. */
const MAX_MS = 90_000;

/** Enough to tell which requests wait for which. */
const COUNTING = { rtt_ms: 25 };

const REPO = "bench/files";
const DIST = join(import.meta.dirname, "dist");
const RESULTS = join(import.meta.dirname, "results.json");

const HELP = `cargo xtask bench [--setting S]... [--file F]... [--task T]... [--peer P]... [--runs N] [--save]

  settings  ${SETTINGS.join(", ")}
  files     ${FILES.join(", ")}
  tasks     ${TASKS.join(", ")}; T5 is left out behind a slow line, where it measures nothing but the line,
            unless it is asked for
  peers     ${PEERS.join(", ")}
  --runs    measured runs of each (default 3); on loopback one more comes first, which counts round trips
  --save    put the medians into bench/results.json
  --memory  instead of all that: stream a split of 2 GB, and print what the page's process holds meanwhile`;

export async function main(args: string[]): Promise<number> {
  const wanted = options(args);
  if (!wanted) return 0;
  const { runs, save, memory, cases } = wanted;
  // Vite's own words are about the build, not about the bench.
  await build({
    configFile: join(import.meta.dirname, "vite.config.ts"),
    root: join(import.meta.dirname, "page"),
    logLevel: "warn",
  });
  const bench = await Bench.start(process.env.BENCH_DATA ?? "");
  if (memory) {
    const { numRows, workers, peakBytes } = await bench.stream().finally(() => bench.stop());
    const tenths = peakBytes.map((bytes) => (bytes / 1e6).toFixed(0)).join(" ");
    print(
      `${numRows} rows through ${workers} workers; MB held at most, beyond the empty page, tenth by tenth: ${tenths}`,
    );
    return 0;
  }
  const failures = new Map<string, string>();
  const measured = new Map<string, Measurement[]>(cases.map((each) => [keyOf(each), []]));
  try {
    for (const round of Array.from({ length: runs + 1 }, (_, round) => round)) {
      // Behind a slow line every run shows what waits for what.
      const counted = (each: Case) => round === 0 && each.setting !== "loopback";
      for (const each of cases.filter((each) => !failures.has(keyOf(each)) && !counted(each))) {
        try {
          const run = await bench.run(each, round === 0);
          if (round > 0) measured.get(keyOf(each))?.push(run);
        } catch (error) {
          failures.set(keyOf(each), (error as Error).message);
        }
      }
    }
  } finally {
    await bench.stop();
  }
  const rows = cases.flatMap((each): Row[] => {
    const runs = measured.get(keyOf(each)) ?? [];
    return runs.length > 0 && !failures.has(keyOf(each)) ? [{ ...each, ...medianOf(runs) }] : [];
  });
  print(
    table(
      rows,
      PEERS.filter((peer) => cases.some((each) => each.peer === peer)),
      failures,
    ),
  );
  for (const [name, message] of failures) print(`${name} failed: ${message.slice(0, 2000)}`);
  if (save) await saveRows(RESULTS, rows, orderOf);
  return failures.size > 0 ? 1 : 0;
}

/** A browser, the local Hub and the server of the page. */
class Bench {
  readonly #hub: LocalHub;
  readonly #site: Awaited<ReturnType<typeof serveStatic>>;
  readonly #browser: Browser;
  readonly #data: string;
  readonly #sha: string;
  /** The round trips of each peer and task, which do not hang on the network. */
  readonly #roundTrips = new Map<string, number>();

  private constructor(
    hub: LocalHub,
    site: Awaited<ReturnType<typeof serveStatic>>,
    browser: Browser,
    data: string,
    sha: string,
  ) {
    this.#hub = hub;
    this.#site = site;
    this.#browser = browser;
    this.#data = data;
    this.#sha = sha;
  }

  static async start(data: string): Promise<Bench> {
    const hub = await LocalHub.start([data]);
    const site = await serveStatic({ "/": DIST });
    const browser = await chromium.launch({ ...browserSettings.use?.launchOptions });
    const { sha } = (await (await fetch(`${hub.endpoint}/api/datasets/${REPO}`)).json()) as { sha: string };
    // The storage hashes a file when it is first asked for.
    for (const file of FILES)
      await fetch(`${hub.endpoint}/datasets/${REPO}/resolve/main/${file}.parquet`, { method: "HEAD" });
    return new Bench(hub, site, browser, data, sha);
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await this.#site.close();
    this.#hub.stop();
  }

  /** One task by one peer, in a browser that knows nothing. A counting run is of no use for time. */
  async run({ setting, file, task: name, peer }: Case, counting: boolean): Promise<Measurement> {
    const task = taskOf(file, name);
    const path = join(this.#data, REPO, `${file}.parquet`);
    const waves = await idealWaves(path, task);
    const place = await this.#place(setting, file, statSync(path).size);
    const context = await this.#browser.newContext();
    try {
      const page = await context.newPage();
      await page.goto(`${this.#site.origin}/index.html`);
      await page.waitForFunction(() => "bench" in globalThis);
      const memory = await MemoryMeter.start(this.#browser);
      await this.#hub.reset();
      const { hub, storage } = NETWORKS[setting];
      await this.#hub.network("hub", hub);
      await this.#hub.network("storage", counting && setting === "loopback" ? COUNTING : storage);
      const running = page.evaluate(
        ([peer, place, task, waves]) => globalThis.bench(peer, place, task, waves),
        [peer, place, task, waves] as const,
      );
      const { ms, answer } = await Promise.race([running, tooLong()]);
      if (peer !== "ideal") check(file, task, answer);
      const peakBytes = await memory.peakBytes();
      const log = (await this.#hub.log()).filter(({ origin }) => setting === "hub" || origin === "storage");
      const key = keyOf({ setting, file, task: name, peer });
      if (counting) this.#roundTrips.set(key, chain(log));
      return {
        ms,
        requests: log.length,
        bytes: log.reduce((sum, { bytes_sent }) => sum + bytes_sent, 0),
        roundTrips: this.#roundTrips.get(key) ?? chain(log),
        peakBytes,
      };
    } finally {
      await context.close();
    }
  }

  stream(): Promise<Streamed> {
    return streamSplit(this.#browser, this.#hub, `${this.#site.origin}/index.html`, this.#data);
  }

  /** In the setting `hub` a file is addressed as users do; else the way to the storage is known, or free. */
  async #place(setting: SettingName, file: FileName, byteLength: number): Promise<Place> {
    const { endpoint } = this.#hub;
    const resolve = `${endpoint}/datasets/${REPO}/resolve/${this.#sha}/${file}.parquet`;
    const path = `hf://datasets/${REPO}@${this.#sha}/${file}.parquet`;
    if (setting === "hub") return { path, endpoint, url: resolve, byteLength };
    const response = await fetch(resolve, { redirect: "manual" });
    return { path, endpoint, url: response.headers.get("location") ?? "", byteLength };
  }
}

/** The most requests of which each began after the one before it had ended. */
function chain(log: readonly LogEntry[]): number {
  const spans = log.map(
    ({ started_ms, duration_ms }) => [started_ms, started_ms + (duration_ms ?? 0)] as const,
  );
  let [length, free] = [0, Number.NEGATIVE_INFINITY];
  for (const [start, end] of spans.sort(([, a], [, b]) => a - b)) {
    if (start < free) continue;
    length += 1;
    free = end;
  }
  return length;
}

async function tooLong(): Promise<never> {
  await setTimeout(MAX_MS, undefined, { ref: false });
  throw new Error(`took longer than ${MAX_MS / 1000} s`);
}

function check(file: FileName, task: Task, answer: object): void {
  const right = JSON.stringify(expected(file, task));
  if (JSON.stringify(answer) !== right)
    throw new Error(`found ${JSON.stringify(answer)} instead of ${right}`);
}

function options(
  args: string[],
): { runs: number; save: boolean; memory: boolean; cases: Case[] } | undefined {
  const many = { type: "string", multiple: true } as const;
  const { values } = parseArgs({
    args,
    options: {
      setting: many,
      file: many,
      task: many,
      peer: many,
      runs: { type: "string", default: "3" },
      save: { type: "boolean", default: false },
      memory: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    print(HELP);
    return undefined;
  }
  const cases: Case[] = [];
  for (const setting of pick("setting", values.setting, SETTINGS)) {
    for (const file of pick("file", values.file, FILES)) {
      for (const task of pick("task", values.task, TASKS)) {
        if (task === "T5" && setting !== "loopback" && !values.task) continue;
        for (const peer of pick("peer", values.peer, PEERS)) cases.push({ setting, file, task, peer });
      }
    }
  }
  return { runs: Number(values.runs), save: values.save, memory: values.memory, cases };
}

function pick<T extends string>(what: string, wanted: string[] | undefined, all: readonly T[]): readonly T[] {
  const unknown = wanted?.find((name) => !all.some((known) => known === name));
  if (unknown !== undefined) throw new Error(`There is no ${what} ${unknown}; there are ${all.join(", ")}.`);
  return wanted ? all.filter((name) => wanted.includes(name)) : all;
}

function orderOf({ setting, file, task, peer }: Row): number {
  const place = [
    SETTINGS.indexOf(setting),
    FILES.indexOf(file),
    TASKS.indexOf(task as TaskName),
    PEERS.indexOf(peer),
  ];
  return place.reduce((sum, index) => sum * 10 + index, 0);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
