// Uploads files by the uploader page, as a person would, for test_uploader.py.
//
// Arguments: the name of the dataset, whether each table becomes a config of its own (`apart` or `together`), and files.
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { chromium } from "@playwright/test";

const PAGES = new URL("../../www/dist", import.meta.url).pathname;
const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
};

const server = createServer((request, response) => {
  let path = join(PAGES, normalize(decodeURIComponent(new URL(request.url, "http://host").pathname)));
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) path = join(path, "index.html");
  if (!statSync(path, { throwIfNoEntry: false })) return response.writeHead(404).end();
  response.writeHead(200, { "Content-Type": TYPES[extname(path)] ?? "application/octet-stream" });
  createReadStream(path).pipe(response);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

const [name, how, ...files] = process.argv.slice(2);
const isRoot = process.getuid?.() === 0;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: isRoot ? ["--no-sandbox", "--disable-gpu"] : ["--disable-gpu"],
});
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(120_000);
  const endpoint = encodeURIComponent(process.env.HF_ENDPOINT);
  await page.goto(`http://127.0.0.1:${server.address().port}/uploader/?endpoint=${endpoint}`);
  await page.getByText("Sign in with a token").click();
  await page.getByLabel("Access token").fill(process.env.HF_TOKEN);
  await page.keyboard.press("Enter");
  await page.getByText("Signed in as").waitFor();
  await page.getByLabel("Dataset name").fill(name);
  await page.getByLabel("Choose files").setInputFiles(files);
  const apart = page.getByRole("button", { name: "Make a config of each table" });
  if (how === "apart") await apart.click();
  const labels = process.env.LABELS;
  if (labels) {
    await page.getByLabel(`Change ${labels}`).selectOption({ label: "As class labels" });
    await page
      .getByText(/^\s*class label,/)
      .first()
      .waitFor();
  }
  await page.getByRole("button", { name: "Review the commit" }).click();
  await page.locator(".plan").waitFor();
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await page.getByText("Done:").waitFor();
} finally {
  await browser.close();
  server.closeAllConnections();
  server.close();
}
