/** What the Hub takes, checked before anything is sent. The numbers are those of its page "Storage limits". Pure. */
import { byteText, countText } from "../preview/cell/text.js";

/** A file hard limit of the Hub, and what it advises, in bytes. */
const MAX_FILE_BYTES = 500e9;
const ADVISED_FILE_BYTES = 200e9;
/** Files of a repo, and entries of one folder. */
const MAX_REPO_FILES = 100_000;
const MAX_FOLDER_ENTRIES = 10_000;

/** Something that a person should know before anything is sent. */
export interface Notice {
  readonly severity: "info" | "warning" | "error";
  readonly message: string;
}

/** A file as far as limits go. */
export interface SizedFile {
  readonly path: string;
  readonly size: number;
}

/** What the Hub would refuse, or advises against, about files that become tables, and about `existing` ones in the repo. */
export function limitNotices(files: readonly SizedFile[], numExisting: number): Notice[] {
  const notices: Notice[] = [];
  for (const { path, size } of files) {
    if (size > MAX_FILE_BYTES) {
      notices.push(
        error(`${path} has ${byteText(size)}; the Hub takes no file above ${byteText(MAX_FILE_BYTES)}.`),
      );
    } else if (size > ADVISED_FILE_BYTES) {
      notices.push(
        warning(
          `${path} has ${byteText(size)}; the Hub advises files below ${byteText(ADVISED_FILE_BYTES)}.`,
        ),
      );
    }
    if (looksSecret(path)) {
      notices.push(
        warning(`${path} looks like a file of keys or passwords. Remove it unless it is meant to be shared.`),
      );
    }
  }
  const numFiles = files.length + numExisting;
  if (numFiles > MAX_REPO_FILES) {
    notices.push(
      error(
        `The repo would have ${countText(numFiles)} files; the Hub advises ${countText(MAX_REPO_FILES)} at most.`,
      ),
    );
  }
  for (const [folder, count] of entriesByFolder(files)) {
    if (count > MAX_FOLDER_ENTRIES) {
      notices.push(
        warning(
          `The folder ${folder || "/"} has ${countText(count)} files; the Hub allows ${countText(MAX_FOLDER_ENTRIES)}.`,
        ),
      );
    }
  }
  return notices;
}

function entriesByFolder(files: readonly SizedFile[]): Map<string, number> {
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
