// Downloads the rows of a dataset by the preview page, as a person would, for test_preview_downloads.py.
//
// Arguments: the folder to save in, the dataset, and the rest of the page's query.
import { join } from "node:path";
import { servePages } from "./pages.js";

const [folder, repo, rest = ""] = process.argv.slice(2);
const { page, origin, close } = await servePages();
try {
  // A browser that has no dialog to save files with: it downloads.
  await page.addInitScript(() => Object.assign(window, { showSaveFilePicker: undefined }));
  const endpoint = encodeURIComponent(process.env.HF_ENDPOINT);
  await page.goto(`${origin}/preview/?repo=${encodeURIComponent(repo)}&endpoint=${endpoint}${rest}`);
  if (rest.includes("sort=")) await page.getByRole("button", { name: /^Sort: reads/ }).click();
  await page.locator('[aria-rowindex="2"] [role=gridcell]:not(.absent)').first().waitFor();
  await page.getByRole("button", { name: "Use or download…" }).click();
  for (const format of ["parquet", "csv", "jsonl"]) {
    await page.getByLabel("Format").selectOption(format);
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download", exact: true }).click();
    await (await saved).saveAs(join(folder, `rows.${format}`));
    await page.getByText("Done:").waitFor();
  }
} finally {
  await close();
}
