/** The names that the commits of a repo have. */

/** Branches and tags of a repo. */
export interface Refs {
  /** The branches, `main` among them. */
  readonly branches: readonly GitRef[];
  readonly tags: readonly GitRef[];
  /** What the Hub made of the repo: `refs/convert/parquet`. */
  readonly converts: readonly GitRef[];
}

/** A branch or a tag. */
export interface GitRef {
  /** As it is called: `main`. */
  readonly name: string;
  /** In full, as it can be given for a revision: `refs/convert/parquet`. */
  readonly fullName: string;
  /** The commit. */
  readonly sha: string;
}
