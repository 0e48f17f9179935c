/** What is asked of columns, and the passes over the rows that answer it, as plain data for workers. */
import type { DataFile, ScanTask } from "./protocol.js";

/** What is asked of a frame's columns. */
export type Query =
  | { readonly kind: "aggregate"; readonly columns: readonly ColumnFunctions[] }
  | { readonly kind: "describe"; readonly columns: readonly string[] }
  | { readonly kind: "valueCounts"; readonly column: string; readonly limit?: number };

/** Functions of one column, by name. */
export interface ColumnFunctions {
  readonly column: string;
  readonly functions: readonly string[];
}

/** What is measured of columns; the page only passes it on. */
export type Measures = readonly { readonly column: string }[];

/** What was measured of some rows, in the order of the measures; the page only passes it on. */
export type Partials = readonly { readonly tally?: { readonly entries: Uint8Array } }[];

/** A pass over all rows: what was measured, and what that came to. */
export interface Pass {
  readonly measures: Measures;
  readonly partials: Partials;
}

/** What a query comes to after some passes. */
export interface AggregateStep {
  readonly answer?: { readonly text: string; readonly table?: Uint8Array };
  readonly plan?: AggregatePlan;
}

/** A pass: what the footers say already, and tasks for the rest. */
export interface AggregatePlan {
  readonly measures: Measures;
  readonly partials: Partials;
  readonly tasks: readonly AggregateTask[];
  readonly files: readonly DataFile[];
}

/** A part of the rows, to be measured by one worker. It carries more than is named here: pass it on whole. */
export interface AggregateTask {
  /** Which of the plan's measures are taken. */
  readonly positions: readonly number[];
  readonly scans: readonly ScanTask[];
}
