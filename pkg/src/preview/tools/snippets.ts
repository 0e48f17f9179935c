/** A view as a program for other tools. */
import { isHubframeError } from "../../errors.js";
import type { Frame } from "../../frame.js";

/** The tools, in the order of how many use them for datasets of the Hub. */
export const SNIPPETS: readonly { readonly name: string; readonly of: (frame: Frame) => string }[] = [
  { name: "datasets", of: (frame) => frame.toDatasets() },
  { name: "pandas", of: (frame) => frame.toPandas() },
  { name: "Polars", of: (frame) => frame.toPolars() },
  { name: "DuckDB", of: (frame) => frame.toDuckDB() },
  { name: "Dask", of: (frame) => frame.toDask() },
  { name: "hubframe", of: (frame) => frame.toJavaScript() },
];

/** The program, or why there is none. */
export function snippet(name: string, frame: Frame): { readonly code?: string; readonly problem?: string } {
  try {
    const code = SNIPPETS.find((one) => one.name === name)?.of(frame);
    return code === undefined ? {} : { code };
  } catch (error) {
    return { problem: isHubframeError(error) ? error.message : String(error) };
  }
}
