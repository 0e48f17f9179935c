/** What the frames made from one `readParquet` share: the pinned commit, its files, and what has been learnt of them. */
import type { Field as ArrowField } from "@uwdata/flechette";
import { toFields } from "./arrow.js";
import { failure } from "./errors.js";
import { Explanation } from "./explanation.js";
import type { Pool, Slot } from "./pool.js";
import type { OnProgress } from "./progress.js";
import {
  type DataFile,
  type FrameSpec,
  knownRows,
  type FrameSource as Opened,
  type Origin,
  type ScanBatch,
  type ScanPlan,
  type ScanTask,
} from "./protocol.js";
import type { AggregateStep, Pass, Query } from "./query.js";
import { ALL_ROWS, numRowsIn } from "./row-range.js";
import { collect, countRows, inOrder, lastRows } from "./scan.js";
import type { SurveyAnswer } from "./survey.js";
import type { Field } from "./types.js";

/** Rows in batches, without a schema message. */
export interface Rows {
  /** The schema message that goes before them. */
  readonly schema: Uint8Array;
  readonly batches: AsyncGenerator<ScanBatch>;
}

/** Rows in batches, all of them. */
export interface CollectedRows {
  readonly schema: Uint8Array;
  readonly batches: readonly Uint8Array[];
}

/** What a frame reads from: files on the Hub, or what a function makes of another frame. */
export interface FrameSource {
  /** Whether filters and samples can be handed to it. */
  readonly pushesDown: boolean;
  readonly origin: Pick<Origin, "repo" | "sha">;
  /** All columns. */
  readonly fields: readonly Field[];
  /** All columns, with their types as objects. */
  readonly arrowFields: readonly ArrowField[];
  /** The rows in order, as they are pulled. */
  scan(wanted: Wanted, signal?: AbortSignal, onProgress?: OnProgress): Promise<Rows>;
  /** All rows at once. Rejects with code `limit` above `maxBytes`. */
  collect(
    wanted: Wanted,
    maxBytes: number,
    signal?: AbortSignal,
    onProgress?: OnProgress,
  ): Promise<CollectedRows>;
  /** The last rows, looked for from the end. */
  last(wanted: Wanted, numRows: number, signal?: AbortSignal): Promise<CollectedRows>;
  count(wanted: Wanted, signal?: AbortSignal): Promise<number>;
  /** The number of rows of each of `files`. */
  fileRows(files: readonly DataFile[], signal?: AbortSignal): Promise<number[]>;
  explain(wanted: Wanted, signal?: AbortSignal): Promise<Explanation>;
  /** Answers a query on columns. */
  query(wanted: Wanted, query: Query, signal?: AbortSignal): Promise<Answer>;
  /** Answers it from footers alone, and says of which columns these did not tell: what is said of them is wrong. */
  queryFooters(wanted: Wanted, query: Query, signal?: AbortSignal): Promise<FooterAnswer>;
}

/** What is wanted of the files of a source. */
export type Wanted = Pick<FrameSpec, "files" | "columns" | "filter" | "samples" | "rows">;

/** What a query found. */
export type Answer = NonNullable<AggregateStep["answer"]>;

/** What footers told. */
export interface FooterAnswer {
  readonly answer: Answer;
  /** The columns that would have to be read. */
  readonly untold: ReadonlySet<string>;
}

/** The data files of a frame at one commit, and the workers that read them. */
export class Source implements FrameSource {
  readonly pushesDown = true;
  readonly pool: Pool;
  /** The slot whose worker opened the files: it has their footers and signed URLs, so small reads go there. */
  readonly home: Slot;
  readonly fields: readonly Field[];
  readonly origin: Origin;
  readonly #known: Map<string, DataFile>;
  /** Of local files, their bytes by path. */
  readonly #blobs: ReadonlyMap<string, Blob>;
  #arrowFields: readonly ArrowField[] | undefined;

  constructor(
    pool: Pool,
    home: Slot,
    { schema, ...origin }: Opened,
    blobs: ReadonlyMap<string, Blob> = new Map(),
  ) {
    this.pool = pool;
    this.home = home;
    this.fields = schema;
    this.origin = origin;
    this.#blobs = blobs;
    this.#known = new Map(origin.files.map((file) => [file.path, file]));
  }

  /** The columns of the files with their types, decoded when that is first asked for. */
  get arrowFields(): readonly ArrowField[] {
    this.#arrowFields ??= toFields(this.origin.arrowSchema);
    return this.#arrowFields;
  }

  /** Plans a scan. */
  async plan(wanted: Wanted, signal?: AbortSignal): Promise<ScanPlan> {
    const plan = await this.home.call("plan", [this.#spec(wanted)], signal);
    this.#learn(plan.files);
    return { ...plan, tasks: this.#withBytes(plan.tasks) };
  }

  async scan(wanted: Wanted, signal?: AbortSignal, onProgress?: OnProgress): Promise<Rows> {
    const plan = await this.plan(wanted, signal);
    return { schema: plan.schema, batches: inOrder(this, plan, signal, onProgress) };
  }

  async collect(
    wanted: Wanted,
    maxBytes: number,
    signal?: AbortSignal,
    onProgress?: OnProgress,
  ): Promise<CollectedRows> {
    const plan = await this.plan(wanted, signal);
    return { schema: plan.schema, batches: await collect(this, plan, maxBytes, signal, onProgress) };
  }

  async last(wanted: Wanted, numRows: number, signal?: AbortSignal): Promise<CollectedRows> {
    const plan = await this.plan(wanted, signal);
    return { schema: plan.schema, batches: await lastRows(this, plan, numRows, signal) };
  }

  /** Says what a scan comes to. */
  async explain(wanted: Wanted, signal?: AbortSignal): Promise<Explanation> {
    const answer = await this.home.call("explain", [this.#spec(wanted)], signal);
    this.#learn(answer.files);
    return new Explanation(answer);
  }

  /** Asks all of some files what they hold, and gives what reads those that can be read. */
  async survey(files: readonly DataFile[], signal?: AbortSignal): Promise<[SurveyAnswer, Source]> {
    const answer = await this.home.call("survey", [this.#spec({ files, rows: ALL_ROWS })], signal);
    this.#learn(answer.source.files);
    return [answer, new Source(this.pool, this.home, answer.source, this.#blobs)];
  }

  /**
   * Counts rows. Unless rows are filtered or sampled, asks nobody when every footer is known; else the workers count side by side
   * where the footers prove nothing.
   */
  async count(wanted: Wanted, signal?: AbortSignal): Promise<number> {
    if (wanted.filter || wanted.samples) {
      const plan = await this.home.call("planCount", [this.#spec(wanted)], signal);
      this.#learn(plan.files);
      return numRowsIn(
        wanted.rows,
        plan.numRows + (await countRows(this, this.#withBytes(plan.tasks), signal)),
      );
    }
    const known = wanted.files.map((file) => knownRows(this.#latest(file)));
    if (known.every((numRows) => numRows !== undefined)) {
      const total = known.reduce((sum, numRows) => sum + numRows, 0);
      return numRowsIn(wanted.rows, total);
    }
    const count = await this.home.call("count", [this.#spec(wanted)], signal);
    this.#learn(count.files);
    return count.numRows;
  }

  /** Answers a query on columns, in as many passes over the rows as it takes. */
  async query(wanted: Wanted, query: Query, signal?: AbortSignal): Promise<Answer> {
    const passes: Pass[] = [];
    const { measure } = await import("./measure.js");
    while (true) {
      const step = await this.home.call("aggregateStep", [this.#spec(wanted), query, passes], signal);
      if (step.answer) return step.answer;
      if (!step.plan) throw failure("internal", "aggregate", "A step is neither an answer nor a plan.");
      this.#learn(step.plan.files);
      passes.push({ measures: step.plan.measures, partials: await measure(this, step.plan, signal) });
    }
  }

  async queryFooters(wanted: Wanted, query: Query, signal?: AbortSignal): Promise<FooterAnswer> {
    const spec = this.#spec(wanted);
    const { plan } = await this.home.call("aggregateStep", [spec, query, []], signal);
    if (!plan) throw failure("internal", "aggregate", "A query on columns began without a plan.");
    this.#learn(plan.files);
    const { measures, partials, tasks } = plan;
    const positions = new Set(tasks.flatMap(({ positions }) => positions));
    const untold = new Set([...positions].flatMap((position) => measures[position]?.column ?? []));
    const step = await this.home.call("aggregateStep", [spec, query, [{ measures, partials }]], signal);
    if (!step.answer) throw failure("internal", "aggregate", "Footers were asked what only rows tell.");
    return { answer: step.answer, untold };
  }

  /** The number of rows of each of `files`. One request for each whose footer is not known yet. */
  async fileRows(files: readonly DataFile[], signal?: AbortSignal): Promise<number[]> {
    const unknown = files.filter((file) => knownRows(this.#latest(file)) === undefined);
    if (unknown.length > 0) await this.count({ files: unknown, rows: ALL_ROWS }, signal);
    return files.map((file) => knownRows(this.#latest(file)) ?? 0);
  }

  /** Tasks with the bytes of their files where those are local: a Blob is posted without a copy. */
  #withBytes(tasks: readonly ScanTask[]): ScanTask[] {
    return tasks.map((task) => {
      const blob = this.#blobs.get(task.file.path);
      return blob ? { ...task, file: { ...task.file, blob } } : task;
    });
  }

  /** With all that is known of its files, so that no worker fetches a footer which another has fetched. */
  #spec(wanted: Wanted): FrameSpec {
    return { ...this.origin, ...wanted, files: wanted.files.map((file) => this.#latest(file)) };
  }

  #latest(file: DataFile): DataFile {
    return this.#known.get(file.path) ?? file;
  }

  #learn(files: readonly DataFile[]): void {
    for (const file of files) this.#known.set(file.path, file);
  }
}
