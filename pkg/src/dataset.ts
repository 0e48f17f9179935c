/** A dataset repo: its configs and splits as the Hub's own library sees them, and what of it can be read. */
import { nearestName } from "./columns.js";
import { failure, type HubframeError } from "./errors.js";
import type { Frame } from "./frame.js";
import type { ReadOptions } from "./frame-options.js";
import type { DatasetAnswer, FileSet, LayoutTable, SplitTable } from "./protocol.js";
import type { Feature, FileInfo } from "./types.js";

/** What `load_dataset` of Python's `datasets` library makes of a repo, or what the Parquet files in it make. */
export interface Layout {
  /** The builder of `datasets` that reads the files: `parquet`, `csv`, `json`, `imagefolder`, … */
  readonly builder: string;
  /** The config that is meant when none is named. A repo may name one that it does not have. */
  readonly defaultConfig?: string;
  /** In the order of the README; one called `default` when it lists none. */
  readonly configs: readonly Config[];
}

/** A named subset of a dataset. */
export interface Config {
  readonly name: string;
  /** Whether it is the one that is meant when none is named. */
  readonly isDefault: boolean;
  /** The features that the dataset's card declares, by column. */
  readonly features?: { readonly [column: string]: Feature };
  /** In the library's order. */
  readonly splits: readonly Split[];
  /** The names that the card declares, where they are not those of the files' splits. */
  readonly declaredSplits?: readonly string[];
  /** Why this config cannot be loaded, though others can. It has no splits then. */
  readonly problem?: string;
}

/** A part of a config. */
export interface Split {
  /** `train`, `test`, … */
  readonly name: string;
  /** In reading order. A file that two patterns match is there twice, and read twice, as by `datasets`. */
  readonly files: readonly FileInfo[];
  /** The bytes of its files in all. */
  readonly numBytes: number;
  /** The rows that the card declares; not checked against the files. */
  readonly numRows?: number;
}

/** A file of a repo, and what became of it. */
export interface DatasetFile extends FileInfo {
  /** Why it is where it is, or nowhere: a sentence for each place. */
  readonly reasons: readonly string[];
  /** The splits that it belongs to; none when it was ignored. */
  readonly placements: readonly Placement[];
}

/** The place of a file. */
export interface Placement {
  readonly config: string;
  readonly split: string;
  /** The pattern that matched it. */
  readonly pattern: string;
}

/** Parquet files of a dataset, and where they are. */
export interface Readable {
  /**
   * `repo`: the dataset itself, exactly as `datasets` loads it. `converted`: the Hub's own conversion to Parquet, on the
   * branch `refs/convert/parquet`. `parquet-in-repo`: the Parquet files among others that `datasets` would load instead.
   */
  readonly origin: "repo" | "converted" | "parquet-in-repo";
  /** The commit that they are at. */
  readonly sha: string;
  readonly layout: Layout;
  /** The configs of which the Hub converted only the first rows (about 5 GB). */
  readonly partial: readonly string[];
}

/** How to name a config. */
export interface SplitOptions extends ReadOptions {
  /** @default the default config, or the only one */
  readonly config?: string;
  /** Files of the split to do without, by their paths: such as one that is damaged. */
  readonly without?: readonly string[];
}

/** @internal Opens files as a frame. */
export type OpenFiles = (files: FileSet, options: ReadOptions) => Promise<Frame>;

/**
 * A dataset at one commit.
 *
 * @example
 * ```ts
 * const ds = await hub.dataset("username/my_dataset");
 * const train = await ds.split("train");
 * ```
 */
export class Dataset {
  readonly #answer: DatasetAnswer;
  readonly #open: OpenFiles;
  readonly #strict: LayoutView | undefined;
  readonly #readable: { readonly view: LayoutView; readonly readable: Readable } | undefined;

  /** @internal */
  constructor(answer: DatasetAnswer, open: OpenFiles) {
    this.#answer = answer;
    this.#open = open;
    this.#strict = answer.strict && new LayoutView(answer.strict);
    this.#readable = readable(answer, this.#strict);
  }

  /** The id of the repo: `username/my_dataset`. */
  get repo(): string {
    return this.#answer.repo;
  }

  /** The commit of the repo that everything here is of. */
  get sha(): string {
    return this.#answer.sha;
  }

  /** The strict answer: what `load_dataset` finds. `undefined` when it refuses the repo; then see {@link problem}. */
  get strict(): Layout | undefined {
    return this.#strict?.layout;
  }

  /** Why `load_dataset` refuses the repo, naming the README's line or the file, and how to mend it. */
  get problem(): string | undefined {
    return this.#answer.problem?.message;
  }

  /** What can be read: the dataset itself when it is Parquet, else what there is instead. */
  get readable(): Readable | undefined {
    return this.#readable?.readable;
  }

  /** The configs that can be read. Compare with {@link strict} when {@link Readable.origin} is not `repo`. */
  get configs(): readonly Config[] {
    return this.#readable?.readable.layout.configs ?? [];
  }

  /** Every file of the repo in code-point order, with the rule that placed or ignored it. */
  get files(): readonly DatasetFile[] {
    return (this.#strict ?? this.#readable?.view)?.files() ?? [];
  }

  /**
   * A split as a lazy table. Cost: one request, for the first file's footer.
   *
   * Rejects with code `not_found` for a config or split that the dataset does not have, naming those that it has.
   */
  async split(name: string, { config, without = [], signal }: SplitOptions = {}): Promise<Frame> {
    const { view, readable } = this.#orThrow();
    const wanted = this.#config(config);
    const index = wanted.splits.findIndex((split) => split.name === name);
    if (index < 0) throw absent("split", name, wanted.splits);
    const { repoType, repo } = this.#answer;
    const all = view.splitFiles(readable.layout.configs.indexOf(wanted), index);
    const files = all.filter(({ path }) => !without.includes(path));
    const { features } = wanted;
    return this.#open(
      { repoType, repo, sha: readable.sha, files, ...(features && { features }) },
      signal ? { signal } : {},
    );
  }

  /**
   * What each column of a config means: label names, images, … As the card declares it; else as its first file does,
   * which costs one request.
   */
  async features(
    config?: string,
    options: ReadOptions = {},
  ): Promise<{ readonly [column: string]: Feature }> {
    const { name, features, splits } = this.#config(config);
    if (features) return features;
    const [first] = splits;
    if (!first) return {};
    const { schema } = await this.split(first.name, { ...options, config: name });
    return Object.fromEntries(
      schema.fields.flatMap(({ name, feature }) => (feature ? [[name, feature]] : [])),
    );
  }

  #config(name: string | undefined): Config {
    const { layout } = this.#orThrow().readable;
    if (name === undefined) {
      const only =
        layout.configs.find(({ isDefault }) => isDefault) ??
        (layout.configs.length === 1 ? layout.configs[0] : undefined);
      if (only) return only;
      const names = layout.configs.map((config) => `"${config.name}"`).join(", ");
      throw failure("invalid", "split", `The dataset has no default config; name one of ${names}.`);
    }
    const found = layout.configs.find((config) => config.name === name);
    if (!found) throw absent("config", name, layout.configs);
    return found;
  }

  #orThrow(): { readonly view: LayoutView; readonly readable: Readable } {
    if (this.#readable) return this.#readable;
    const why = this.problem ?? `Its files are ${this.#answer.strict?.builder ?? "of another format"}.`;
    throw failure(
      "unsupported",
      "split",
      `The dataset has no Parquet files, and the Hub has not converted it (no branch refs/convert/parquet). ${why}`,
    );
  }
}

/** A {@link LayoutTable} as objects, made when they are asked for: 25,000 files must not block the page. */
class LayoutView {
  readonly layout: Layout;
  readonly #table: LayoutTable;
  #paths: readonly string[] | undefined;

  constructor(table: LayoutTable) {
    this.#table = table;
    const { builder, defaultConfig } = table;
    const configs = table.configs.map(({ splits, ...config }) => ({
      ...config,
      splits: splits.map((split) => this.#split(split)),
    }));
    this.layout = { builder, ...(defaultConfig !== undefined && { defaultConfig }), configs };
  }

  splitFiles(config: number, split: number): FileInfo[] {
    const files = this.#table.configs[config]?.splits[split]?.files ?? [];
    return files.map((file) => this.#file(file));
  }

  files(): DatasetFile[] {
    const { sizes, rules, ruleEnds, fileRules } = this.#table;
    return sizes.map((_, index) => {
      const own = fileRules
        .slice(ruleEnds[index - 1] ?? 0, ruleEnds[index])
        .flatMap((rule) => rules[rule] ?? []);
      return {
        ...this.#file(index),
        reasons: own.map(({ reason }) => reason),
        placements: own.flatMap(({ placed }) => placed ?? []),
      };
    });
  }

  #split({ name, files, numBytes, numRows }: SplitTable): Split {
    const make = () => files.map((file) => this.#file(file));
    let made: readonly FileInfo[] | undefined;
    return {
      name,
      get files() {
        made ??= make();
        return made;
      },
      numBytes,
      ...(numRows !== undefined && { numRows }),
    };
  }

  #file(index: number): FileInfo {
    this.#paths ??= this.#table.paths.split("\0");
    return { path: this.#paths[index] ?? "", size: this.#table.sizes[index] ?? 0 };
  }
}

function readable(answer: DatasetAnswer, strict: LayoutView | undefined) {
  const { instead, sha } = answer;
  if (instead) {
    const view = new LayoutView(instead.layout);
    const origin: Readable["origin"] = instead.origin === "converted" ? "converted" : "parquet-in-repo";
    return { view, readable: { origin, sha: instead.sha, layout: view.layout, partial: instead.partial } };
  }
  if (strict?.layout.builder !== "parquet") return undefined;
  const origin: Readable["origin"] = "repo";
  return { view: strict, readable: { origin, sha, layout: strict.layout, partial: [] } };
}

function absent(what: string, name: string, known: readonly { readonly name: string }[]): HubframeError {
  const names = known.map((one) => one.name);
  const nearest = nearestName(name, names);
  const hint =
    nearest === undefined
      ? `There is ${names.map((n) => `"${n}"`).join(", ") || "none"}.`
      : `Did you mean "${nearest}"?`;
  return failure("not_found", "split", `There is no ${what} "${name}". ${hint}`, {
    context: { [what]: name },
  });
}
