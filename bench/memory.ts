/** The memory of the renderer process, by Linux's /proc: a worker and its wasm live in the process of their page. */
import { readFile, writeFile } from "node:fs/promises";
import type { Browser } from "@playwright/test";

/** Watches the processes that render pages. */
export class MemoryMeter {
  readonly #baseline: Map<number, number>;
  readonly #renderers: () => Promise<number[]>;

  private constructor(baseline: Map<number, number>, renderers: () => Promise<number[]>) {
    this.#baseline = baseline;
    this.#renderers = renderers;
  }

  /** Starts at what the processes hold now. */
  static async start(browser: Browser): Promise<MemoryMeter> {
    const session = await browser.newBrowserCDPSession();
    const renderers = async () => {
      const { processInfo } = await session.send("SystemInfo.getProcessInfo");
      return processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
    };
    const baseline = new Map<number, number>();
    for (const pid of await renderers()) {
      // 5 sets the peak back to what is resident now (proc_pid_clear_refs(5)).
      await writeFile(`/proc/${pid}/clear_refs`, "5").catch(() => {});
      const now = await status(pid, "VmRSS");
      if (now !== undefined) baseline.set(pid, now);
    }
    return new MemoryMeter(baseline, renderers);
  }

  /** The most that such a process holds now beyond what it held then. */
  heldBytes(): Promise<number | null> {
    return this.#most("VmRSS");
  }

  /** The most that a process that was there at the start has held since, beyond what it held then. */
  peakBytes(): Promise<number | null> {
    return this.#most("VmHWM");
  }

  async #most(field: "VmRSS" | "VmHWM"): Promise<number | null> {
    let most: number | null = null;
    for (const pid of await this.#renderers()) {
      const [before, now] = [this.#baseline.get(pid), await status(pid, field)];
      if (before !== undefined && now !== undefined) most = Math.max(most ?? 0, now - before);
    }
    return most;
  }
}

async function status(pid: number, field: string): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(text)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}
