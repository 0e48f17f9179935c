/** Signing in, on the preview page as it is built: on the Hub's own page, and by a token. */
import { join } from "node:path";
import type { Page } from "@playwright/test";
import type { LocalHub } from "../support/local-hub.js";
import { FIXTURES } from "../support/paths.js";
import { address, test as base, expect, query, row } from "../support/preview.js";

const TABLE = { file: join(FIXTURES, "fixtures/labels/data/train-00000-of-00001.parquet") };

/** A hub with a private and a gated dataset, and a page that stands in a Space with an OAuth app. */
const test = base.extend<{ secretHub: LocalHub; inSpace: Page }>({
  secretHub: async ({ freshHub }, use) => {
    const files = { "train.parquet": TABLE };
    await freshHub.create({ id: "user/secret", private: true, files });
    await freshHub.create({ id: "lab/gated", gated: "manual", files });
    await freshHub.reset();
    await use(freshHub);
    await freshHub.settings();
  },
  inSpace: async ({ page }, use) => {
    await page.addInitScript(() => {
      Object.assign(window, { huggingface: { variables: { OAUTH_CLIENT_ID: "app-of-the-space" } } });
    });
    await use(page);
  },
});

const inHeader = (page: Page) => page.getByRole("banner").locator("hf-sign-in");

/** Everything that outlives the page in its browser, as text. */
const stored = (page: Page) =>
  page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));

test("signs in on the Hub's page, comes back to the same view, and shows what is private", async ({
  inSpace: page,
  site,
  secretHub,
}) => {
  await page.goto(address(site, secretHub, "user/secret", "&row=2"));
  const problem = page.getByRole("alert");
  await expect(problem).toContainText("There is no dataset user/secret");
  const before = page.url();
  await problem.getByRole("button", { name: "Sign in with Hugging Face" }).click();
  await row(page, 2);
  await expect(inHeader(page)).toContainText("Signed in as user");
  expect(page.url()).toBe(before);

  // Nothing is kept but in memory, and no token went where it should not.
  expect(await stored(page)).not.toMatch(/hf_|code|nonce/);
  const log = await secretHub.log();
  expect(log.filter(({ path, query }) => `${path}?${query}`.includes("hf_"))).toEqual([]);
  expect(log.filter(({ origin, authorization }) => origin === "storage" && authorization)).toEqual([]);
  const asked = new URLSearchParams(log.find(({ path }) => path === "/oauth/authorize")?.query);
  expect(asked.get("scope")).toBe("openid profile read-repos gated-repos");

  // A reload forgets who it was, and asks nobody.
  await page.reload();
  await expect(problem).toContainText("There is no dataset user/secret");
  expect(query(page)).toMatchObject({ repo: "user/secret", row: "2" });
});

test("says so when the user declines", async ({ inSpace: page, site, secretHub }) => {
  await secretHub.settings({ oauth_user: "" });
  await page.goto(address(site, secretHub, "fixtures/labels"));
  await row(page, 0);
  await inHeader(page).getByRole("button", { name: "Sign in with Hugging Face" }).click();
  await expect(inHeader(page).getByRole("alert")).toContainText("The user denied the request");
  await row(page, 0);
  expect(query(page)).not.toHaveProperty("error");
});

test("takes no answer that it did not ask for", async ({ inSpace: page, site, secretHub }) => {
  await page.goto(address(site, secretHub, "fixtures/labels", '&code=stolen&state={"nonce":"other"}'));
  await row(page, 0);
  await expect(inHeader(page).getByRole("button", { name: "Sign in with Hugging Face" })).toBeVisible();
  const log = await secretHub.log();
  expect(log.filter(({ path }) => path.startsWith("/oauth"))).toEqual([]);
});

test("tells when the time of a sign-in is over, and keeps the rows", async ({
  inSpace: page,
  site,
  secretHub,
}) => {
  await secretHub.settings({ oauth_token_seconds: 6 });
  await page.goto(address(site, secretHub, "fixtures/labels"));
  await inHeader(page).getByRole("button", { name: "Sign in with Hugging Face" }).click();
  await expect(inHeader(page)).toContainText("Signed in as user");
  await expect(inHeader(page).getByRole("alert")).toContainText("Your sign-in has ended");
  await row(page, 0);
});

test("without an app signs in by a token, which a wrong one does not do", async ({
  page,
  site,
  secretHub,
}) => {
  await page.goto(address(site, secretHub, "user/secret"));
  const problem = page.getByRole("alert").filter({ hasText: "user/secret" });
  await problem.getByText("Sign in with a token").click();
  await expect(problem.getByRole("link", { name: "Make a token" })).toHaveAttribute(
    "href",
    `${secretHub.endpoint}/settings/tokens/new?tokenType=read`,
  );
  const token = problem.getByLabel("Access token");
  await token.fill("hf_nobody");
  await token.press("Enter");
  await expect(problem).toContainText("does not know this token");
  await token.fill("hf_read");
  await token.press("Enter");
  await row(page, 0);
  await expect(inHeader(page)).toContainText("Signed in as user");
  expect(await stored(page)).not.toContain("hf_");
  expect(page.url()).not.toContain("hf_");

  // Signed out, the private rows are gone from the page as well.
  await inHeader(page).getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("alert").first()).toContainText("user/secret");
  await expect(page.getByRole("gridcell")).toHaveCount(0);
});

test("a gated dataset names where to ask for access", async ({ page, site, secretHub }) => {
  await page.goto(address(site, secretHub, "lab/gated"));
  const problem = page.getByRole("alert");
  await expect(problem.getByRole("link", { name: "Ask for access on the Hub" })).toHaveAttribute(
    "href",
    `${secretHub.endpoint}/datasets/lab/gated`,
  );
  await expect(problem.getByText("Sign in with a token")).toBeVisible();
});
