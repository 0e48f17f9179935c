/** What repos, splits and configs may be called: a sentence where a name will not do. Pure. */

/** Why the Hub would refuse the name of a repo (`huggingface_hub`, `validate_repo_id`). */
export function repoNameProblem(name: string): string | undefined {
  if (name === "") return "Give the dataset a name.";
  if (name.length > 96) return "A name has at most 96 characters.";
  if (!/^[A-Za-z0-9._-]+$/.test(name)) return "A name has only letters, digits, '-', '_' and '.'.";
  if (/^[-.]|[-.]$/.test(name)) return "A name neither begins nor ends with '-' or '.'.";
  if (/--|\.\./.test(name)) return "A name holds no '--' and no '..'.";
  return name.endsWith(".git") ? "A name does not end with '.git'." : undefined;
}

/** Why `datasets` would refuse the name of a split (`naming._split_re`). */
export function splitNameProblem(name: string): string | undefined {
  if (/^[\p{L}\p{N}_]+(\.[\p{L}\p{N}_]+)*$/u.test(name)) return undefined;
  return "A split is called by letters, digits, '_' and single dots: no '-', no spaces.";
}

/** Why `datasets` would refuse the name of a config (`naming.INVALID_WINDOWS_CHARACTERS_IN_PATH`), or it would make bad paths. */
export function configNameProblem(name: string): string | undefined {
  if (name === "") return "Give the config a name.";
  if (name === "data") return "`datasets` keeps the name 'data' for itself.";
  return /[<>:/\\|?*]/.test(name) ? "A config's name has none of < > : / \\ | ? *." : undefined;
}

/** The name of a file without directories and endings, as a name for a config. */
export function configNameOf(path: string): string {
  const name = path.split("/").at(-1) ?? path;
  return name.replace(/(?<=.)\.[^.]*$/, "").replace(/[^\p{L}\p{N}_.-]+/gu, "_") || "other";
}
