/** What reading a frame comes to, told before anything is read. */

/** Some of all. */
export interface Share {
  /** How many are read. */
  readonly kept: number;
  /** How many there are. */
  readonly of: number;
}

/** What reading costs. */
export interface Cost {
  /** Runs of bytes that are wanted. */
  readonly ranges: number;
  /** Requests that they are read by: neighbours share one, large ones are split. */
  readonly requests: number;
  /** Bytes that cross the network. */
  readonly bytes: number;
  /** Waits for an answer before the next request can be sent. */
  readonly roundTrips: number;
}

/** Rows of a row group that are not read. */
export interface PrunedRows {
  /** The file. */
  readonly file: string;
  /** The row group's index in it. */
  readonly rowGroup: number;
  /** What proves that no row passes: the footer's statistics, a Bloom filter, the statistics of the pages. */
  readonly by: "statistics" | "bloomFilter" | "pageIndex";
  /** The tests that no row passes, with what their columns hold. */
  readonly reason: string;
  /** How many rows. */
  readonly numRows: number;
}

/** @internal An {@link Explanation} as plain data. */
export interface ExplanationData {
  readonly filter?: string;
  readonly kept: Explanation["kept"];
  readonly cost: Cost;
  readonly atMost: Cost;
  readonly pruned: readonly PrunedRows[];
  readonly text: string;
}

/** What is read of a frame, what is not and why, and what that costs. Printed as text it is a short report. */
export class Explanation {
  /** The filter, as text. */
  readonly filter: string | undefined;
  /** What is read of how much: of the frame's files; of the row groups, pages and rows as far as they are known. */
  readonly kept: {
    readonly files: Share;
    readonly rowGroups: Share;
    readonly pages: Share;
    readonly rows: Share;
  };
  /** What reading costs for certain. */
  readonly cost: Cost;
  /** What it costs at most: more than `cost` where that hangs on the rows, as with a filter or a limit. */
  readonly atMost: Cost;
  /** The rows that the filter spares, and why. */
  readonly pruned: readonly PrunedRows[];
  /** The report, in lines. */
  readonly text: string;

  /** @internal */
  constructor({ filter, kept, cost, atMost, pruned, text }: ExplanationData) {
    this.filter = filter;
    this.kept = kept;
    this.cost = cost;
    this.atMost = atMost;
    this.pruned = pruned;
    this.text = text;
  }

  /** The report, in lines. */
  toString(): string {
    return this.text;
  }
}
