/** What of the library writes. It is fetched when something is first written. */
export { tablesOf } from "./split-frames.js";
export { commitFiles } from "./upload.js";
export { writeParquetBlob } from "./write.js";
export { planTables, writeTables } from "./write-dataset.js";
