/** What a preview knows and does, without any of how it looks: state → dataset → split → rows. */
import type { Dataset } from "../dataset.js";
import { failure, isHubframeError } from "../errors.js";
import type { Explanation } from "../explanation.js";
import type { Frame } from "../frame.js";
import { Hub } from "../hub.js";
import type { Refs } from "../refs.js";
import type { Value } from "../rows.js";
import type { SurveyProgress } from "../survey.js";
import { chosenColumns } from "./columns/chosen.js";
import type { Statistics } from "./columns/statistics.js";
import type { FileColumns } from "./file-columns.js";
import type { Chip } from "./filter/chip.js";
import { HugeCell, OpenedCell } from "./huge.js";
import { Meter } from "./meter.js";
import type { RowBlocks, RowSource } from "./rows.js";
import { isUnreadable, type OpenSplit, openDataset, openFiles, openPath, openSplit } from "./session.js";
import type { Sort } from "./sorted.js";
import type { ViewState } from "./view-state.js";
import { shownConfigs } from "./whole-files.js";

/** Counting reads a footer a file; beyond this many files it is done only when asked for. */
const MAX_FILES_COUNTED = 200;

/** How long rows are left alone to be drawn before anything else is fetched, in milliseconds. */
const MEASURE_AFTER = 100;

/** A filter that may read more than this is begun only when it is asked for, with its cost before one's eyes. */
const ASK_ABOVE_BYTES = 32e6;

/** What of a state names where rows come from. */
const SOURCE = ["repo", "path", "revision"] as const;

/** Where the Hub is, and who asks. */
export interface Access {
  readonly endpoint: string;
  readonly token: string | undefined;
}

/** What it takes to find rows, or to sort them. */
export interface Plan {
  readonly explanation: Explanation;
  /** What is read at most; of sorted rows, until the first ones are there. */
  readonly numBytes: number;
}

/** Files of the user, in place of what a state names. */
export type LocalFiles = readonly File[] | undefined;

/** A preview without a face. Everything in it is for reading; methods change it and tell `onChange`. */
export class PreviewModel {
  state: ViewState = { repo: "" };
  dataset: Dataset | undefined;
  open: OpenSplit | undefined;
  /** It with the columns that are shown, in their order. */
  shown: Frame | undefined;
  /** What its files hold, once all were looked at. */
  files: FileColumns | undefined;
  /** How many were looked at, where that takes long. */
  looked: SurveyProgress | undefined;
  /** Rows of the open split; `undefined` until they are known. */
  numRows: number | undefined;
  /** Whether `numRows` is what the dataset's card says, not what the files say. */
  isDeclared = false;
  /** The rows that are shown: all of the split, or those that pass the filter. */
  rows: RowSource | undefined;
  /** The conditions on them. */
  chips: readonly Chip[] = [];
  /** What finding and sorting them costs, once there are conditions or an order. */
  plan: Plan | undefined;
  /** The order of the rows; that in which they lie if absent. */
  sort: Sort | undefined;
  /** What is known of the columns. */
  statistics: Statistics | undefined;
  /** The branches and tags of the dataset, once they were asked for. */
  refs: Refs | undefined;
  /** Why the dataset or the split could not be opened. */
  error: unknown;
  /** What is being done, in words. */
  busy: string | undefined;
  readonly meter: Meter;
  readonly #onChange: () => void;
  /** All rows of the split. */
  #all: RowBlocks | undefined;
  #localFiles: LocalFiles;
  readonly #opened = new OpenedCell();
  #looking: Promise<void> | undefined;
  /** Whether files that can only be read whole are wanted, whatever their size. */
  #isAsked = false;
  #access: Access = { endpoint: "", token: undefined };
  #hub: Hub | undefined;
  #work = new AbortController();
  /** What reads rows, once something is open. */
  #table: typeof import("./table.js") | undefined;
  /** What chooses and sorts rows, once a state has asked for that. */
  #choice: typeof import("./choice.js") | undefined;
  /** The split whose statistics have begun, and what ends their reading. */
  #measured: OpenSplit | undefined;
  #measuring = new AbortController();

  constructor(onChange: () => void) {
    this.#onChange = onChange;
    this.meter = new Meter(onChange);
  }

  /** Shows another state: opens what differs from what is open, and keeps the rest. */
  async show(state: ViewState, access: Access, files?: LocalFiles): Promise<void> {
    const before = this.state;
    const sameHub = access.endpoint === this.#access.endpoint && access.token === this.#access.token;
    const sameRepo =
      sameHub && files === this.#localFiles && SOURCE.every((key) => state[key] === before[key]);
    this.state = state;
    this.#localFiles = files;
    if (!sameHub) this.#connect(access);
    if (!sameRepo) {
      this.dataset = undefined;
      this.#isAsked = false;
    }
    if (!sameHub || state.repo !== before.repo) this.refs = undefined;
    const sameSplit = sameRepo && state.config === before.config && state.split === before.split;
    if (sameSplit && this.open) {
      const keys = ["filter", "search", "searchIn", "sort", "columns"] as const;
      if (keys.some((key) => state[key] !== before[key])) await this.#refilter(before);
      return this.#onChange();
    }
    if (this.title !== "")
      await this.#run(`Opening ${this.title}`, (signal) => this.#openState(state, signal));
  }

  /** What is shown, in a few words; empty for nothing. */
  get title(): string {
    const names = this.#localFiles?.map(({ name }) => name) ?? [];
    if (names.length > 2) return `${names[0]} and ${names.length - 1} more`;
    return names.join(", ") || this.state.path || this.state.repo;
  }

  /** The commit of what is open; absent for files of the user. */
  get sha(): string | undefined {
    return this.#localFiles ? undefined : (this.dataset?.sha ?? this.open?.frame.sha);
  }

  /** The rows and columns that are shown, as a frame. */
  get frame(): Frame | undefined {
    const { columns } = this;
    return columns.length > 0 ? (this.#narrowed() ?? this.open?.frame)?.select(...columns) : undefined;
  }

  /** The rows that are shown, with what they are sorted by. */
  get wanted(): Frame | undefined {
    const { open, columns, sort } = this;
    const hidden = sort && !columns.includes(sort.column) ? [sort.column] : [];
    return (this.#narrowed() ?? open?.frame)?.select(...columns, ...hidden);
  }

  /** The names of the columns that are shown, in order. */
  get columns(): readonly string[] {
    return this.shown?.columns ?? [];
  }

  /** Learns the branches and tags of the dataset, once. Cost: one request. Without them one types a name. */
  async learnRefs(): Promise<void> {
    const { repo } = this.state;
    if (this.refs || repo === "") return;
    const refs = await this.#hub?.refs(repo).catch(() => undefined);
    if (repo === this.state.repo) this.refs = refs;
    this.#onChange();
  }

  /** Tries again what failed. */
  async retry(): Promise<void> {
    if (this.rows && this.error === undefined) {
      this.rows.retry();
      return this.#onChange();
    }
    await this.#run(`Opening ${this.title}`, (signal) => this.#openState(this.state, signal));
  }

  /** Reads files that can only be read whole, whatever that costs. */
  async readWhole(): Promise<void> {
    this.#isAsked = true;
    await this.retry();
  }

  /** Tries again what failed for want of a network. */
  async goOn(): Promise<void> {
    if (isHubframeError(this.error ?? this.rows?.problem, "network")) await this.retry();
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

  /** The value of a cell, if it is here. One that is too large to be kept is read, and is here while it is looked at. */
  value(row: number, column: string): Value | undefined {
    const value = this.rows?.row(row)?.[column];
    const { shown, rows } = this;
    if (!(value instanceof HugeCell) || !shown) return value as Value | undefined;
    const read = async (signal: AbortSignal) =>
      (await import("./table.js")).readAgain(rows, shown, row, column, signal);
    return this.#opened.value(value, read, (error) => {
      this.error = error;
      this.#onChange();
    });
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
    this.#opened.close();
    this.statistics?.stop();
    this.#measuring.abort();
    this.#measuring = new AbortController();
  }

  #connect(access: Access): void {
    this.close();
    const { endpoint, token } = access;
    this.#access = access;
    this.#hub = new Hub({
      ...(endpoint && { endpoint }),
      ...(token !== undefined && { token }),
      onRequest: this.meter.add,
      onRetry: this.meter.wait,
    });
  }

  async #openState(state: ViewState, signal: AbortSignal): Promise<void> {
    this.open = undefined;
    this.shown = undefined;
    this.files = undefined;
    this.#looking = undefined;
    this.#setSource(undefined);
    this.#all = undefined;
    this.numRows = undefined;
    this.statistics?.stop();
    this.statistics = undefined;
    this.plan = undefined;
    this.#hub ?? this.#connect(this.#access);
    const hub = this.#hub as Hub;
    const [open] = await Promise.all([
      this.#openSource(hub, state, signal),
      this.#learnToRead(),
      this.#learnToChoose(),
    ]);
    signal.throwIfAborted();
    this.open = open;
    this.#readState();
    await this.#learnRows(open, signal);
    if (this.#isChosen) {
      // What is asked of the rows may be of columns that the first file has not.
      await this.#lookAtFiles(signal);
      await this.#planRows(signal);
    }
    // Where rows are read, statistics come after the first of them.
    if (!this.rows || this.numRows === 0) await this.#measure();
  }

  /** What the columns hold. Neither the code for that nor its requests hold up the first rows. */
  async #measure(): Promise<void> {
    if (!this.open || !this.#hub || this.#measured === this.open) return;
    this.#measured = this.open;
    const { signal } = this.#measuring;
    const [{ Statistics }] = await Promise.all([
      import("./columns/statistics.js"),
      // Why files cannot be looked at, their rows say, too.
      this.#lookAtFiles(signal).catch(() => {}),
    ]);
    const { open } = this;
    if (!open || signal.aborted) return;
    this.#measured = open;
    this.statistics = new Statistics(open.frame, this.#onChange);
    void this.statistics.follow(this.#narrowed());
    if (!this.hasUnseenFiles) await this.statistics.readFooters(signal);
  }

  readonly #onRows = (): void => {
    this.#onChange();
    setTimeout(() => {
      this.#measure().catch(() => {
        // Without a network its code cannot be fetched; the next rows try again.
        this.#measured = undefined;
      });
    }, MEASURE_AFTER);
  };

  async #learnToRead(): Promise<void> {
    this.#table ??= await import("./table.js");
  }

  async #learnToChoose(): Promise<void> {
    const { filter, search, sort } = this.state;
    if (filter || search || sort) this.#choice ??= await import("./choice.js");
  }

  /** Whether other rows are shown than all, or in another order. */
  get #isChosen(): boolean {
    return this.chips.length > 0 || Boolean(this.state.search) || this.sort !== undefined;
  }

  #readState(): void {
    const { filter, sort, columns } = this.state;
    this.chips = this.#choice?.chipsFromText(filter) ?? [];
    this.sort = this.#choice?.sortFromText(sort);
    const all = this.open?.frame.columns ?? [];
    const chosen = chosenColumns(columns, all);
    this.shown = chosen === all ? this.open?.frame : this.open?.frame.select(...chosen);
  }

  async #openSource(hub: Hub, state: ViewState, signal: AbortSignal): Promise<OpenSplit> {
    if (this.#localFiles) return openFiles(hub, this.#localFiles, signal);
    if (state.path) return openPath(hub, state, signal);
    this.dataset ??= await openDataset(hub, state, signal);
    signal.throwIfAborted();
    return openSplit(hub, this.dataset, state, { isAsked: this.#isAsked, signal });
  }

  async #learnRows(open: OpenSplit, signal: AbortSignal): Promise<void> {
    const config = shownConfigs(this.dataset).find(({ name }) => name === open.config);
    const declared = config?.splits.find(({ name }) => name === open.split)?.numRows;
    if (declared !== undefined) this.#setRows(open, declared);
    this.isDeclared = declared !== undefined;
    if (open.frame.numPartitions > MAX_FILES_COUNTED && declared !== undefined) return;
    try {
      this.#setRows(open, await open.frame.count({ signal }));
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      await this.#lookAtFiles(signal, true);
    }
    this.isDeclared = false;
  }

  /** Whether there are too many files to look at all of them unasked. */
  get hasUnseenFiles(): boolean {
    return this.open !== undefined && !this.files && this.open.frame.numPartitions > MAX_FILES_COUNTED;
  }

  /** Looks at all files, however many there are. Cost: one request for each whose footer is not known. */
  async lookAtAllFiles(): Promise<void> {
    this.looked = undefined;
    this.#looking = undefined;
    await this.#run("Comparing files", async (signal) => {
      await this.#lookAtFiles(signal, true);
      if (!this.files) return;
      this.isDeclared = false;
      this.statistics?.stop();
      this.statistics = this.#measured = undefined;
      if (this.#isChosen) await this.#planRows(signal);
      await this.#measure();
    });
  }

  /** Looks at all files, once: shows the columns of all of them, and none of those that cannot be read. */
  #lookAtFiles(signal: AbortSignal, isAsked = false): Promise<void> {
    this.#looking ??= this.#learnFiles(signal, isAsked);
    return this.#looking;
  }

  async #learnFiles(signal: AbortSignal, isAsked: boolean): Promise<void> {
    const { open } = this;
    if (!open || (open.frame.numPartitions > MAX_FILES_COUNTED && !isAsked)) return;
    const { lookAtFiles } = await import("./file-columns.js");
    const onProgress = (looked: SurveyProgress) => {
      this.looked = looked;
      this.#onChange();
    };
    const { files, frame } = await lookAtFiles(open.frame, open.unread ?? [], {
      signal,
      ...(isAsked && { onProgress }),
    });
    if (this.open !== open || signal.aborted) return;
    this.files = files;
    const { columns, numPartitions } = open.frame;
    const isOther = frame.columns.length !== columns.length || frame.numPartitions !== numPartitions;
    if (isOther) {
      this.open = { ...open, frame, unread: files.unread };
      this.numRows = undefined;
      this.#readState();
    }
    if (isOther || isAsked) this.#setRows(this.open, await frame.count({ signal }));
    this.#onChange();
  }

  /** The file that a row lies in, if that has no such column: where the split's rows are shown as they lie. */
  fileWithout(column: string, row: number): string | undefined {
    return this.rows === this.#all ? this.files?.fileWithout(column, row) : undefined;
  }

  #setRows({ frame }: OpenSplit, numRows: number): void {
    if (numRows === this.numRows) return;
    this.numRows = numRows;
    this.#all = this.#blocksOf(this.shown ?? frame, numRows);
    if (!this.#isChosen) this.#setSource(this.#all);
  }

  #blocksOf(frame: Frame, numRows: number): RowBlocks | undefined {
    return this.#table?.blocksOf(frame, numRows, {
      onChange: this.#onRows,
      borders: async () => {
        await this.#lookAtFiles(this.#measuring.signal);
        return this.files?.borders ?? [];
      },
    });
  }

  /** Finds the rows that pass the conditions, in the order that is wanted, whatever that costs. */
  find(): void {
    const frame = this.wanted;
    if (!frame || !this.#choice) return;
    const matches = this.#choice.matchesOf(frame, this, this.#onRows);
    this.#setSource(matches);
    matches.start();
  }

  /** Shows the rows that the state asks for now; statistics follow them. */
  async #refilter(before: ViewState): Promise<void> {
    await this.#learnToChoose();
    this.#readState();
    this.plan = undefined;
    this.error = undefined;
    const { filter, search, searchIn, columns } = this.state;
    if (columns !== before.columns && this.shown && this.numRows !== undefined) {
      this.#all = this.#blocksOf(this.shown, this.numRows);
    }
    if (filter !== before.filter || search !== before.search || searchIn !== before.searchIn) {
      await this.#run("Checking the filter", async () => void this.statistics?.follow(this.#narrowed()));
      if (this.error !== undefined) return this.#setSource(undefined);
    }
    if (this.#isChosen) await this.#run("Looking at statistics", (signal) => this.#planRows(signal));
    else this.#setSource(this.#all);
  }

  /** Says what the rows cost, and begins at once where that is little. */
  async #planRows(signal: AbortSignal): Promise<void> {
    this.#setSource(undefined);
    const { open, sort } = this;
    if (!open) return;
    if (sort) this.#choice?.checkSort(sort, open.frame.schema.fields);
    const frame = this.wanted ?? open.frame;
    const explanation = await frame.explain({ signal });
    // The column of the order is read first, alone.
    const first = sort ? (await frame.select(sort.column).explain({ signal })).atMost.bytes : 0;
    this.plan = { explanation, numBytes: explanation.atMost.bytes + first };
    const isOneRowGroup = explanation.kept.files.kept <= 1 && explanation.kept.rowGroups.kept <= 1;
    if (sort ? isOneRowGroup : this.plan.numBytes <= ASK_ABOVE_BYTES) this.find();
  }

  /** The rows that meet the conditions and the search; `undefined` where there are none. */
  #narrowed(): Frame | undefined {
    return this.open && this.#choice?.narrowed(this.open.frame, this.chips, this.state);
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
