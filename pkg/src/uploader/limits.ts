/** What the Hub takes, checked before anything is sent. The numbers are those of its page "Storage limits". Pure. */
import { byteText, countText } from "../preview/cell/text.js";

/** A hard limit of the Hub on a file, and what it advises, in bytes. */
const MAX_FILE_BYTES = 500e9;
const ADVISED_FILE_BYTES = 200e9;
/** Files of a repo, and entries of one folder. */
const MAX_REPO_FILES = 100_000;
const MAX_FOLDER_ENTRIES = 10_000;
/** Files of one commit: those that it may have (`create_commit` of huggingface_hub), and those that it should. */
const MAX_COMMIT_FILES = 25_000;
const ADVISED_COMMIT_FILES = 100;
/** Text files below this size go into the commit itself, which takes so many bytes of them (`upload/store.rs`). */
const MAX_INLINE_FILE_BYTES = 10e6;
const MAX_INLINE_BYTES = 100 * 2 ** 20;

/** Something that a person should know before anything is sent. */
export interface Notice {
  readonly severity: "info" | "warning" | "error";
  readonly message: string;
}

/** A file that goes to the repo as it is. */
export interface AddedFile {
  readonly path: string;
  readonly size: number;
  readonly isText: boolean;
}

/** A commit as far as limits go. */
export interface CommitSize {
  /** The paths of the files that were given. */
  readonly given: readonly string[];
  readonly added: readonly AddedFile[];
  /** About how many files the tables take. */
  readonly numTableFiles: number;
  /** How many the repo has. */
  readonly numExisting: number;
}

/** What the Hub would refuse (`error`), or advises against. */
export function limitNotices(commit: CommitSize): Notice[] {
  const { given, added } = commit;
  const secrets = given
    .filter(looksSecret)
    .map((path) =>
      warning(`${path} looks like a file of keys or passwords. Remove it unless it is meant to be shared.`),
    );
  return [...added.flatMap(sizeNotices), ...secrets, ...countNotices(commit), ...inlineNotices(added)];
}

function sizeNotices({ path, size }: AddedFile): Notice[] {
  if (size > MAX_FILE_BYTES) {
    return [error(`${path} has ${byteText(size)}; the Hub takes no file above ${byteText(MAX_FILE_BYTES)}.`)];
  }
  if (size <= ADVISED_FILE_BYTES) return [];
  return [
    warning(`${path} has ${byteText(size)}; the Hub advises files below ${byteText(ADVISED_FILE_BYTES)}.`),
  ];
}

function countNotices({ added, numTableFiles, numExisting }: CommitSize): Notice[] {
  const notices: Notice[] = [];
  const numFiles = added.length + numTableFiles;
  if (numFiles > MAX_COMMIT_FILES) {
    notices.push(
      error(
        `The commit would have ${countText(numFiles)} files, and the Hub takes ${countText(MAX_COMMIT_FILES)}. Leave the original files out, put them into an archive, or let files of the tables be larger.`,
      ),
    );
  } else if (numFiles > ADVISED_COMMIT_FILES) {
    notices.push(
      warning(
        `The commit has ${countText(numFiles)} files; the Hub advises ${countText(ADVISED_COMMIT_FILES)} at most, and may be slow with more.`,
      ),
    );
  }
  if (numFiles + numExisting > MAX_REPO_FILES) {
    notices.push(
      warning(
        `The repo would have ${countText(numFiles + numExisting)} files; the Hub advises ${countText(MAX_REPO_FILES)} at most.`,
      ),
    );
  }
  for (const [folder, count] of entriesByFolder(added)) {
    if (count <= MAX_FOLDER_ENTRIES) continue;
    notices.push(
      error(
        `The folder ${folder || "/"} would have ${countText(count)} files; the Hub allows ${countText(MAX_FOLDER_ENTRIES)}. Give them in several folders.`,
      ),
    );
  }
  return notices;
}

/** Found out here rather than after all else was sent. */
function inlineNotices(added: readonly AddedFile[]): Notice[] {
  const inline = added.filter(({ size, isText }) => isText && size <= MAX_INLINE_FILE_BYTES);
  const bytes = inline.reduce((sum, { size }) => sum + size, 0);
  if (bytes <= MAX_INLINE_BYTES) return [];
  return [
    error(
      `${countText(inline.length)} text files that are to be kept as they are come to ${byteText(bytes)}; one commit takes ${byteText(MAX_INLINE_BYTES)} of such small files. Leave them out, or put them into an archive.`,
    ),
  ];
}

function entriesByFolder(files: readonly AddedFile[]): Map<string, number> {
  const folders = new Map<string, number>();
  for (const { path } of files) {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    folders.set(folder, (folders.get(folder) ?? 0) + 1);
  }
  return folders;
}

function looksSecret(path: string): boolean {
  const name = path.split("/").at(-1) ?? "";
  return /^\.env|^id_(rsa|ed25519|ecdsa)$|\.(pem|key|p12|pfx|kdbx)$|^\.?(netrc|npmrc|pypirc)$|credentials/i.test(
    name,
  );
}

const error = (message: string): Notice => ({ severity: "error", message });
const warning = (message: string): Notice => ({ severity: "warning", message });
