/** A view as a program for other tools. */
import { isHubframeError } from "../../errors.js";
import type { Frame } from "../../frame.js";

/** The tools, in the order of how many use them for datasets of the Hub. */
export const SNIPPETS: readonly { readonly name: string; readonly of: (frame: Frame) => Promise<string> }[] =
  [
    { name: "datasets", of: (frame) => frame.toDatasets() },
    { name: "pandas", of: (frame) => frame.toPandas() },
    { name: "Polars", of: (frame) => frame.toPolars() },
    { name: "DuckDB", of: (frame) => frame.toDuckDB() },
    { name: "Dask", of: (frame) => frame.toDask() },
    { name: "hubframe", of: (frame) => frame.toJavaScript() },
  ];

/** A program, or why there is none. */
export interface Snippet {
  readonly code?: string;
  readonly problem?: string;
}

/** The program for a tool. */
export async function snippet(name: string, frame: Frame): Promise<Snippet> {
  try {
    const code = await SNIPPETS.find((one) => one.name === name)?.of(frame);
    return code === undefined ? {} : { code };
  } catch (error) {
    return { problem: isHubframeError(error) ? error.message : String(error) };
  }
}
