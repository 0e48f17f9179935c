/** `cargo xtask bench --write` and `--upload`: tables to Parquet and bytes to the Hub, by every peer in turn. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type Browser, chromium, type Page } from "@playwright/test";
import { build } from "vite";
import { LocalHub } from "../tests/browser/support/local-hub.js";
import { settings } from "../tests/browser/support/settings.js";
import { type StaticServer, serveStatic } from "../tests/browser/support/static.js";
import { MemoryMeter } from "./memory.js";
import { ROUND_TRIPS, UPLOADERS, UPLOADS, WRITERS } from "./writing-tasks.js";

const NUM_ROWS = 2_000_000;

/** A run that takes longer has failed. */
const MAX_MS = 240_000;

const REPO = "user/bench";
const DIST = join(import.meta.dirname, "dist-writing");
const RESULTS = join(import.meta.dirname, "results-writing.json");

const HELP = `cargo xtask bench --write [--peer P]... [--runs N] [--save]
cargo xtask bench --upload [--peer P]... [--runs N] [--save]

  --write   2,000,000 rows of 20 columns to Parquet, by ${WRITERS.join(", ")}
  --upload  200 MB to the local Hub, as ${Object.keys(UPLOADS).join(" and as ")}, with ${Object.keys(ROUND_TRIPS).join(" and with ")} before
            each answer, by ${UPLOADERS.join(", ")}
  --runs    measured runs of each (default 3)
  --save    put the medians into bench/results-writing.json`;

interface Case {
  readonly task: string;
  readonly setting: keyof typeof ROUND_TRIPS;
  readonly peer: string;
}

/** One run. */
interface Measurement {
  readonly ms: number;
  /** Of the file that was written, or those that crossed the network. */
  readonly bytes: number;
  readonly requests: number;
  /** Of the renderer, beyond the page with what it is to write; null where there is no /proc. */
  readonly peakBytes: number | null;
}

export async function main(args: string[]): Promise<number> {
  const many = { type: "string", multiple: true } as const;
  const flag = { type: "boolean", default: false } as const;
  const options = { peer: many, write: flag, upload: flag, save: flag, help: flag };
  const { values } = parseArgs({ args, options: { ...options, runs: { type: "string", default: "3" } } });
  if (values.help) {
    print(HELP);
    return 0;
  }
  const cases = [...(values.write ? writeCases() : []), ...(values.upload ? uploadCases() : [])];
  const wanted = cases.filter(({ peer }) => values.peer?.includes(peer) ?? true);
  const bench = await Bench.start();
  const measured = new Map<Case, Measurement[]>(wanted.map((each) => [each, []]));
  try {
    for (let round = 0; round < Number(values.runs); round++) {
      for (const [each, runs] of measured) runs.push(await bench.run(each));
    }
  } finally {
    await bench.stop();
  }
  const rows = [...measured].map(([each, runs]) => ({ ...each, ...medianOf(runs) }));
  for (const { task, setting, peer, ms, bytes, requests, peakBytes } of rows) {
    const [size, peak] = [bytes, peakBytes ?? 0].map((bytes) => (bytes / 1e6).toFixed(0));
    print(
      `| ${task} | ${setting} | ${peer} | ${ms} ms | ${size} MB | ${requests} requests | ${peak} MB held |`,
    );
  }
  if (values.save) await save(rows);
  return 0;
}

function writeCases(): Case[] {
  return WRITERS.map((peer) => ({ task: "write", setting: "loopback", peer }));
}

function uploadCases(): Case[] {
  const settings = Object.keys(ROUND_TRIPS) as (keyof typeof ROUND_TRIPS)[];
  return settings.flatMap((setting) =>
    Object.keys(UPLOADS).flatMap((task) => UPLOADERS.map((peer) => ({ task, setting, peer }))),
  );
}

/** A browser, the local Hub and the server of the page. */
class Bench {
  readonly #hub: LocalHub;
  readonly #site: StaticServer;
  readonly #browser: Browser;

  private constructor(hub: LocalHub, site: StaticServer, browser: Browser) {
    this.#hub = hub;
    this.#site = site;
    this.#browser = browser;
  }

  static async start(): Promise<Bench> {
    const page = join(import.meta.dirname, "page");
    await build({
      configFile: join(import.meta.dirname, "vite.config.ts"),
      root: page,
      logLevel: "warn",
      build: { outDir: DIST, rollupOptions: { input: join(page, "writing.html") } },
    });
    const hub = await LocalHub.start([]);
    const browser = await chromium.launch({ ...settings.use?.launchOptions });
    return new Bench(hub, await serveStatic({ "/": DIST }), browser);
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await this.#site.close();
    this.#hub.stop();
  }

  /** One peer, in a browser that knows nothing, on a Hub that has nothing. */
  async run({ task, setting, peer }: Case): Promise<Measurement> {
    await this.#hub.reset();
    await this.#hub.create({ id: REPO, files: {} });
    await this.#hub.network("both", { rtt_ms: ROUND_TRIPS[setting] });
    const context = await this.#browser.newContext();
    try {
      const page = await context.newPage();
      await page.goto(`${this.#site.origin}/writing.html`);
      await page.waitForFunction(() => "upload" in globalThis);
      return task === "write"
        ? await this.#write(page, peer)
        : await this.#upload(page, peer, UPLOADS[task as keyof typeof UPLOADS]);
    } finally {
      await context.close();
    }
  }

  async #write(page: Page, peer: string): Promise<Measurement> {
    await page.evaluate((numRows) => globalThis.makeTable(numRows), NUM_ROWS);
    const memory = await MemoryMeter.start(this.#browser);
    const writing = page.evaluate((peer) => globalThis.writeTable(peer), peer);
    const { ms, bytes } = await Promise.race([writing, tooLong()]);
    return { ms, bytes, requests: 0, peakBytes: await memory.peakBytes() };
  }

  async #upload(
    page: Page,
    peer: string,
    { count, size }: { count: number; size: number },
  ): Promise<Measurement> {
    await page.evaluate(([count, size]) => globalThis.makeFiles(count, size), [count, size] as const);
    const memory = await MemoryMeter.start(this.#browser);
    const target = { endpoint: this.#hub.endpoint, token: "hf_write", repo: REPO };
    const uploading = page.evaluate(([peer, target]) => globalThis.upload(peer, target), [
      peer,
      target,
    ] as const);
    const { ms } = await Promise.race([uploading, tooLong()]);
    const peakBytes = await memory.peakBytes();
    const log = await this.#hub.log();
    const bytes = log.reduce((sum, { bytes_received }) => sum + bytes_received, 0);
    if (bytes < count * size) throw new Error(`${peer} sent ${bytes} bytes of ${count * size}`);
    return { ms, bytes, requests: log.length, peakBytes };
  }
}

function medianOf(runs: readonly Measurement[]): Measurement {
  const median = (of: (run: Measurement) => number | null) => {
    const values = runs.flatMap((run) => of(run) ?? []).sort((a, b) => a - b);
    return values[Math.floor(values.length / 2)] ?? 0;
  };
  return {
    ms: Math.round(median(({ ms }) => ms)),
    bytes: median(({ bytes }) => bytes),
    requests: median(({ requests }) => requests),
    peakBytes: runs.every(({ peakBytes }) => peakBytes === null)
      ? null
      : median(({ peakBytes }) => peakBytes),
  };
}

/** Puts rows in the place of those of the same cases. */
async function save(rows: readonly (Case & Measurement)[]): Promise<void> {
  const text = await readFile(RESULTS, "utf8").catch(() => "[]");
  const key = ({ task, setting, peer }: Case) => `${task} ${setting} ${peer}`;
  const all = new Map((JSON.parse(text) as (Case & Measurement)[]).map((row) => [key(row), row]));
  for (const row of rows) all.set(key(row), row);
  await writeFile(RESULTS, `${JSON.stringify([...all.values()], undefined, 2)}\n`);
}

async function tooLong(): Promise<never> {
  await setTimeout(MAX_MS, undefined, { ref: false });
  throw new Error(`took longer than ${MAX_MS / 1000} s`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
