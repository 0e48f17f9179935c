/** What a preview knows and does, without any of how it looks: state → dataset → split → rows. */
import type { Dataset } from "../dataset.js";
import { failure } from "../errors.js";
import type { Explanation } from "../explanation.js";
import type { Frame } from "../frame.js";
import { Hub } from "../hub.js";
import type { Row } from "../rows.js";
import { type Chip, chipsFromText, exprOf } from "./filter/chip.js";
import { Matches } from "./matches.js";
import { Meter } from "./meter.js";
import { RowBlocks, type RowSource } from "./rows.js";
import { type OpenSplit, openDataset, openSplit } from "./session.js";
import type { ViewState } from "./view-state.js";

/** Rows of images are large: what one block may hold, in bytes of Arrow data. */
const MAX_BLOCK_BYTES = 256 * 2 ** 20;

/** Counting reads a footer a file; beyond this many files it is done only when asked for. */
const MAX_FILES_COUNTED = 200;

/** A filter that may read more than this is begun only when it is asked for, with its cost before one's eyes. */
const ASK_ABOVE_BYTES = 32e6;

/** Where the Hub is, and who asks. */
export interface Access {
  readonly endpoint: string;
  readonly token: string | undefined;
}

/** A preview without a face. Everything in it is for reading; methods change it and tell `onChange`. */
export class PreviewModel {
  state: ViewState = { repo: "" };
  dataset: Dataset | undefined;
  open: OpenSplit | undefined;
  /** Rows of the open split; `undefined` until they are known. */
  numRows: number | undefined;
  /** Whether `numRows` is what the dataset's card says, not what the files say. */
  isDeclared = false;
  /** The rows that are shown: all of the split, or those that pass the filter. */
  rows: RowSource | undefined;
  /** The conditions on them. */
  chips: readonly Chip[] = [];
  /** What finding them costs, once there are conditions. */
  cost: Explanation | undefined;
  /** Why the dataset or the split could not be opened. */
  error: unknown;
  /** What is being done, in words. */
  busy: string | undefined;
  readonly meter: Meter;
  readonly #onChange: () => void;
  /** All rows of the split. */
  #all: RowBlocks | undefined;
  #access: Access = { endpoint: "", token: undefined };
  #hub: Hub | undefined;
  #work = new AbortController();

  constructor(onChange: () => void) {
    this.#onChange = onChange;
    this.meter = new Meter(onChange);
  }

  /** Shows another state: opens what differs from what is open, and keeps the rest. */
  async show(state: ViewState, access: Access): Promise<void> {
    const before = this.state;
    const sameHub = access.endpoint === this.#access.endpoint && access.token === this.#access.token;
    const sameRepo = sameHub && state.repo === before.repo && state.revision === before.revision;
    this.state = state;
    if (!sameHub) this.#connect(access);
    if (!sameRepo) this.dataset = undefined;
    const sameSplit = sameRepo && state.config === before.config && state.split === before.split;
    if (sameSplit && this.open) {
      if (state.filter !== before.filter) await this.#refilter();
      return this.#onChange();
    }
    if (state.repo !== "")
      await this.#run(`Opening ${state.repo}`, (signal) => this.#openState(state, signal));
  }

  /** Tries again what failed. */
  async retry(): Promise<void> {
    if (this.rows && this.error === undefined) {
      this.rows.retry();
      return this.#onChange();
    }
    await this.#run(`Opening ${this.state.repo}`, (signal) => this.#openState(this.state, signal));
  }

  /** Stops whatever is being read. What was to be opened can be tried again. */
  cancel(): void {
    if (this.busy !== undefined && !this.rows) {
      this.error = failure("aborted", "open dataset", "Stopped before the rows were here.");
    }
    this.#stop();
    this.#onChange();
  }

  /** Counts the rows of all files. Cost: one request for each whose footer is not known. */
  async count(): Promise<void> {
    const { open } = this;
    if (!open) return;
    await this.#run("Counting rows", async (signal) => {
      this.#setRows(open, await open.frame.count({ signal }));
    });
  }

  /** A row, if it is here. */
  row(index: number): Row | undefined {
    return this.rows?.row(index);
  }

  /** Ends the workers. */
  close(): void {
    this.#stop();
    this.#hub?.close();
    this.#hub = undefined;
  }

  #stop(): void {
    this.#work.abort();
    this.#work = new AbortController();
    this.busy = undefined;
    this.rows?.stop();
  }

  #connect(access: Access): void {
    this.close();
    const { endpoint, token } = access;
    this.#access = access;
    this.#hub = new Hub({
      ...(endpoint && { endpoint }),
      ...(token !== undefined && { token }),
      onRequest: this.meter.add,
    });
  }

  async #openState(state: ViewState, signal: AbortSignal): Promise<void> {
    this.open = undefined;
    this.#setSource(undefined);
    this.#all = undefined;
    this.numRows = undefined;
    this.#hub ?? this.#connect(this.#access);
    const hub = this.#hub as Hub;
    this.dataset ??= await openDataset(hub, state, signal);
    signal.throwIfAborted();
    const open = await openSplit(this.dataset, state, signal);
    signal.throwIfAborted();
    this.open = open;
    this.chips = chipsFromText(state.filter);
    await this.#learnRows(open, signal);
    if (this.chips.length > 0) await this.#planFilter(signal);
  }

  async #learnRows(open: OpenSplit, signal: AbortSignal): Promise<void> {
    const config = this.dataset?.configs.find(({ name }) => name === open.config);
    const declared = config?.splits.find(({ name }) => name === open.split)?.numRows;
    if (declared !== undefined) this.#setRows(open, declared);
    this.isDeclared = declared !== undefined;
    if (open.frame.numPartitions > MAX_FILES_COUNTED && declared !== undefined) return;
    this.#setRows(open, await open.frame.count({ signal }));
    this.isDeclared = false;
  }

  #setRows({ frame }: OpenSplit, numRows: number): void {
    if (numRows === this.numRows) return;
    this.numRows = numRows;
    this.#all = new RowBlocks({
      numRows,
      onChange: this.#onChange,
      read: (start, count, signal) => frame.slice(start, count).toRows({ signal, maxBytes: MAX_BLOCK_BYTES }),
    });
    if (this.chips.length === 0) this.#setSource(this.#all);
  }

  /** Finds the rows that pass the conditions, whatever that costs. */
  search(): void {
    const frame = this.#filtered();
    if (!frame) return;
    const matches = new Matches((signal) => frame.batches({ signal }), this.#onChange);
    this.#setSource(matches);
    matches.start();
  }

  async #refilter(): Promise<void> {
    this.chips = chipsFromText(this.state.filter);
    this.cost = undefined;
    if (this.chips.length === 0) {
      this.error = undefined;
      this.#setSource(this.#all);
    } else await this.#run("Looking at statistics", (signal) => this.#planFilter(signal));
  }

  /** Says what the filter costs, and begins at once where that is little. */
  async #planFilter(signal: AbortSignal): Promise<void> {
    this.#setSource(undefined);
    this.cost = await this.#filtered()?.explain({ signal });
    if ((this.cost?.atMost.bytes ?? 0) <= ASK_ABOVE_BYTES) this.search();
  }

  #filtered(): Frame | undefined {
    const frame = this.open?.frame;
    const expr = frame && exprOf(this.chips, frame.schema.fields);
    return expr && frame.filter(expr);
  }

  #setSource(rows: RowSource | undefined): void {
    this.rows?.stop();
    this.rows = rows;
    this.#onChange();
  }

  /** Does one thing at a time; a later one ends the one before it. */
  async #run(what: string, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#work.abort();
    const mine = new AbortController();
    this.#work = mine;
    this.busy = what;
    this.error = undefined;
    this.#onChange();
    try {
      await work(mine.signal);
    } catch (error) {
      if (this.#work === mine) this.error = error;
    }
    if (this.#work !== mine) return;
    this.busy = undefined;
    this.#onChange();
  }
}
