/**
 * What opening asks first, asked by the page while the wasm is compiled and a worker starts: of a path the commit, the
 * listing, and the end of the first file; of a dataset the commit, the listing, and the README.
 *
 * These are guesses. Which requests opening makes is decided in Rust (`frame/open.rs`, `frame/dataset.rs`), which is handed
 * the answers to those that were guessed right and makes the others itself, as it does when one failed here. So only paths
 * are guessed at whose meaning is plain.
 */
import type { SessionOptions } from "./connect.js";
import type { EarlyAnswer } from "./protocol.js";
import type { RequestEvent } from "./types.js";

/** A directory or file of a dataset, spelled without anything that would have to be escaped in a URL; `refs/…` would. */
const PLAIN_PATH =
  /^hf:\/\/datasets\/([\w-][\w.-]*\/[\w-][\w.-]*)(?:@(?!refs\/)([\w.-]+))?((?:\/[\w-][\w.-]*)*)\/?$/;
const PLAIN_FILE = /^(?:[A-Za-z\d-][\w.-]*\/)*[A-Za-z\d-][\w.-]*$/;
const SHA = /^[0-9a-f]{40}$/;

/** How much of a file's end is read first (`TAIL_LEN` in parquet/footer.rs). */
const TAIL_LENGTH = 64 << 10;

/** An answer that does not come so soon is asked for again by whoever needs it, in milliseconds. */
const PATIENCE = 10_000;

/** How requests are made. */
export interface Asker extends Pick<SessionOptions, "endpoint" | "token" | "cache"> {
  readonly onRequest: (event: RequestEvent) => void;
}

/** What is opened, and by whom. */
export interface Opening {
  /** The path; of a dataset that of its repo. */
  readonly path: string;
  readonly revision?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The answers to what opening a path asks first, as far as they are guessed and come. Never rejects. */
export async function askForPath(asker: Asker, opening: Opening): Promise<EarlyAnswer[]> {
  const place = placeOf(asker, opening);
  if (!place) return [];
  const { at, below, repo, get } = place;
  const [commit, listing] = await Promise.all([place.commit(), place.listing()]);
  const sha = SHA.test(at) ? at : commit && (json(commit) as { sha?: unknown } | undefined)?.sha;
  const first = listing && firstFile(listing, below.slice(1));
  // What the cache keeps of the file's end need not be read.
  const tail =
    typeof sha === "string" && first && !asker.cache
      ? await get(`${repo}/resolve/${sha}/${first.path}`, tailOf(first.size))
      : undefined;
  return [commit, listing, tail].filter((answer) => answer !== undefined);
}

/** The answers to what opening a dataset asks first, as far as they are guessed and come. Never rejects. */
export async function askForDataset(asker: Asker, opening: Opening): Promise<EarlyAnswer[]> {
  const place = placeOf(asker, opening);
  if (place?.below !== "") return [];
  const { at, repo, get } = place;
  const readme = `${repo}/resolve/${at}/README.md`;
  const answers = await Promise.all([place.commit(), place.listing(), get(readme)]);
  return answers.filter((answer) => answer !== undefined);
}

/** Where to ask about a path, if its meaning is plain. */
function placeOf(asker: Asker, { path, revision, signal }: Opening) {
  const [, repo, own, below = ""] = PLAIN_PATH.exec(path) ?? [];
  const at = revision ?? own ?? "main";
  if (repo === undefined || !/^[\w.-]+$/.test(at)) return undefined;
  const limit = AbortSignal.any([AbortSignal.timeout(PATIENCE), ...(signal ? [signal] : [])]);
  const get = (url: string, range?: string) => ask(asker, url, range, limit);
  const api = `${asker.endpoint}/api/datasets/${repo}`;
  return {
    at,
    below,
    repo: `${asker.endpoint}/datasets/${repo}`,
    get,
    /** A commit is its own answer. */
    commit: async () => (SHA.test(at) ? undefined : get(`${api}/revision/${at}?expand=sha`)),
    listing: () => get(`${api}/tree/${at}${below}?recursive=true&expand=false`),
  };
}

/** One request, tried once. */
async function ask(
  { endpoint, token, onRequest }: Asker,
  request: string,
  range: string | undefined,
  signal: AbortSignal,
): Promise<EarlyAnswer | undefined> {
  const started = Date.now();
  let [status, bytes] = [0, 0];
  try {
    // The browser leaves the token out where a redirect leads to another origin.
    const mayKnow = token !== undefined && request.startsWith(`${endpoint}/`);
    const headers = { ...(range && { range }), ...(mayKnow && { authorization: `Bearer ${token}` }) };
    const response = await fetch(request, { headers, signal, cache: "no-store" });
    status = response.status;
    // A repo may have no README, and that it has none is an answer.
    if (!response.ok && status !== 404) return undefined;
    const body = new Uint8Array(await response.arrayBuffer());
    bytes = body.byteLength;
    return {
      request,
      ...(range && { range }),
      url: response.url,
      status,
      headers: [...response.headers],
      body,
    };
  } catch {
    return undefined;
  } finally {
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? "") ?? [];
    onRequest({
      method: "GET",
      url: request.replace(/\?.*/, ""),
      ...(first !== undefined && { range: [Number(first), Number(last) + 1] as const }),
      status,
      bytes,
      ms: Date.now() - started,
    });
  }
}

/** The first of the Parquet files in a listing, in the order of their paths; or the file that `path` itself names. */
function firstFile(listing: EarlyAnswer, path: string): { path: string; size: number } | undefined {
  const entries = json(listing);
  // Of a listing in several pages the first one does not say which file comes first.
  if (!Array.isArray(entries) || listing.headers.some(([name]) => name === "link")) return undefined;
  const isWanted = (entry: { type?: unknown; path?: unknown; size?: unknown }) =>
    entry.type === "file" &&
    typeof entry.path === "string" &&
    typeof entry.size === "number" &&
    (entry.path === path || (PLAIN_FILE.test(entry.path) && entry.path.endsWith(".parquet")));
  const files: { path: string; size: number }[] = entries.filter(isWanted);
  return files.reduce<(typeof files)[number] | undefined>(
    (first, file) => (first && first.path < file.path ? first : file),
    undefined,
  );
}

function json({ body }: EarlyAnswer): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

function tailOf(size: number): string {
  return `bytes=${Math.max(0, size - TAIL_LENGTH)}-${size - 1}`;
}
