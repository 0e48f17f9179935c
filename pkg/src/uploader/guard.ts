/** What keeps an upload from being lost by accident: a question before the page is left, the screen kept awake, one tab at a time. */
import { failure } from "../errors.js";

/** The name of the lock that the tab holds which uploads. */
const LOCK = "hubframe-uploader";

/** How long is waited for another tab, which may just be putting away what it cancelled, in milliseconds. */
const PATIENCE = 3000;

/** Does work that no other tab of this site may do at the same time. Where the browser has no locks, it just does it. */
export async function alone<T>(work: () => Promise<T>): Promise<T> {
  if (!globalThis.navigator?.locks) return work();
  const signal = AbortSignal.timeout(PATIENCE);
  try {
    return await navigator.locks.request(LOCK, { signal }, work);
  } catch (error) {
    if (error !== signal.reason) throw error;
    throw failure(
      "conflict",
      "upload",
      "Another tab of this page uploads just now. Wait for it, or cancel it there.",
    );
  }
}

/** Guards the page while something is under way. */
export class Guard {
  #isOn = false;
  #wake: WakeLockSentinel | undefined;

  /** Switches it on or off. */
  set(isOn: boolean): void {
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    if (isOn) this.#on();
    else this.#off();
  }

  #on(): void {
    addEventListener("beforeunload", ask);
    navigator.wakeLock
      ?.request("screen")
      .then(async (wake) => {
        if (this.#isOn) this.#wake = wake;
        else await wake.release();
      })
      // A page in the background may not ask for it, and goes on without.
      .catch(() => {});
  }

  #off(): void {
    removeEventListener("beforeunload", ask);
    this.#wake?.release().catch(() => {});
    this.#wake = undefined;
  }
}

function ask(event: BeforeUnloadEvent): void {
  event.preventDefault();
}
