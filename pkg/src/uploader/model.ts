/** What an uploader knows and does, without any of how it looks: who and where → files → columns → settings → commit. */
import type { Dataset } from "../dataset.js";
import { isHubframeError } from "../errors.js";
import type { Hub, WriteDatasetOptions } from "../hub.js";
import type { Identity } from "../protocol.js";
import type { ConfigFrames } from "../split-frames.js";
import type { PlannedCommit } from "../upload.js";
import { Checks } from "./checks.js";
import type { Access, Settings, Target } from "./choices.js";
import { type Column, type Mend, type Mends, tablesIn } from "./columns.js";
import { addedFiles, fileBytesOf, numTableFiles } from "./contents.js";
import type { GivenFile } from "./dropped.js";
import { alone } from "./guard.js";
import { Job, type Work } from "./job.js";
import type { Library } from "./library.js";
import { limitNotices, type Notice } from "./limits.js";
import { isTable, type LocalFile, openLocalFile } from "./local-file.js";
import { configNameOf, repoNameProblem } from "./names.js";
import {
  forgetPlan,
  matching,
  reopened,
  type SavedFile,
  type SavedPlan,
  savedFile,
  savedPlan,
  savePlan,
} from "./saved.js";
import { type ConfigFiles, configsOf, splitsOf, tableObstacle } from "./tables.js";

/** The state of the repo that is named. */
export type RepoState = "unknown" | "looking" | "new" | "exists" | "hidden";

/** An uploader without a face. Everything in it is for reading; methods change it and tell `onChange`. */
export class UploaderModel {
  identity: Identity | undefined;
  accessError: unknown;
  target: Target = { owner: "", name: "", isPrivate: false, license: "", mode: "error" };
  repoState: RepoState = "unknown";
  /** What the repo holds, when it exists. */
  dataset: Dataset | undefined;
  files: readonly LocalFile[] = [];
  /** What is found in the files beside what each says of itself. */
  readonly checks: Checks;
  settings: Settings = {
    compression: "zstd",
    fileMegabytes: undefined,
    // A third of what `datasets` takes (`config.MAX_ROW_GROUP_SIZE`): progress stands still while a row group ends.
    rowGroupMegabytes: 30,
    naming: "parts",
    keepsOriginals: false,
    message: "",
    createPr: false,
  };
  /** What the commit would do, once that was asked. */
  plan: PlannedCommit | undefined;
  planError: unknown;
  isPlanning = false;
  job: Job | undefined;
  endpoint = "https://huggingface.co";
  /** What was sent in an earlier visit and not finished. */
  unfinished: SavedPlan | undefined;
  /** Files of a plan that is gone on with, which must be given again. */
  missing: readonly SavedFile[] = [];
  readonly #onChange: () => void;
  #access: Access = { endpoint: "", token: undefined };
  /** Talks to the Hub, with the token. */
  #remote: Hub | undefined;
  /** Reads the files, whoever is signed in. */
  #local: Hub | undefined;
  #library: Library | undefined;
  readonly #mends = new Map<string, Mends>();
  #nextId = 0;
  #looking = new AbortController();
  /** What ends the reading of files that are being read. */
  readonly #reading = new Map<LocalFile, AbortController>();
  #planning = new AbortController();
  #configs: readonly ConfigFiles[] | undefined;

  constructor(onChange: () => void) {
    this.#onChange = () => {
      this.#configs = undefined;
      onChange();
    };
    this.checks = new Checks(this.#onChange);
  }

  /** The id of the repo. */
  get repo(): string {
    return `${this.target.owner}/${this.target.name}`;
  }

  /** The tables to be, by config. */
  get configs(): readonly ConfigFiles[] {
    this.#configs ??= configsOf(this.files.filter(isTable), (config) => this.#mends.get(config) ?? {});
    return this.#configs;
  }

  get totalRows(): number {
    return this.configs.flatMap(({ files }) => files).reduce((sum, { numRows }) => sum + numRows, 0);
  }

  /** The bytes of Arrow data after which a file ends. */
  get fileBytes(): number {
    return fileBytesOf(this.files.filter(isTable), this.settings);
  }

  /** What the Hub would refuse of the commit, or advises against. */
  get limits(): readonly Notice[] {
    return limitNotices({
      given: this.files.map(({ path }) => path),
      added: addedFiles(this.files, this.settings),
      numTableFiles: numTableFiles(this.configs, this.fileBytes),
      numExisting: this.dataset?.files.length ?? 0,
    });
  }

  get isReading(): boolean {
    return this.files.some(
      (file) => !file.isAsItIs && file.arrowBytes === undefined && file.error === undefined,
    );
  }

  /** Why it cannot be sent yet: the first thing to mend, in a sentence. */
  get obstacle(): string | undefined {
    if (!this.identity) return "Sign in first.";
    const name = repoNameProblem(this.target.name);
    if (name) return name;
    if (this.repoState === "looking") return "Looking whether the dataset exists …";
    if (this.repoState === "hidden") return "This repo cannot be seen with this token.";
    if (this.missing.length > 0) return "Give the missing files again, or forget the earlier upload.";
    if (this.files.length === 0) return "Add the files of the dataset.";
    if (this.isReading) return "The files are still being read.";
    const broken = this.files.find((file) => file.error !== undefined && !file.isAsItIs);
    if (broken) return `${broken.path} cannot be read. Remove it, or upload it as it is.`;
    if (this.configs.length === 0) return "There is no table among the files.";
    const obstacle = tableObstacle(this.configs, (config) => this.mendsOf(config));
    return obstacle ?? this.limits.find(({ severity }) => severity === "error")?.message;
  }

  /** Another Hub or another token; the plan stays. */
  async setAccess(access: Access): Promise<void> {
    const { endpoint, token } = access;
    const isOtherHub = endpoint !== this.#access.endpoint;
    this.#access = access;
    this.#remote?.close();
    this.#remote = undefined;
    this.accessError = undefined;
    if (isOtherHub || !token) this.identity = undefined;
    if (endpoint) this.endpoint = endpoint.replace(/\/+$/, "");
    this.#onChange();
    if (!token) return;
    try {
      const { remote } = await this.#open();
      this.identity = await remote.whoAmI();
      if (this.target.owner === "") this.setTarget({ owner: this.identity.name });
      else void this.#look();
    } catch (error) {
      this.identity = undefined;
      this.accessError = error;
    }
    this.#onChange();
  }

  /** Another repo, or other facts of it. Looks whether it exists when its name changes. */
  setTarget(change: Partial<Target>): void {
    const before = this.repo;
    this.target = { ...this.target, ...change };
    if (this.repo !== before) void this.#look();
    this.#replan();
  }

  setSettings(change: Partial<Settings>): void {
    this.settings = { ...this.settings, ...change };
    this.#replan();
  }

  /** Adds files, and reads what is in them, one after the other. Files that are there already are left out. */
  async addFiles(given: readonly GivenFile[]): Promise<void> {
    const known = new Set(this.files.map(({ path }) => path));
    const added = given
      .filter(({ path }) => !known.has(path))
      .map((file): LocalFile => {
        this.#nextId += 1;
        const { path, handle } = file;
        const base = { id: this.#nextId, path, file: file.file, kind: undefined, bytesRead: 0, rowsRead: 0 };
        return { ...base, ...(handle && { handle }), split: "train", config: "default", isAsItIs: false };
      });
    if (added.length === 0) return;
    this.files = [...this.files, ...added];
    this.#onChange();
    try {
      await this.#read(added);
    } catch (error) {
      // Without the WebAssembly no file can be read.
      for (const file of added) file.error ??= error;
    }
    this.checks.look(this.files.filter(isTable));
    this.#replan();
  }

  /** Reads a file again, by another encoding. */
  async readAs(file: LocalFile, encoding: NonNullable<LocalFile["encoding"]>): Promise<void> {
    Object.assign(file, { encoding, error: undefined });
    this.#onChange();
    await this.#readFile(file);
    this.checks.look(this.files.filter(isTable));
    this.#replan();
  }

  /** Takes a file out; when it is being read, that ends. */
  removeFile(file: LocalFile): void {
    this.#reading.get(file)?.abort();
    this.files = this.files.filter((other) => other !== file);
    this.checks.look(this.files.filter(isTable));
    this.#replan();
  }

  /** Sets the split or the config of files. */
  place(files: readonly LocalFile[], place: { readonly split?: string; readonly config?: string }): void {
    for (const file of files) Object.assign(file, place);
    this.checks.look(this.files.filter(isTable));
    this.#replan();
  }

  /** Whether a file goes to the repo unchanged and into no table. */
  setAsItIs(file: LocalFile, isAsItIs: boolean): void {
    file.isAsItIs = isAsItIs;
    this.#replan();
  }

  /** Makes a config of each table among the files: of those that have most columns in common. */
  separateTables(): void {
    const files = this.files.filter(isTable);
    const tables = tablesIn(files.map(({ id, frame }) => ({ id, fields: frame.schema.fields })));
    const names = new Set<string>();
    for (const table of tables) {
      const own = files.filter(({ id }) => table.some((file) => file.id === id));
      let name = configNameOf(own[0]?.path ?? "");
      for (let number = 2; names.has(name); number++) name = `${name.replace(/-\d+$/, "")}-${number}`;
      names.add(name);
      for (const file of own) file.config = name;
    }
    this.#replan();
  }

  /** The mends of a config's columns. */
  mendsOf(config: string): Mends {
    return this.#mends.get(config) ?? {};
  }

  /** Says what becomes of a column; without a mend, what follows from its types. */
  mend(config: string, column: string, mend: Mend | undefined): void {
    const { [column]: _, ...others } = this.mendsOf(config);
    this.#mends.set(config, mend ? { ...others, [column]: mend } : others);
    this.#replan();
  }

  /** Makes class labels of a column, of all values that it has. */
  async labelColumn(config: string, column: Column): Promise<void> {
    const files = this.configs.find((one) => one.config === config)?.files ?? [];
    const feature = await this.checks.labels(
      files.filter(({ frame }) => frame.columns.includes(column.source)),
      column.source,
    );
    if (feature) this.mend(config, column.source, { ...column.mend, type: feature });
  }

  /** Asks what the commit would do. */
  async review(): Promise<void> {
    this.#planning.abort();
    const planning = new AbortController();
    this.#planning = planning;
    this.plan = undefined;
    this.planError = undefined;
    this.isPlanning = this.obstacle === undefined;
    this.#onChange();
    if (!this.isPlanning) return;
    try {
      const { remote } = await this.#open();
      const frames = await this.#frames(planning.signal);
      const plan = await remote.planDataset(this.repo, frames, {
        ...this.#options(),
        signal: planning.signal,
      });
      if (!planning.signal.aborted) this.plan = plan;
    } catch (error) {
      if (!planning.signal.aborted) this.planError = error;
    }
    if (planning.signal.aborted) return;
    this.isPlanning = false;
    this.#onChange();
  }

  /** Looks for an upload that was begun in an earlier visit. */
  async lookBack(): Promise<void> {
    const plan = await savedPlan().catch(() => undefined);
    if (this.job || this.files.length > 0) return;
    this.unfinished = plan;
    this.#onChange();
  }

  /** Goes on with it: with the files whose handles the browser kept, and asks for the others. Call it from a click. */
  async goOn(): Promise<void> {
    const plan = this.unfinished;
    if (!plan) return;
    const files = await reopened(plan.files);
    this.settings = plan.settings;
    for (const [config, mends] of plan.mends) this.#mends.set(config, mends);
    this.missing = plan.files;
    this.setTarget(plan.target);
    await this.addFiles(files);
  }

  /** Forgets it. */
  async forget(): Promise<void> {
    this.unfinished = undefined;
    this.missing = [];
    this.#onChange();
    await forgetPlan().catch(() => {});
  }

  /** Begins to send. */
  send(): void {
    if (this.obstacle !== undefined || this.job?.isActive) return;
    const work: Work = async (controls) => {
      await this.#save();
      const { remote } = await this.#open();
      const { signal } = controls;
      const { isPrivate, license } = this.target;
      if (this.repoState !== "exists") {
        const options = { private: isPrivate, existOk: true, signal };
        await remote.createDataset(this.repo, license ? { ...options, license } : options);
      }
      const frames = await this.#frames(signal);
      const result = await remote.writeDataset(this.repo, frames, { ...this.#options(), ...controls });
      await this.forget();
      return result;
    };
    this.job = new Job((controls) => alone(() => work(controls)), this.#onChange);
    this.#onChange();
  }

  /** Begins anew with other files, for the same repo. */
  reset(): void {
    for (const reading of this.#reading.values()) reading.abort();
    this.files = [];
    this.#mends.clear();
    this.job = undefined;
    void this.#look();
    this.#replan();
  }

  /** Ends the workers. */
  close(): void {
    for (const work of [this.#looking, this.#planning, ...this.#reading.values()]) work.abort();
    this.job?.cancel();
    this.#remote?.close();
    this.#local?.close();
    this.#remote = undefined;
    this.#local = undefined;
  }

  /** Guesses the splits of files, and reads what is in them, one after the other. */
  async #read(added: readonly LocalFile[]): Promise<void> {
    const { local } = await this.#open();
    const splits = await local.guessSplits(this.files.map(({ path }) => path));
    for (const file of added) file.split = splits[this.files.indexOf(file)] ?? "train";
    for (const file of added) await this.#recognise(file);
    for (const file of added) if (this.files.includes(file)) await this.#readFile(file);
  }

  async #readFile(file: LocalFile): Promise<void> {
    const { library, local } = await this.#open();
    const reading = new AbortController();
    this.#reading.set(file, reading);
    await openLocalFile(file, library, local, reading.signal, this.#onChange);
    this.#reading.delete(file);
  }

  /** The library and the hubs, made when first needed. */
  async #open(): Promise<{ library: Library; remote: Hub; local: Hub }> {
    this.#library ??= await import("./library.js");
    const { Hub } = this.#library;
    const { endpoint, token } = this.#access;
    this.#remote ??= new Hub({
      ...(endpoint && { endpoint }),
      ...(token !== undefined && { token }),
      workers: 1,
    });
    this.#local ??= new Hub();
    return { library: this.#library, remote: this.#remote, local: this.#local };
  }

  async #frames(signal: AbortSignal): Promise<ConfigFrames> {
    const { library, local } = await this.#open();
    const entries = this.configs.map(
      async (config) => [config.config, await splitsOf(config, library, local, signal)] as const,
    );
    return Object.fromEntries(await Promise.all(entries));
  }

  #options(): WriteDatasetOptions {
    const { compression, rowGroupMegabytes, naming, message, createPr } = this.settings;
    const { mode, license } = this.target;
    return {
      mode,
      ...(license && { license }),
      naming,
      compression,
      rowGroupBytes: rowGroupMegabytes * 1e6,
      fileBytes: this.fileBytes,
      add: addedFiles(this.files, this.settings).map(({ path, blob }) => ({ path, blob })),
      ...(message.trim() && { commitMessage: message }),
      createPr,
    };
  }

  /** Keeps the plan while it is being carried out. An upload must not fail for that. */
  async #save(): Promise<void> {
    const files = await Promise.all(this.files.map(savedFile));
    const { endpoint, target, settings } = this;
    const plan = { endpoint, target, settings, files, mends: [...this.#mends], startedAt: Date.now() };
    await savePlan(plan).catch(() => {});
  }

  /** Gives a file the place that it had in a plan which is gone on with. */
  async #recognise(file: LocalFile): Promise<void> {
    const saved = await matching(file, this.missing);
    if (!saved) return;
    this.missing = this.missing.filter((other) => other !== saved);
    const { size: _size, sample: _sample, handle: _handle, ...place } = saved;
    Object.assign(file, place);
    this.files = sortedAs(this.files, this.unfinished?.files ?? []);
  }

  /** Whether the repo exists, and what is in it. */
  async #look(): Promise<void> {
    this.#looking.abort();
    const looking = new AbortController();
    this.#looking = looking;
    const { signal } = looking;
    this.dataset = undefined;
    this.repoState = "unknown";
    if (this.target.owner === "" || repoNameProblem(this.target.name)) return this.#onChange();
    this.repoState = "looking";
    this.#onChange();
    if (!this.#access.token) return;
    // Names are typed letter by letter.
    await new Promise((resolve) => setTimeout(resolve, 300));
    if (signal.aborted) return;
    try {
      const { remote } = await this.#open();
      this.dataset = await remote.dataset(this.repo, { signal });
      this.repoState = "exists";
    } catch (error) {
      if (signal.aborted) return;
      this.repoState = isHubframeError(error, "not_found") ? "new" : "hidden";
    }
    if (!signal.aborted) this.#replan();
  }

  /** What was planned holds no more. */
  #replan(): void {
    this.#planning.abort();
    this.plan = undefined;
    this.planError = undefined;
    this.isPlanning = false;
    this.#onChange();
  }
}

/** Files in the order of a plan: the rows must come in the same order to be the same files on the Hub. */
function sortedAs(files: readonly LocalFile[], plan: readonly SavedFile[]): readonly LocalFile[] {
  const place = ({ path }: LocalFile) => {
    const at = plan.findIndex((saved) => saved.path === path);
    return at < 0 ? plan.length : at;
  };
  return [...files].sort((a, b) => place(a) - place(b));
}
