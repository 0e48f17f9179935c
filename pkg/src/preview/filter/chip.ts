/** Conditions as a person writes them into a form, one chip each. Pure. */
import { type ColumnRef, col, type Expr, type Scalar } from "../../expr.js";
import type { Field } from "../../types.js";
import { type Kind, kindOf } from "../cell/kind.js";

/** What a chip asks. */
export type ChipOp =
  | "eq"
  | "ne"
  | "lt"
  | "le"
  | "gt"
  | "ge"
  | "between"
  | "isIn"
  | "contains"
  | "startsWith"
  | "endsWith"
  | "matches"
  | "lengthGe"
  | "lengthLe"
  | "lengthLt"
  | "isNull"
  | "isNotNull";

/** A condition on a column; its values as they were typed. */
export interface Chip {
  readonly column: string;
  readonly op: ChipOp;
  readonly values: readonly string[];
}

/** How an operator reads between a column and its values. */
export const OP_WORDS: Readonly<Record<ChipOp, string>> = {
  eq: "=",
  ne: "≠",
  lt: "<",
  le: "≤",
  gt: ">",
  ge: "≥",
  between: "between",
  isIn: "is one of",
  contains: "contains",
  startsWith: "starts with",
  endsWith: "ends with",
  matches: "matches",
  lengthGe: "length ≥",
  lengthLe: "length ≤",
  lengthLt: "length <",
  isNull: "is null",
  isNotNull: "is not null",
};

const NULLS: readonly ChipOp[] = ["isNull", "isNotNull"];
const ORDERED: readonly ChipOp[] = ["eq", "ne", "lt", "le", "gt", "ge", "between", "isIn", ...NULLS];

/** What can be asked of a column, the likeliest first. */
export function opsOf(field: Field): readonly ChipOp[] {
  const kind = kindOf(field);
  if (kind === "text") {
    return ["contains", "eq", "ne", "startsWith", "endsWith", "matches", "isIn", "lt", "gt", ...NULLS];
  }
  if (kind === "label") return ["isIn", "ne", ...NULLS];
  if (kind === "number" || /^(Date|Time|Duration|Dictionary)/.test(field.type)) return ORDERED;
  if (field.type === "Boolean") return ["eq", ...NULLS];
  const isList = /List/.test(field.type) && kind === "other";
  return isList ? ["contains", "lengthGe", "lengthLe", ...NULLS] : NULLS;
}

/** How many values an operator takes; `isIn` takes any number. */
export function numValues(op: ChipOp): number {
  if (NULLS.includes(op)) return 0;
  return op === "between" ? 2 : 1;
}

/** All chips as one condition; `undefined` for none. Throws code `invalid` for a value that its column cannot have. */
export function exprOf(chips: readonly Chip[], fields: readonly Field[]): Expr | undefined {
  const [first, ...others] = chips.map((chip) => {
    const field = fields.find(({ name }) => name === chip.column);
    return test(col([chip.column]), chip, field ? kindOf(field) : "other", field);
  });
  return others.length > 0 ? first?.and(...others) : first;
}

/** A chip as a line: `delay ≥ 100`. */
export function chipText({ column, op, values }: Chip): string {
  if (values.length === 0) return `${column} ${OP_WORDS[op]}`;
  const shown = op === "between" ? values.join(" and ") : values.join(", ");
  return `${column} ${OP_WORDS[op]} ${shown}`;
}

/** Chips as they stand in an address: `[["delay","ge","100"]]`. */
export function chipsToText(chips: readonly Chip[]): string {
  return JSON.stringify(chips.map(({ column, op, values }) => [column, op, ...values]));
}

/** The chips of an address; what is malformed is left out. */
export function chipsFromText(text: string | undefined): readonly Chip[] {
  if (!text) return [];
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed.flatMap(chipOf) : [];
  } catch {
    return [];
  }
}

function chipOf(parts: unknown): Chip[] {
  if (!Array.isArray(parts) || !parts.every((part) => typeof part === "string")) return [];
  const [column, op, ...values] = parts as string[];
  if (column === undefined || op === undefined || !(op in OP_WORDS)) return [];
  const isFull = op === "isIn" ? values.length > 0 : values.length === numValues(op as ChipOp);
  return isFull ? [{ column, op: op as ChipOp, values }] : [];
}

function test(column: ColumnRef, { op, values }: Chip, kind: Kind, field: Field | undefined): Expr {
  const scalars = values.map((value) => scalarOf(value, kind, field));
  const [first = "", second = ""] = scalars;
  switch (op) {
    case "between":
      return column.between(first, second);
    case "isIn":
      return column.isIn(scalars);
    case "lengthGe":
      return column.length().ge(lengthOf(values[0]));
    case "lengthLe":
      return column.length().le(lengthOf(values[0]));
    case "lengthLt":
      return column.length().lt(lengthOf(values[0]));
    case "isNull":
    case "isNotNull":
      return column[op]();
    case "startsWith":
    case "endsWith":
    case "matches":
      return column[op](values[0] ?? "");
    default:
      return column[op](first);
  }
}

/** A number of items; what is none is left for the frame to refuse. */
function lengthOf(text = ""): Scalar {
  return /^\d+$/.test(text) ? Number(text) : text;
}

/** Numbers exactly as they were typed; what is no number is left for the frame to refuse, in its words. */
function scalarOf(text: string, kind: Kind, field: Field | undefined): Scalar {
  if (field?.type === "Boolean" && /^(true|false)$/i.test(text)) return text.toLowerCase() === "true";
  const isNumber = kind === "number" || /List\(.*(Int|Float|Decimal)/.test(field?.type ?? "");
  if (!isNumber) return text;
  const trimmed = text.trim().replaceAll(",", "");
  if (/^[+-]?\d+$/.test(trimmed)) return BigInt(trimmed);
  return /^[+-]?\d+\.\d+$/.test(trimmed) ? { decimal: trimmed } : Number(trimmed) || text;
}
