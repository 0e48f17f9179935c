/** The uploader page, as a person uses it. */
import type { Locator, Page } from "@playwright/test";
import { type Dataset, Hub } from "hubframe";
import type { LocalHub } from "./local-hub.js";
import { expect, test } from "./problems.js";
import type { StaticServer } from "./static.js";

export async function open(page: Page, site: StaticServer, hub: LocalHub): Promise<void> {
  await page.goto(`${site.origin}/uploader/?endpoint=${encodeURIComponent(hub.endpoint)}`);
}

export async function signIn(page: Page, token = "hf_write"): Promise<void> {
  await page.getByText("Sign in with a token").click();
  await page.getByLabel("Access token").fill(token);
  await page.keyboard.press("Enter");
  await expect(page.getByText("Signed in as")).toBeVisible();
}

/** The page with somebody signed in, and the name of a dataset. */
export async function start(page: Page, site: StaticServer, hub: LocalHub, name: string): Promise<void> {
  await open(page, site, hub);
  await signIn(page);
  await page.getByLabel("Dataset name").fill(name);
}

/** One of the five steps, by its heading: `2 Files`. */
export const step = (page: Page, name: string): Locator => page.getByRole("region", { name });

/** Adds files, and waits until all were read. */
export async function add(page: Page, files: Parameters<Locator["setInputFiles"]>[0]): Promise<void> {
  await page.getByLabel("Choose files").setInputFiles(files);
  await expect(step(page, "2 Files").locator("progress")).toHaveCount(0, { timeout: 40_000 });
}

/** A file of a picker. */
export const file = (name: string, content: string | Buffer) => ({
  name,
  mimeType: "text/plain",
  buffer: Buffer.from(content),
});

export async function review(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Review the commit" }).click();
  await expect(page.locator(".plan")).toBeVisible();
}

/** Begins to send, and does not wait. */
export async function begin(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Send/ }).click();
}

export async function isDone(page: Page, timeout = 60_000): Promise<void> {
  await expect(page.getByText("Done:")).toBeVisible({ timeout });
}

export async function send(page: Page): Promise<void> {
  await begin(page);
  await isDone(page);
}

/** What hubframe finds in a dataset. */
export async function inDataset<T>(
  { endpoint }: LocalHub,
  repo: string,
  look: (dataset: Dataset, hub: Hub) => Promise<T>,
): Promise<T> {
  const hub = new Hub({ endpoint, token: "hf_write" });
  try {
    return await look(await hub.dataset(repo), hub);
  } finally {
    hub.close();
  }
}

export { test };
