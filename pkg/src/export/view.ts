/** A frame as a program for another tool. Fetched when the first one is asked for. */
import type { View } from "../view.js";
import { hubframeProgram } from "./javascript.js";
import { daskProgram, datasetsProgram, duckdbProgram, pandasProgram, polarsProgram } from "./programs.js";
import { type Scan, scanOf } from "./scan.js";

/** The method of a frame that gives a program. */
export type ProgramMethod = "toDask" | "toDatasets" | "toPolars" | "toDuckDB" | "toJavaScript" | "toPandas";

const PROGRAMS: { readonly [method in ProgramMethod]: (scan: Scan) => string } = {
  toDask: daskProgram,
  toDatasets: datasetsProgram,
  toPolars: polarsProgram,
  toDuckDB: duckdbProgram,
  toJavaScript: hubframeProgram,
  toPandas: pandasProgram,
};

/** The program that a method gives. */
export function programOf(method: ProgramMethod, view: View): string {
  return PROGRAMS[method](scanOf(method, view));
}
