/**
 * Conditions on rows, as people write them: `col("score").gt(0.5).and(col("lang").isIn(["en"]))`.
 *
 * An expression is plain data in the end: `toJSON` gives the objects that the Rust core documents in `src/expr`. What
 * they mean is told apart there; whether they fit a table, in `filter.ts`.
 */
import { failure } from "./errors.js";

/**
 * A value that a column is compared with.
 *
 * | value | goes with |
 * |---|---|
 * | `boolean` | booleans |
 * | `number`, `bigint`, `{ decimal: "1.10" }` | integers, floats and decimals; exactly: nothing is rounded on the way |
 * | `string` | strings; dates, times, timestamps and durations in ISO 8601; names of class labels |
 * | `Date` | dates and timestamps: a point in time. A column without a time zone is taken as UTC, as it is shown |
 * | `{ timestamp }`, `{ date }`, `{ time }`, `{ duration }` | the same in ISO 8601, to the nanosecond |
 * | `Uint8Array` | binary |
 */
export type Scalar =
  | boolean
  | number
  | bigint
  | string
  | Date
  | Uint8Array
  | { readonly decimal: string }
  | { readonly timestamp: string }
  | { readonly date: string }
  | { readonly time: string }
  | { readonly duration: string };

/**
 * A condition as Dask's `filters=` has it: `["score", ">", 0.5]`, `["lang", "in", ["en", "fr"]]`, `["x", "is", null]`.
 */
export type Condition =
  | readonly [column: string, op: "=" | "==" | "!=" | "<" | "<=" | ">" | ">=", value: Scalar]
  | readonly [column: string, op: "in" | "not in", values: readonly Scalar[]]
  | readonly [column: string, op: "is" | "is not", value: Scalar | null];

/** Conditions that all hold; or a list of such lists, one of which holds (disjunctive normal form). */
export type Conditions = readonly Condition[] | readonly (readonly Condition[])[];

/** What rows can be filtered by. */
export type Filter = Expr | Conditions;

/** A name, names with dots between, or one name for each level. */
export type ColumnPath = string | readonly string[];

/** @internal What a test is on: a column, or the number of items of a list. */
export type Operand = ColumnPath | { readonly length: ColumnPath };

/** @internal A {@link Scalar} as JSON. */
export type Literal = null | boolean | number | string | { readonly [kind: string]: string };

/** @internal How two values are compared. */
export type Comparison = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

/** An expression as plain JSON. */
export type ExprData =
  | {
      readonly op: Comparison | "contains" | "startsWith" | "endsWith" | "matches";
      readonly column: Operand;
      readonly value: Literal;
    }
  | { readonly op: "between"; readonly column: Operand; readonly low: Literal; readonly high: Literal }
  | { readonly op: "isIn"; readonly column: Operand; readonly values: readonly Literal[] }
  | { readonly op: "isNull" | "isNotNull"; readonly column: Operand }
  | { readonly op: "and" | "or"; readonly args: readonly ExprData[] }
  | { readonly op: "not"; readonly arg: ExprData };

/**
 * Begins a condition on a column: `col("score")`, or `col("image.path")` for a field of a struct column.
 *
 * The name `"a.b"` is the column of just that name if there is one, else the field `b` of `a`; the list `["a", "b"]` is
 * never the former. Whether there is such a column is seen by `filter`.
 *
 * Conditions follow SQL's three-valued logic: what is compared with a null is unknown, and a row passes only where the
 * condition is true. So neither `col("a").eq(1)` nor `col("a").eq(1).not()` holds where `a` is null. (Dask's
 * `filters=[("a", "!=", 1)]` keeps such rows.) Floats compare as in IEEE 754; strings by code point.
 */
export function col(path: ColumnPath): ColumnRef {
  const names: readonly unknown[] = Array.isArray(path) ? path : [path];
  if (names.length === 0 || !names.every((name) => typeof name === "string")) {
    throw failure("invalid", "filter", 'col wants the name of a column: col("score"), col("image.path").');
  }
  return new ColumnRef(path);
}

/** A column in an expression, or the length of one. {@link col} makes it. */
export class ColumnRef {
  readonly #operand: Operand;

  /** @internal */
  constructor(operand: Operand) {
    this.#operand = operand;
  }

  /** Equal to the value. */
  eq(value: Scalar): Expr {
    return this.#compare("eq", value);
  }

  /** Other than the value, and not null. */
  ne(value: Scalar): Expr {
    return this.#compare("ne", value);
  }

  /** Less than the value. */
  lt(value: Scalar): Expr {
    return this.#compare("lt", value);
  }

  /** Less than the value, or equal. */
  le(value: Scalar): Expr {
    return this.#compare("le", value);
  }

  /** Greater than the value. */
  gt(value: Scalar): Expr {
    return this.#compare("gt", value);
  }

  /** Greater than the value, or equal. */
  ge(value: Scalar): Expr {
    return this.#compare("ge", value);
  }

  /** From `low` to `high`, both included. */
  between(low: Scalar, high: Scalar): Expr {
    return new Expr({ op: "between", column: this.#operand, low: toLiteral(low), high: toLiteral(high) });
  }

  /** Equal to one of the values. */
  isIn(values: Iterable<Scalar>): Expr {
    return new Expr({ op: "isIn", column: this.#operand, values: Array.from(values, toLiteral) });
  }

  /** Null. */
  isNull(): Expr {
    return new Expr({ op: "isNull", column: this.#operand });
  }

  /** Not null. */
  isNotNull(): Expr {
    return new Expr({ op: "isNotNull", column: this.#operand });
  }

  /** A string that holds this text, or a list that holds this item. */
  contains(value: Scalar): Expr {
    return new Expr({ op: "contains", column: this.#operand, value: toLiteral(value) });
  }

  /** A string, or binary, that begins so. On sorted data as cheap as a comparison: it is one. */
  startsWith(prefix: string | Uint8Array): Expr {
    return new Expr({ op: "startsWith", column: this.#operand, value: toLiteral(prefix) });
  }

  /** A string that ends so. */
  endsWith(suffix: string): Expr {
    return new Expr({ op: "endsWith", column: this.#operand, value: toLiteral(suffix) });
  }

  /**
   * A string that the regular expression matches somewhere. It is given as text, in the syntax of Rust's `regex-lite`:
   * no look-around and no back-references; `(?i)` at its start ignores the case of ASCII letters. A malformed one is
   * found by what reads first, which rejects with code `invalid`.
   */
  matches(pattern: string): Expr {
    return new Expr({ op: "matches", column: this.#operand, value: toLiteral(pattern) });
  }

  /** The number of items of a list column, to be compared: `col("tags").length().gt(3)`. */
  length(): ColumnRef {
    const operand = this.#operand;
    return new ColumnRef(isLength(operand) ? operand : { length: operand });
  }

  #compare(op: Comparison, value: Scalar): Expr {
    return new Expr({ op, column: this.#operand, value: toLiteral(value) });
  }
}

/** A condition on rows. Immutable. {@link col} begins one. */
export class Expr {
  readonly #data: ExprData;

  /** @internal */
  constructor(data: ExprData) {
    this.#data = data;
  }

  /** This one and all others. */
  and(...others: Expr[]): Expr {
    return new Expr({ op: "and", args: [this, ...others].map((expr) => expr.#data) });
  }

  /** This one or any other. */
  or(...others: Expr[]): Expr {
    return new Expr({ op: "or", args: [this, ...others].map((expr) => expr.#data) });
  }

  /** The opposite. Of what is unknown because of a null: still unknown. */
  not(): Expr {
    return new Expr({ op: "not", arg: this.#data });
  }

  /** The expression as plain JSON. */
  toJSON(): ExprData {
    return this.#data;
  }
}

/** @internal Whether it is the length of a column. */
export function isLength(operand: Operand): operand is { readonly length: ColumnPath } {
  // Strings and lists have a length, too: a number.
  return typeof operand === "object" && !Array.isArray(operand);
}

/** @internal A filter as plain data. */
export function toExprData(filter: Filter): ExprData {
  if (filter instanceof Expr) return filter.toJSON();
  if (!Array.isArray(filter)) throw notAFilter();
  const nodes: readonly unknown[] = filter;
  const isNested = Array.isArray(nodes[0]) && Array.isArray(nodes[0][0]);
  if (!isNested) return { op: "and", args: nodes.map(fromCondition) };
  const args = nodes.map((all): ExprData => {
    if (!Array.isArray(all)) throw notAFilter();
    return { op: "and", args: all.map(fromCondition) };
  });
  return { op: "or", args };
}

const COMPARISONS: { readonly [op: string]: Comparison } = {
  "=": "eq",
  "==": "eq",
  is: "eq",
  "!=": "ne",
  "is not": "ne",
  "<": "lt",
  "<=": "le",
  ">": "gt",
  ">=": "ge",
};

/** `["score", ">", 0.5]`. */
function fromCondition(condition: unknown): ExprData {
  if (!Array.isArray(condition) || condition.length !== 3) throw notAFilter();
  const [column, op, value]: readonly unknown[] = condition;
  if (typeof column !== "string" || typeof op !== "string") throw notAFilter();
  if (op === "in" || op === "not in") {
    if (!Array.isArray(value)) throw notAFilter(`The operator "${op}" wants a list of values.`);
    const isIn: ExprData = { op: "isIn", column, values: value.map(toLiteral) };
    return op === "in" ? isIn : { op: "not", arg: isIn };
  }
  if (value === null && op === "is") return { op: "isNull", column };
  if (value === null && op === "is not") return { op: "isNotNull", column };
  const comparison = Object.hasOwn(COMPARISONS, op) ? COMPARISONS[op] : undefined;
  if (comparison === undefined) {
    throw notAFilter(
      `"${op}" is no operator: use =, ==, !=, <, <=, >, >=, "in", "not in", "is" or "is not".`,
    );
  }
  if (Array.isArray(value)) throw notAFilter(`The operator "${op}" wants one value; a list goes with "in".`);
  return { op: comparison, column, value: toLiteral(value) };
}

const KINDS = ["decimal", "timestamp", "date", "time", "duration"];

/** A value as JSON that keeps all of it. */
function toLiteral(value: unknown): Literal {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : { float: floatName(value) };
  if (typeof value === "bigint") return { int: String(value) };
  if (value instanceof Date && !Number.isNaN(value.getTime())) return { timestamp: value.toISOString() };
  if (value instanceof Uint8Array) return { bytes: Array.from(value, hex).join("") };
  if (typeof value === "object" && value && !(value instanceof Date)) {
    const [entry, ...others] = Object.entries(value);
    if (entry && others.length === 0 && KINDS.includes(entry[0]) && typeof entry[1] === "string") {
      return { [entry[0]]: entry[1] };
    }
  }
  throw failure(
    "invalid",
    "filter",
    `A column cannot be compared with ${describeValue(value)}. Use a boolean, number, bigint, string, Date or Uint8Array, or { decimal: "1.10" }.`,
  );
}

function floatName(value: number): string {
  return Number.isNaN(value) ? "NaN" : value > 0 ? "inf" : "-inf";
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

function describeValue(value: unknown): string {
  if (value instanceof Date) return "an invalid Date";
  return Array.isArray(value)
    ? "a list"
    : value === undefined
      ? "undefined"
      : `a value of type ${typeof value}`;
}

function notAFilter(why = "") {
  const shape = 'A filter is made by col("score").gt(0.5), or of lists: [["score", ">", 0.5]].';
  return failure("invalid", "filter", why || shape);
}
