/** What is special about what is shown, where somebody could be misled. Pure. */
import type { Dataset } from "../dataset.js";
import type { FileColumns } from "./file-columns.js";
import type { OpenSplit } from "./session.js";
import { isText } from "./whole-files.js";

/** A sentence, or nothing. */
export function noticeOf(
  dataset: Dataset | undefined,
  open: OpenSplit | undefined,
  numRows: number | undefined,
  files?: FileColumns,
): string {
  const sentences = dataset && open ? originOf(dataset, open.config) : [];
  if (files) sentences.push(...files.notices);
  if (open && numRows === 0) sentences.push("There are no rows here: the files hold columns alone.");
  return sentences.join(" ");
}

function originOf(dataset: Dataset, config: string): string[] {
  const { readable, strict } = dataset;
  if (isText(dataset))
    return [`These ${strict?.builder.toUpperCase()} files were read whole, not by ranges.`];
  if (readable?.origin === "parquet-in-repo") {
    const instead = strict
      ? `load_dataset reads its ${strict.builder} files instead`
      : "load_dataset refuses it";
    return [`The Parquet files of the repo; ${instead}.`];
  }
  if (readable?.origin !== "converted") return [];
  const isPartial = readable.partial.includes(config);
  return [
    "As the Hub converted it to Parquet.",
    ...(isPartial ? [`Of "${config}" it converted only the first rows, about 5 GB.`] : []),
  ];
}
