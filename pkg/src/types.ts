/**
 * Public data types.
 *
 * Counts, sizes and offsets are `number`: they stay below 2^53 by construction. `bigint` is used for column values only.
 */
import type { ErrorCode } from "./errors.js";

/** A column of a table. */
export interface Field {
  /** The name. */
  readonly name: string;
  /** The Arrow type, as Arrow's Rust implementation spells it: `Int64`, `Utf8`, `List(Utf8)`. */
  readonly type: string;
  /** Whether it may hold nulls. */
  readonly nullable: boolean;
  /** What it means beyond its type, if anything is known of that: label names, an image, … */
  readonly feature?: Feature;
}

/**
 * What a column means, as Python's `datasets` library spells it in Parquet metadata: `{ _type: "ClassLabel", names: […] }`,
 * `{ _type: "Image" }`, `{ _type: "List", feature: … }`. An object without `_type` is a struct: its fields by name.
 */
export interface Feature {
  readonly _type?: string | Feature;
  readonly [attribute: string]: unknown;
}

/** The schema of a table. */
export interface Schema {
  /** The columns, in order. */
  readonly fields: readonly Field[];
}

/** A data file of a table. */
export interface FileInfo {
  /** The path within the repo. */
  readonly path: string;
  /** Its length in bytes. */
  readonly size: number;
}

/** One HTTP request that hubframe made, told after its answer (or the lack of one). */
export interface RequestEvent {
  /** `GET`, `POST`, … */
  readonly method: string;
  /** The URL without its query, so without any signature. */
  readonly url: string;
  /** The half-open byte range asked for. */
  readonly range?: readonly [start: number, end: number];
  /** The HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** The bytes of the body that were read. */
  readonly bytes: number;
  /** From the request to the end of the body, in milliseconds. */
  readonly ms: number;
}

/** A request that is sent again, told when the wait for that begins. */
export interface RetryEvent {
  /** Why: the code of the error that it ended with, such as `rate_limited`. */
  readonly code: ErrorCode;
  /** How long it waits, in milliseconds. */
  readonly waitMs: number;
}

/** @internal What a session tells of its requests. */
export type SessionEvent = RequestEvent | RetryEvent;
