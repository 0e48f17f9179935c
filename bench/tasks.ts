/** What is measured: four files, six tasks on each, three networks. */

/** A file that `generate.py` writes. */
export type FileName = "text" | "numeric" | "chat" | "images";

/** T1 open and schema; T2 the first rows; T3 rows far into the file; T4 one column; T5 everything; T6 the row of an id. */
export type TaskName = "T1" | "T2" | "T3" | "T4" | "T5" | "T6";

/** loopback: as fast as it goes; slow: every request to the storage waits, and its line is narrow; hub: so does the Hub. */
export type SettingName = "loopback" | "slow" | "hub";

/** What a peer is to do with a file. */
export interface Task {
  readonly name: TaskName;
  /** T4: the column to read. */
  readonly column: string;
  /** T2 and T3: the rows to read. */
  readonly rows: { readonly start: number; readonly end: number };
  /** T6: the id of the row to find. */
  readonly id: number;
}

/** Where a peer finds a file. All of it is known before the clock starts. */
export interface Place {
  /** The path for hubframe, at a commit. */
  readonly path: string;
  /** The Hub's address, for hubframe. */
  readonly endpoint: string;
  /** The address for everybody else: of the storage, or of the Hub, which redirects there. */
  readonly url: string;
  readonly byteLength: number;
}

/** What a peer came to, which must be the same for all. */
export interface Answer {
  /** T1: the number of columns; else of rows. */
  readonly count: number;
  /** T2, T3 and T6: the sum of the ids. */
  readonly ids?: number;
}

/** The bytes of an ideal client, wave after wave. */
export type Waves = readonly (readonly (readonly [start: number, end: number])[])[];

/** A reader under test. It starts from nothing: its own code is loaded while the clock runs. */
export type Peer = (place: Place, task: Task, waves: Waves) => Promise<Answer>;

export const FILES: readonly FileName[] = ["text", "numeric", "chat", "images"];
export const TASKS: readonly TaskName[] = ["T1", "T2", "T3", "T4", "T5", "T6"];
export const SETTINGS: readonly SettingName[] = ["loopback", "slow", "hub"];

const NUM_ROWS = { text: 200_000, numeric: 2_000_000, chat: 100_000, images: 2_000 };
const COLUMN = { text: "score", numeric: "f0", chat: "id", images: "id" };

/** A task on a file. */
export function taskOf(file: FileName, name: TaskName): Task {
  const far = Math.floor(NUM_ROWS[file] * 0.6777);
  const start = name === "T3" ? far : 0;
  return {
    name,
    column: COLUMN[file],
    rows: { start, end: start + 100 },
    id: Math.floor(NUM_ROWS[file] * 0.8111),
  };
}

/** What everybody must find. */
export function expected(file: FileName, { name, rows, id }: Task): Answer {
  const sum = ((rows.start + rows.end - 1) * (rows.end - rows.start)) / 2;
  switch (name) {
    case "T1":
      return { count: { text: 6, numeric: 20, chat: 2, images: 2 }[file] };
    case "T2":
    case "T3":
      return { count: 100, ids: sum };
    case "T6":
      return { count: 1, ids: id };
    default:
      return { count: NUM_ROWS[file] };
  }
}
