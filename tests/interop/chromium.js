// A page of Chromium for Python: a job for writes.js is a line on stdin, and what came of it a line on stdout.
// It ends with its stdin.

import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";

const root = fileURLToPath(new URL("../..", import.meta.url));
const FOLDERS = {
  "/pkg/": "pkg/dist",
  "/flechette/": "node_modules/@uwdata/flechette/dist",
  "/jobs/": "tests/interop",
};
const TYPES = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };
const PAGE = `<!doctype html>
<script type="importmap">
  { "imports": { "hubframe": "/pkg/index.js", "@uwdata/flechette": "/flechette/flechette.mjs" } }
</script>`;

/** Serves the page, and the package as any host of static files does. */
async function serve() {
  const server = createServer((request, response) => {
    const [prefix, folder] = Object.entries(FOLDERS).find(([prefix]) => request.url.startsWith(prefix)) ?? [];
    if (!prefix) return response.setHeader("content-type", "text/html").end(PAGE);
    const file = join(root, folder, normalize(`/${request.url.slice(prefix.length)}`));
    response.setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream");
    createReadStream(file)
      .on("error", () => response.writeHead(404).end())
      .pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** Does a job in a page of its own. */
async function run(browser, origin, job) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(origin);
    await page.evaluate(async (job) => (await import("/jobs/writes.js")).write(job), job);
    return {};
  } catch (error) {
    return { error: String(error) };
  } finally {
    await context.close();
  }
}

const server = await serve();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
});
for await (const line of createInterface({ input: process.stdin })) {
  const outcome = await run(browser, `http://127.0.0.1:${server.address().port}`, JSON.parse(line));
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}
await browser.close();
server.close();
