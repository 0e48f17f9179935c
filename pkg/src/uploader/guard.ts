/** What keeps an upload from being lost by accident: a question before the page is left, the screen kept awake, one tab at a time. */

/** The name of the lock that the tab holds which uploads. */
const LOCK = "hubframe-uploader";

/** Guards the page while something is under way. */
export class Guard {
  #isOn = false;
  #release: (() => void) | undefined;
  #wake: WakeLockSentinel | undefined;

  /** Whether no other tab of this site uploads. Where the browser has no locks, that is not known, and taken for granted. */
  static async isFree(): Promise<boolean> {
    const { locks } = navigator;
    if (!locks) return true;
    const { held = [] } = await locks.query();
    return !held.some(({ name }) => name === LOCK);
  }

  /** Switches it on or off. */
  set(isOn: boolean): void {
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    if (isOn) this.#on();
    else this.#off();
  }

  #on(): void {
    addEventListener("beforeunload", ask);
    navigator.locks
      ?.request(
        LOCK,
        { ifAvailable: true },
        () =>
          new Promise<void>((resolve) => {
            this.#release = resolve;
            if (!this.#isOn) resolve();
          }),
      )
      .catch(() => {});
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
    this.#release?.();
    this.#release = undefined;
    this.#wake?.release().catch(() => {});
    this.#wake = undefined;
  }
}

function ask(event: BeforeUnloadEvent): void {
  event.preventDefault();
}
