/** What is special about what is shown, where somebody could be misled. Pure. */
import type { Dataset } from "../dataset.js";
import { countText } from "./cell/text.js";
import type { PreviewModel } from "./model.js";
import { isText } from "./whole-files.js";

/** What it is told of. */
export type Shown = Pick<PreviewModel, "dataset" | "open" | "numRows" | "files" | "hasUnseenFiles">;

/** A sentence, or nothing. */
export function noticeOf({ dataset, open, numRows, files, hasUnseenFiles }: Shown): string {
  const sentences = dataset && open ? originOf(dataset, open.config) : [];
  if (files) sentences.push(...files.notices);
  if (open && hasUnseenFiles) {
    sentences.push(`The columns are those of the first of ${countText(open.frame.numPartitions)} files.`);
  }
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
