/** What is found out about a text file before it is read: types only. */
import type { Feature } from "./types.js";

/** How to read text files. What is left out is found out from their content; names do not matter. */
export interface TextOptions {
  readonly format?: "csv" | "json" | "jsonlines";
  /** A byte order mark outranks it. Without either a file is UTF-8, and a byte that is not is an error with its line. */
  readonly encoding?: "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";
  /** What separates the fields of a CSV file: one ASCII character. */
  readonly delimiter?: string;
  /** What fields of a CSV file are quoted with: one ASCII character. */
  readonly quote?: string;
  /** Whether the first row of a CSV file names the columns. */
  readonly header?: boolean;
  /** The key of the list of rows in a JSON file that is an object. */
  readonly rows?: string;
  /** Types of columns. Those that are not named get the type that all their values fit. */
  readonly types?: ColumnTypes;
}

/** For columns by name, a type as `datasets` names it (`"string"`, `"timestamp[us]"`), or a feature. */
export interface ColumnTypes {
  readonly [column: string]: string | Feature;
}

/** What was found out about a text file. Plain data. */
export interface Inspection {
  readonly file: string;
  /** In bytes. */
  readonly size: number;
  readonly layout: TextLayout;
  readonly columns: readonly InspectedColumn[];
  /** What is odd about the file, the worst first. */
  readonly findings: readonly Finding[];
}

/** How a text file is laid out. */
export interface TextLayout {
  readonly format: "csv" | "json" | "jsonlines";
  readonly encoding: NonNullable<TextOptions["encoding"]>;
  /** Of a CSV file; delimiter and quote are codes of ASCII characters. */
  readonly dialect?: { readonly delimiter: number; readonly quote: number; readonly header: boolean };
  readonly columns: readonly string[];
  readonly numRows: number;
  /** Where some of its rows begin, so that no read has to start at the first. */
  readonly checkpoints: readonly { readonly row: number; readonly offset: number; readonly line: number }[];
}

/** A column of a text file. */
export interface InspectedColumn {
  readonly name: string;
  /** The type that was set, or the one that all its values fit. */
  readonly feature: Feature;
  readonly values: Values;
}

/** What the values of a column, of a field or of the items of lists are. */
export interface Values {
  /** Empty fields, JSON nulls and absent keys. */
  readonly nulls: number;
  /** The others by kind, each with the line and the text of its first. */
  readonly seen: readonly {
    readonly kind: ValueKind;
    readonly count: number;
    readonly line: number;
    readonly value: string;
  }[];
  /** The fields of its objects. */
  readonly fields?: readonly (readonly [name: string, values: Values])[];
  /** The items of its lists. */
  readonly items?: Values;
}

/** What a written value could be. `code`: digits with a leading zero or a plus sign; `big_int`: beyond int64. */
export type ValueKind =
  | "null_word"
  | "bool"
  | "int"
  | "wide_int"
  | "big_int"
  | "code"
  | "float"
  | "date"
  | "timestamp"
  | "zoned_timestamp"
  | "text"
  | "object"
  | "list";

/** One thing that a person should know before the file becomes a table. */
export interface Finding {
  readonly kind: FindingKind;
  /** `error`: the rows cannot be read until it is mended. */
  readonly severity: "info" | "warning" | "error";
  /** The first line that shows it, from 1. */
  readonly line?: number;
  readonly column?: string;
  /** How many rows or values show it. */
  readonly count: number;
  readonly message: string;
}

/** What a {@link Finding} is about. */
export type FindingKind =
  | "no_rows"
  | "no_header"
  | "short_rows"
  | "long_rows"
  | "unnamed_column"
  | "duplicate_column"
  | "many_columns"
  | "many_keys"
  | "mixed_types"
  | "leading_zeros"
  | "big_integers"
  | "null_words"
  | "wrong_type"
  | "ignored_keys"
  | "encoding";
