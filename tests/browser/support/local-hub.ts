/** Starts the local Hub, and speaks to its control port (tests/hub/README.md). */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { FIXTURES, GENERATED, HOSTILE } from "./paths.js";

/** What a request was, as the Hub saw it. */
export interface LogEntry {
  readonly origin: "hub" | "storage";
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly range: string | null;
  readonly authorization: boolean;
  readonly status: number;
  readonly bytes_sent: number;
  readonly bytes_received: number;
  readonly outcome: "open" | "done" | "aborted" | "cut";
  readonly started_ms: number;
  readonly duration_ms: number | null;
}

/** The sums of one origin. */
export interface Counters {
  readonly preflights: number;
  readonly bytes_sent: number;
  readonly aborted: number;
  readonly authorized: number;
  readonly in_flight: number;
}

/** A repo to be made. */
export interface Seed {
  readonly id: string;
  readonly private?: boolean;
  readonly gated?: boolean | string;
  readonly files: Record<string, Content>;
  /** Files of one content: `{}` in the template is the number. */
  readonly many?: readonly { readonly template: string; readonly count: number; readonly content: Content }[];
  readonly refs?: Record<string, { readonly files: Record<string, Content> } | { readonly at: string }>;
}

type Content = string | { readonly file: string } | { readonly base64: string };

/** A running Hub. */
export class LocalHub {
  readonly endpoint: string;
  readonly #control: string;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, addresses: { hub: string; control: string }) {
    this.#process = process;
    this.endpoint = addresses.hub;
    this.#control = addresses.control;
  }

  /** Starts a Hub with the repos in `folders`; with every repo of the fixtures, if none are named. */
  static async start(folders: readonly string[] = [FIXTURES, HOSTILE, GENERATED]): Promise<LocalHub> {
    const program = process.env.HUBFRAME_HUB_BIN;
    if (!program)
      throw new Error("HUBFRAME_HUB_BIN must name the local Hub's program; `cargo xtask test` sets it.");
    // The packaging tests do without what is made on demand.
    const data = folders.filter((folder) => existsSync(folder)).flatMap((folder) => ["--data", folder]);
    const child = spawn(program, [...data, "--exit-with-stdin"], { stdio: ["pipe", "pipe", "inherit"] });
    const [line] = await Promise.race([
      new Promise<string[]>((resolve) =>
        createInterface(child.stdout).once("line", (line) => resolve([line])),
      ),
      new Promise<never>((_, reject) =>
        child.once("exit", (code) =>
          reject(new Error(`The local Hub ended with ${code} before it was ready.`)),
        ),
      ),
    ]);
    return new LocalHub(child, JSON.parse(line ?? ""));
  }

  stop(): void {
    this.#process.stdin?.end();
  }

  create(seed: Seed): Promise<unknown> {
    return this.#send("POST", "repos", seed);
  }

  fault(fault: Record<string, unknown>): Promise<unknown> {
    return this.#send("POST", "faults", fault);
  }

  network(origin: "hub" | "storage" | "both", profile: Record<string, number>): Promise<unknown> {
    return this.#send("PUT", `network/${origin}`, profile);
  }

  expireUrls(): Promise<unknown> {
    return this.#send("POST", "expire-urls");
  }

  /** Changes settings of the Hub (tests/hub/README.md); all others are as by default. */
  settings(settings: Record<string, unknown> = {}): Promise<unknown> {
    return this.#send("PUT", "settings", settings);
  }

  /** Ends faults and network profiles, and forgets the log. */
  reset(): Promise<unknown> {
    return this.#send("POST", "reset");
  }

  async counters(): Promise<Record<"hub" | "storage", Counters>> {
    return (await this.#send("GET", "counters")) as Record<"hub" | "storage", Counters>;
  }

  /** The requests since the last reset, without preflights. */
  async log(): Promise<LogEntry[]> {
    const entries = (await this.#send("GET", "log")) as LogEntry[];
    return entries.filter(({ method }) => method !== "OPTIONS");
  }

  async #send(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.#control}/${path}`, {
      method,
      ...(body !== undefined && {
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} on the control port: ${response.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }
}
