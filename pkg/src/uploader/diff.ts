/** The lines in which two texts differ, with a few around them. Pure. */

/** A line of a difference. */
export interface DiffLine {
  /** Whether it is new, gone, in both, or stands for lines left out. */
  readonly change: "added" | "removed" | "same" | "gap";
  readonly text: string;
}

/** Lines shown around each change. */
const CONTEXT = 3;

/** What became of a text, which may not have been there. Texts are short (a README), so the longest common run is looked for whole. */
export function diffLines(before: string | undefined, after: string): DiffLine[] {
  const old = before === undefined ? [] : lines(before);
  const now = lines(after);
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end))
    end += 1;
  const middle = common(old.slice(start, old.length - end), now.slice(start, now.length - end));
  const same = (text: string): DiffLine => ({ change: "same", text });
  return folded([...now.slice(0, start).map(same), ...middle, ...now.slice(now.length - end).map(same)]);
}

function lines(text: string): string[] {
  return text.replace(/\r?\n$/, "").split(/\r?\n/);
}

/** By the table of longest common subsequences of what is left. */
function common(old: readonly string[], now: readonly string[]): DiffLine[] {
  const width = now.length + 1;
  const longest = new Uint32Array((old.length + 1) * width);
  const at = (i: number, j: number) => longest[i * width + j] ?? 0;
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      longest[i * width + j] =
        old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const found: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      found.push({ change: "same", text: now[j] ?? "" });
      i += 1;
      j += 1;
    } else if (i < old.length && (j >= now.length || at(i + 1, j) >= at(i, j + 1))) {
      found.push({ change: "removed", text: old[i++] ?? "" });
    } else found.push({ change: "added", text: now[j++] ?? "" });
  }
  return found;
}

/** Without what lies far from every change. */
function folded(all: readonly DiffLine[]): DiffLine[] {
  const changed = all.flatMap(({ change }, index) => (change === "same" ? [] : [index]));
  const shown: DiffLine[] = [];
  for (const [index, line] of all.entries()) {
    const isNear = changed.some((at) => Math.abs(at - index) <= CONTEXT);
    if (isNear) shown.push(line);
    else if (shown.at(-1)?.change !== "gap") shown.push({ change: "gap", text: "…" });
  }
  return shown;
}
