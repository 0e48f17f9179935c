/** The uploader page: the element, and the Hub that the address names. */
import { DatasetUploader } from "hubframe/uploader";

const uploader = document.querySelector("hf-dataset-uploader");
const endpoint = new URLSearchParams(location.search).get("endpoint");
if (uploader instanceof DatasetUploader) {
  if (endpoint) uploader.endpoint = endpoint;
  const page = uploader.previewPage;
  if (page) uploader.previewPage = new URL(page, location.href).href;
}
