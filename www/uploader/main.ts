/** The uploader page: the element, and the Hub that the address names. */
import { signedIn } from "hubframe/auth";
import { DatasetUploader } from "hubframe/uploader";

// Whoever comes back from the Hub's sign-in has another address until this is done. What goes wrong the element says.
await signedIn().catch(() => {});

const uploader = document.querySelector("hf-dataset-uploader");
const endpoint = new URLSearchParams(location.search).get("endpoint");
if (uploader instanceof DatasetUploader) {
  if (endpoint) uploader.endpoint = endpoint;
  const page = uploader.previewPage;
  if (page) uploader.previewPage = new URL(page, location.href).href;
}
