/** What both test runs have in common. */
import type { PlaywrightTestConfig } from "@playwright/test";

/** Chromium of the system; `CHROMIUM` names another. Its sandbox does not work for root, as containers often are. */
const isRoot = process.getuid?.() === 0;

export const settings: PlaywrightTestConfig = {
  outputDir: "results",
  fullyParallel: true,
  forbidOnly: true,
  // What is wrong fails twice; a run that was upset by what else the machine did is printed as flaky.
  retries: 1,
  workers: 2,
  timeout: 120_000,
  // A machine that compiles something else at the same time still passes.
  expect: { timeout: 30_000 },
  reporter: [["list"]],
  use: {
    browserName: "chromium",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        ...(isRoot ? ["--no-sandbox"] : []),
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
};
