/** `test` with a local Hub, and with a page that has hubframe loaded, as a plain HTML page would. */
import { test as base, expect, type Page } from "@playwright/test";
import { LocalHub } from "./local-hub.js";
import { FLECHETTE, PACKAGE, PAGES } from "./paths.js";
import { type StaticServer, serveStatic } from "./static.js";

declare global {
  /** hubframe, in the plain page. */
  var hubframe: typeof import("hubframe");
}

const PLAIN_PAGE = `<!doctype html>
<title>hubframe</title>
<script type="importmap">
  { "imports": { "hubframe": "/pkg/index.js", "@uwdata/flechette": "/flechette/flechette.mjs" } }
</script>`;

interface WorkerFixtures {
  readonly hub: LocalHub;
  readonly site: StaticServer;
}

interface TestFixtures {
  /** A hub as after a reset, so that counts are this test's own. */
  readonly freshHub: LocalHub;
  /** A page with `hubframe` in its scope. */
  readonly plainPage: Page;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  hub: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from this pattern.
    async ({}, use) => {
      const hub = await LocalHub.start();
      await use(hub);
      hub.stop();
    },
    { scope: "worker" },
  ],
  site: [
    // biome-ignore lint/correctness/noEmptyPattern: as above.
    async ({}, use) => {
      const folders = { "/pkg/": `${PACKAGE}/dist`, "/flechette/": FLECHETTE, "/": PAGES };
      const site = await serveStatic(folders, { "/plain.html": PLAIN_PAGE });
      await use(site);
      await site.close();
    },
    { scope: "worker" },
  ],
  freshHub: async ({ hub }, use) => {
    await hub.reset();
    await use(hub);
  },
  plainPage: async ({ page, site }, use) => {
    await page.goto(`${site.origin}/plain.html`);
    await page.evaluate(async () => {
      globalThis.hubframe = await import("hubframe");
    });
    await use(page);
  },
});

export { expect };
