/** The packed tarball, installed in empty projects of several tools, each built and opened in Chromium. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import type { Page } from "@playwright/test";
import { build, createServer } from "vite";
import webpack from "webpack";
import { PACKAGE, ROOT } from "../support/paths.js";
import { serveStatic } from "../support/static.js";
import { test as base, expect } from "../support/test.js";

/** What every project does: reads three rows with each of the two WebAssembly modules, and shows their numbers. */
const MAIN = `import { Hub } from "hubframe";
const hub = new Hub({ endpoint: new URLSearchParams(location.search).get("endpoint") });
const read = async (path) => (await (await hub.readParquet(path)).head(3)).length;
const plain = await read("hf://datasets/fixtures/many-files");
const brotli = await read("hf://datasets/fixtures/codecs/brotli.parquet");
document.title = "rows: " + plain + ", " + brotli;
`;

const HTML = (script: string, head = "") =>
  `<!doctype html><meta charset="utf-8"><title>waiting</title>${head}<script type="module" src="${script}"></script>`;

/** What a page may have to download to read, after brotli: the first module and the JavaScript that it needs, in bytes. */
const MAX_DOWNLOAD = 815_000;

/** The tarballs of hubframe and of what it needs: made once, installed without a network. */
const test = base.extend<{ project: string }, { tarballs: string[] }>({
  tarballs: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from this pattern.
    async ({}, use) => {
      const folder = mkdtempSync(join(tmpdir(), "hubframe-tarballs-"));
      for (const source of [PACKAGE, ...needed(PACKAGE)]) {
        npm(folder, "pack", "--ignore-scripts", "--pack-destination", folder, source);
      }
      await use(readdirSync(folder).map((name) => join(folder, name)));
      rmSync(folder, { recursive: true });
    },
    { scope: "worker" },
  ],
  project: async ({ tarballs }, use) => {
    const folder = mkdtempSync(join(tmpdir(), "hubframe-project-"));
    writeFileSync(
      join(folder, "package.json"),
      JSON.stringify({ name: "empty", private: true, type: "module" }),
    );
    npm(folder, "install", "--offline", "--no-audit", "--no-fund", "--ignore-scripts", ...tarballs);
    writeFileSync(join(folder, "main.js"), MAIN);
    writeFileSync(join(folder, "index.html"), HTML("/main.js"));
    await use(folder);
    rmSync(folder, { recursive: true });
  },
});

/** The folders of all that a package depends on, and of what that depends on. */
function needed(folder: string, found = new Set<string>()): ReadonlySet<string> {
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  for (const name of Object.keys(dependencies)) {
    const dependency = join(ROOT, "node_modules", name);
    if (!found.has(dependency)) needed(dependency, found.add(dependency));
  }
  return found;
}

function npm(folder: string, ...args: string[]): string {
  return execFileSync("npm", args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

async function expectRows(page: Page, origin: string, endpoint: string): Promise<void> {
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  const workers: string[] = [];
  page.on("worker", (worker) => workers.push(worker.url()));
  await page.goto(`${origin}/?endpoint=${encodeURIComponent(endpoint)}`);
  await page
    .waitForFunction(() => document.title !== "waiting", undefined, { timeout: 20_000 })
    .catch(() => {});
  expect(problems).toEqual([]);
  expect(await page.title()).toBe("rows: 3, 3");
  expect(workers).toHaveLength(1);
}

/** Both modules must be there, and neither twice. */
function wasmFiles(folder: string): string[] {
  return (readdirSync(folder, { recursive: true }) as string[]).filter((path) => path.endsWith(".wasm"));
}

test("the tarball holds what it should", async ({ tarballs }) => {
  const tarball = tarballs.find((path) => path.includes("hubframe-0"));
  const files = execFileSync("tar", ["-tzf", tarball ?? ""], { encoding: "utf8" })
    .trim()
    .split("\n")
    .sort();
  expect(files.filter((path) => !/^package\/dist\/([\w-]+\/)*[\w-]+(\.d)?\.(js|ts)$/.test(path))).toEqual([
    "package/LICENSE",
    "package/README.md",
    "package/dist/hubframe_bg.wasm",
    "package/dist/hubframe_whole_bg.wasm",
    "package/package.json",
  ]);
  expect(files.filter((path) => path.endsWith(".js"))).toHaveLength(
    files.filter((path) => path.endsWith(".d.ts")).length,
  );
});

test("Vite builds it", async ({ page, project, hub }) => {
  await build({ root: project, logLevel: "error", build: { target: "es2022" } });
  expect(wasmFiles(join(project, "dist"))).toHaveLength(2);
  const site = await serveStatic({ "/": join(project, "dist") });
  await expectRows(page, site.origin, hub.endpoint);
  await site.close();
});

test("what a page downloads keeps to its budget", async ({ page, project, hub }) => {
  test.slow();
  await build({ root: project, logLevel: "error", build: { target: "es2022" } });
  const site = await serveStatic({ "/": join(project, "dist") });
  const asked = new Set<string>();
  page.on("request", (request) => asked.add(new URL(request.url()).pathname));
  await expectRows(page, site.origin, hub.endpoint);
  await site.close();
  // One of the two files that are read there needs the second module.
  const downloaded = [...asked].filter((path) => /\.(js|wasm)$/.test(path) && !/whole/.test(path));
  expect(downloaded.filter((path) => path.endsWith(".wasm"))).toHaveLength(1);
  expect(downloaded.filter((path) => /\/worker-/.test(path))).toHaveLength(1);
  const sizes = downloaded.map(
    (path) => brotliCompressSync(readFileSync(join(project, "dist", path))).length,
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const parts = downloaded.map((path, i) => `${path}: ${sizes[i]}`).join(", ");
  test.info().annotations.push({ type: "bytes", description: String(total) });
  expect(total, parts).toBeLessThanOrEqual(MAX_DOWNLOAD);
});

test("the preview element works in an empty page", async ({ page, project, hub }) => {
  writeFileSync(join(project, "main.js"), 'import "hubframe/preview";');
  const element = `<hf-dataset-preview repo="fixtures/labels" endpoint="${hub.endpoint}"></hf-dataset-preview>`;
  writeFileSync(join(project, "index.html"), `${HTML("/main.js")}${element}`);
  await build({ root: project, logLevel: "error", build: { target: "es2022" } });
  const site = await serveStatic({ "/": join(project, "dist") });
  await page.goto(site.origin);
  await expect(page.locator('[aria-rowindex="2"] [role=gridcell]:not(.absent)').first()).toBeVisible();
  await site.close();
});

test("signing in is no part of what a page downloads that does not, and works in an empty page", async ({
  page,
  project,
  hub,
}) => {
  writeFileSync(
    join(project, "main.js"),
    `import { signedIn, signInWithToken, signOut } from "hubframe/auth";
     import "hubframe/sign-in";
     const endpoint = ${JSON.stringify(hub.endpoint)};
     const before = await signedIn({ endpoint });
     const { name, role } = await signInWithToken("hf_read", { endpoint });
     signOut({ endpoint });
     document.title = [before, name, role, await signedIn({ endpoint })].join();`,
  );
  writeFileSync(join(project, "index.html"), `${HTML("/main.js")}<hf-sign-in></hf-sign-in>`);
  await build({ root: project, logLevel: "error", build: { target: "es2022" } });
  const site = await serveStatic({ "/": join(project, "dist") });
  await page.goto(site.origin);
  await expect(page).toHaveTitle(",user,read,");
  await expect(page.getByText("Sign in with a token")).toBeVisible();
  expect(wasmFiles(join(project, "dist"))).toEqual([]);
  await site.close();
});

test("the uploader element works in an empty page", async ({ page, project, hub }) => {
  writeFileSync(join(project, "main.js"), 'import "hubframe/uploader";');
  const element = `<hf-dataset-uploader endpoint="${hub.endpoint}"></hf-dataset-uploader>`;
  writeFileSync(join(project, "index.html"), `${HTML("/main.js")}${element}`);
  await build({ root: project, logLevel: "error", build: { target: "es2022" } });
  const site = await serveStatic({ "/": join(project, "dist") });
  await page.goto(site.origin);
  const csv = { name: "a.csv", mimeType: "text/csv", buffer: Buffer.from("a,b\n1,x\n2,y\n") };
  await page.getByLabel("Choose files").setInputFiles(csv);
  await expect(page.getByRole("row").filter({ hasText: "a.csv" }).first()).toContainText(/CSV.*2/s);
  await expect(page.getByRole("grid")).toContainText("y");
  await site.close();
});

test("Vite serves it while developing", async ({ page, project, hub }) => {
  const server = await createServer({
    root: project,
    logLevel: "error",
    server: { host: "127.0.0.1", port: 0, hmr: false, ws: false },
  });
  await server.listen();
  const [origin] = server.resolvedUrls?.local ?? [];
  await expectRows(page, new URL(origin ?? "").origin, hub.endpoint);
  await server.close();
});

test("webpack builds it", async ({ page, project, hub }) => {
  const output = join(project, "dist");
  const stats = await new Promise<webpack.Stats | undefined>((resolve, reject) => {
    webpack(
      {
        mode: "production",
        context: project,
        entry: "./main.js",
        output: { path: output, filename: "main.js", publicPath: "auto" },
        performance: false,
        experiments: { topLevelAwait: true },
      },
      (error, stats) => (error ? reject(error) : resolve(stats)),
    );
  });
  expect(stats?.toJson({ all: false, errors: true, warnings: true })).toMatchObject({
    errors: [],
    warnings: [],
  });
  expect(wasmFiles(output)).toHaveLength(2);
  const site = await serveStatic({ "/": output }, { "/": HTML("/main.js") });
  await expectRows(page, site.origin, hub.endpoint);
  await site.close();
});

test("a plain page loads it without any tool", async ({ page, project, hub }) => {
  const imports = {
    hubframe: "/node_modules/hubframe/dist/index.js",
    "@uwdata/flechette": "/node_modules/@uwdata/flechette/dist/flechette.mjs",
  };
  const map = `<script type="importmap">${JSON.stringify({ imports })}</script>`;
  const site = await serveStatic({ "/": project }, { "/": HTML("/main.js", map) });
  await expectRows(page, site.origin, hub.endpoint);
  await site.close();
});

test("Node loads it", async ({ project, hub }) => {
  mkdirSync(join(project, "node"), { recursive: true });
  writeFileSync(
    join(project, "node/main.js"),
    `import { Hub } from "hubframe";
     const hub = new Hub({ endpoint: ${JSON.stringify(hub.endpoint)} });
     const frame = await hub.readParquet("hf://datasets/fixtures/many-files");
     console.log(String((await frame.head(3)).length));`,
  );
  const printed = execFileSync(process.execPath, [join(project, "node/main.js")], {
    encoding: "utf8",
    timeout: 20_000,
  });
  expect(printed.trim()).toBe("3");
});
