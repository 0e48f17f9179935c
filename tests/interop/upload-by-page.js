// Uploads files by the uploader page, as a person would, for test_uploader.py.
//
// Arguments: the name of the dataset, whether each table becomes a config of its own (`apart` or `together`), and files.
import { servePages } from "./pages.js";

const [name, how, ...files] = process.argv.slice(2);
const { page, origin, close } = await servePages();
try {
  const endpoint = encodeURIComponent(process.env.HF_ENDPOINT);
  await page.goto(`${origin}/uploader/?endpoint=${endpoint}`);
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
  await close();
}
