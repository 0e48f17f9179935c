/** Column names: checked when a frame is built, so that a misspelt one fails at the line that has it. */
import { failure, type HubframeError } from "./errors.js";

/** Throws `invalid` unless every name is in `columns`, once, and there is at least one. */
export function checkColumns(operation: string, names: readonly string[], columns: readonly string[]): void {
  const known = new Set(columns);
  const seen = new Set<string>();
  for (const name of names) {
    if (!known.has(name)) throw unknownColumn(operation, name, columns);
    if (seen.has(name)) throw failure("invalid", operation, `The column "${name}" is named twice.`);
    seen.add(name);
  }
  if (names.length === 0) {
    throw failure("invalid", operation, "No column would be left. Name at least one.");
  }
}

/** The error for a column that is not there; it names the nearest one. */
export function unknownColumn(operation: string, name: string, columns: readonly string[]): HubframeError {
  const nearest = nearestName(name, columns);
  const hint =
    nearest === undefined
      ? `The columns are ${columns.map((column) => `"${column}"`).join(", ")}.`
      : `Did you mean "${nearest}"?`;
  return failure("invalid", operation, `There is no column "${name}". ${hint}`, {
    context: { column: name },
  });
}

/** The name that takes the fewest edits to become `name`, if that is less than half of its letters. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(name.length / 2)) + 1;
  for (const candidate of names) {
    const distance = editDistance(wanted, candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein's distance, or `limit` as soon as it is known not to be less. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const substituted = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1);
      next.push(Math.min(substituted, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    if (Math.min(...next) >= limit) return limit;
    row = next;
  }
  return Math.min(row[b.length] ?? limit, limit);
}
