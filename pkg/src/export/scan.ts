/** What of a frame goes into a program. */
import { failure } from "../errors.js";
import type { ExprData } from "../expr.js";
import type { RowRange } from "../protocol.js";
import type { View } from "../view.js";
import type { Columns } from "./condition.js";

/** What a program is made of. */
export interface Scan {
  /** `datasets/username/my_dataset@commit`. */
  readonly root: string;
  /** The paths of the files in the repo, in row order. */
  readonly files: readonly string[];
  /** The columns shown, in order: what they are called, and what they are called in the files. */
  readonly columns: readonly { readonly name: string; readonly source: string }[];
  readonly filter?: ExprData;
  readonly rows: RowRange;
  /** The columns of the files. */
  readonly schema: Columns;
}

/**
 * The scan that a frame comes to. Throws code `unsupported` for what a program has no words for, and code `invalid` for rows
 * that are known only once footers are read.
 */
export function scanOf(method: string, view: View): Scan {
  const { source, root, files, columns, filter, rows, partOf } = view;
  const why = inexpressible(view);
  if (why !== undefined) throw failure("unsupported", method, why);
  if (partOf) {
    const message = "Which rows this partition of a slice has is not known yet; export the slice as a whole.";
    throw failure("invalid", method, message);
  }
  const { repoType, repo, sha } = root.origin;
  const features = new Map(source.fields.map(({ name, feature }) => [name, feature]));
  return {
    root: `${repoType}s/${repo}@${sha}`,
    files: files.map(({ path }) => path),
    columns,
    ...(filter && { filter }),
    rows,
    schema: { fields: source.arrowFields, features },
  };
}

/** What of a frame no program can say. */
function inexpressible({ source, files, columns, samples }: View): string | undefined {
  if (!source.pushesDown)
    return "The function of mapPartitions cannot be exported: export the frame before it.";
  if (files.some(({ location, text }) => text !== undefined || location?.startsWith("blob:"))) {
    return "These data are local: a program reads files on the Hub. Write them there with toParquet first.";
  }
  if (samples)
    return "A sample cannot be exported: Python would draw other rows. Export the frame without it.";
  const part = columns.find(({ fields }) => fields !== undefined);
  return part && `"${part.name}" is shown in part, which cannot be exported: select the whole column.`;
}
