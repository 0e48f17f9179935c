/** Search for a text in columns, as a condition on rows. Pure. */
import { col, type Expr } from "../expr.js";

/** Rows of which one of the columns holds the text, in whatever case; `undefined` without text or columns. */
export function searchExpr(text: string | undefined, columns: readonly string[]): Expr | undefined {
  if (!text) return undefined;
  const pattern = anyCase(text);
  const [first, ...others] = columns.map((name) => col([name]).matches(pattern));
  return others.length > 0 ? first?.or(...others) : first;
}

/** A regular expression for the text itself. The core's `(?i)` knows ASCII only; other letters become a class of both cases. */
export function anyCase(text: string): string {
  const chars = Array.from(text, (char) => {
    const both = [char.toLowerCase(), char.toUpperCase()].filter((other) => [...other].length === 1);
    const isLetter = char > "\u007f" && both[0] !== both[1] && both.length === 2;
    return isLetter ? `[${both.join("")}]` : char.replace(/[\\^$.*+?()[\]{}|#&~\- ]/, "\\$&");
  });
  return `(?i)${chars.join("")}`;
}
