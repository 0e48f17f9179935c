/** What a preview shows, and how an address says it. Pure. */

/** The state of a preview: all that a link to the same view must hold. */
export interface ViewState {
  /** `username/my_dataset`; empty when nothing is open. */
  readonly repo: string;
  /** An `hf://` path of Parquet files, or a glob, in place of a repo's splits. */
  readonly path?: string;
  /** A branch, tag or commit; the repo's default branch when absent. */
  readonly revision?: string;
  /** The default config when absent. */
  readonly config?: string;
  /** The first split when absent. */
  readonly split?: string;
  /** The active row, from 0. */
  readonly row?: number;
  /** The active column. */
  readonly column?: string;
  /** The columns that are shown, in this order, as `name-list.ts` writes them; all of them when absent. */
  readonly columns?: string;
  /** The conditions that rows must meet, as `filter/chip.ts` writes them. */
  readonly filter?: string;
  /** Text that rows must hold, in whatever case. */
  readonly search?: string;
  /** The columns that are searched, separated by commas; all text columns when absent. */
  readonly searchIn?: string;
  /** The column that rows are sorted by; after a `-`, from the largest value down. */
  readonly sort?: string;
}

/** Names as they stand in an address. */
const KEYS = {
  repo: "repo",
  path: "path",
  revision: "rev",
  config: "config",
  split: "split",
  column: "col",
  columns: "cols",
  filter: "f",
  search: "q",
  searchIn: "in",
  sort: "sort",
} as const;

/** What a state is made of: the names of the element's properties. */
export const STATE_KEYS: readonly (keyof ViewState)[] = [
  ...(Object.keys(KEYS) as (keyof ViewState)[]),
  "row",
];

/** Those of them that say which rows are shown. */
export const ROW_KEYS: readonly Exclude<keyof ViewState, "row" | "column">[] = [
  "repo",
  "path",
  "revision",
  "config",
  "split",
  "columns",
  "filter",
  "search",
  "searchIn",
  "sort",
];

/** Reads the query of an address, without its `?` or with it. What is malformed is left out. */
export function fromQuery(query: string): ViewState {
  const given = new URLSearchParams(query);
  const texts = Object.entries(KEYS).flatMap(([field, key]) => {
    const value = given.get(key);
    return value === null || value === "" ? [] : [[field, value]];
  });
  const row = given.get("row") ?? "";
  const index = /^\d+$/.test(row) ? Number(row) : Number.NaN;
  return {
    repo: "",
    ...Object.fromEntries(texts),
    ...(Number.isSafeInteger(index) && { row: index }),
  };
}

/** Writes the state into a query, whose other parameters stay as they are. */
export function toQuery(state: ViewState, others = ""): string {
  const query = new URLSearchParams(others);
  for (const [field, key] of Object.entries(KEYS)) {
    const value = state[field as keyof typeof KEYS];
    if (value) query.set(key, value);
    else query.delete(key);
  }
  if (state.row === undefined) query.delete("row");
  else query.set("row", String(state.row));
  return query.toString();
}
