/**
 * `<hf-dataset-uploader>`: importing this defines the element.
 *
 * @packageDocumentation
 */

export { DatasetUploader } from "./element.js";
