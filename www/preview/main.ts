/** The preview page: an address, and 100 rows of what lies there. Its whole state is in the URL. */
import { type Frame, Hub, isHubframeError } from "hubframe";
import { countText } from "./text.js";
import { element, RequestLog, showError, showFrame, showRows } from "./view.js";

const PAGE_ROWS = 100;

/** Wider tables are cut: a page of a thousand columns helps nobody. The schema lists them all. */
const MAX_COLUMNS = 100;

/** Rows of images or audio are large; above this much, a page is refused with a sentence. */
const MAX_PAGE_BYTES = 256 * 2 ** 20;

/** What the URL says. */
interface Address {
  readonly path: string;
  readonly endpoint: string;
  readonly start: number;
}

const form = element<HTMLFormElement>("address");
const requests = new RequestLog();
let opened: { readonly hub: Hub; readonly frame: Frame; readonly address: Address } | undefined;
let reading = new AbortController();
let total: number | undefined;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const data = new FormData(form);
  void go({ path: String(data.get("path")).trim(), endpoint: String(data.get("endpoint")).trim(), start: 0 });
});
element("previous").addEventListener("click", () => turn(-PAGE_ROWS));
element("next").addEventListener("click", () => turn(PAGE_ROWS));
element("count").addEventListener("click", () => void read("Counting rows…", countRows));
element("cancel").addEventListener("click", () => reading.abort());
window.addEventListener("popstate", () => void show(addressOf(location.href)));
void show(addressOf(location.href));

function turn(numRows: number): void {
  if (!opened) return;
  const { address } = opened;
  void go({ ...address, start: Math.max(0, address.start + numRows) });
}

/** Shows another address, and puts it into the URL. */
async function go(address: Address): Promise<void> {
  history.pushState(null, "", urlOf(address));
  await show(address);
}

async function show(address: Address): Promise<void> {
  const input = (name: string) => form.elements.namedItem(name) as HTMLInputElement;
  input("path").value = address.path;
  input("endpoint").value = address.endpoint;
  if (!address.path) return;
  element("welcome").hidden = true;
  await read(`Reading ${address.path} …`, async (signal) => {
    const frame = await open(address, signal);
    await showPage(frame, address.start, signal);
  });
}

/** The frame of an address; the same one as long as only the page of it changes. */
async function open(address: Address, signal: AbortSignal): Promise<Frame> {
  const { path, endpoint } = address;
  if (opened?.address.path === path && opened.address.endpoint === endpoint) {
    opened = { ...opened, address };
    return opened.frame;
  }
  opened?.hub.close();
  opened = undefined;
  total = undefined;
  element("dataset").hidden = true;
  const hub = new Hub({ ...(endpoint && { endpoint }), onRequest: (event) => requests.add(event) });
  try {
    const frame = await hub.readParquet(path, { signal });
    opened = { hub, frame, address };
    showFrame(frame);
    document.title = `${frame.repo} · hubframe`;
    return frame;
  } catch (error) {
    hub.close();
    throw error;
  }
}

async function showPage(frame: Frame, start: number, signal: AbortSignal): Promise<void> {
  const shown =
    frame.columns.length > MAX_COLUMNS ? frame.select(...frame.columns.slice(0, MAX_COLUMNS)) : frame;
  showRows(shown.schema.fields, [], start);
  const rows = await shown.slice(start, PAGE_ROWS).toRows({ signal, maxBytes: MAX_PAGE_BYTES });
  showRows(shown.schema.fields, rows, start);
  if (frame.numPartitions === 1) total = await frame.count({ signal });
  showPosition(frame, start, rows.length);
}

async function countRows(signal: AbortSignal): Promise<void> {
  if (!opened) return;
  const { frame, address } = opened;
  total = await frame.count({ signal });
  showPosition(frame, address.start, Math.min(PAGE_ROWS, Math.max(0, total - address.start)));
}

function showPosition(frame: Frame, start: number, numRows: number): void {
  const range =
    numRows === 0 ? "No rows here" : `Rows ${countText(start)} to ${countText(start + numRows - 1)}`;
  const columns = frame.columns.length > MAX_COLUMNS ? ` · the first ${MAX_COLUMNS} columns` : "";
  element("position").textContent =
    `${range}${total === undefined ? "" : ` of ${countText(total)}`}${columns}`;
  const count = element("count");
  count.hidden = total !== undefined;
  count.textContent = `Count all rows (up to ${countText(frame.numPartitions)} requests)`;
  const last = total === undefined ? numRows < PAGE_ROWS : start + numRows >= total;
  element<HTMLButtonElement>("previous").disabled = start === 0;
  element<HTMLButtonElement>("next").disabled = last;
}

/** Runs what reads: one thing at a time, cancellable, with its errors shown as sentences. */
async function read(what: string, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  reading.abort();
  const mine = new AbortController();
  reading = mine;
  setBusy(what);
  showError(undefined);
  try {
    await work(mine.signal);
    if (reading === mine) setBusy(undefined);
  } catch (error) {
    if (reading !== mine) return;
    setBusy(undefined);
    showError(isHubframeError(error, "aborted") ? "Cancelled. Open it again to go on." : sentence(error));
  }
}

function setBusy(what: string | undefined): void {
  element("state").textContent = what ?? requests.summary;
  element("cancel").hidden = what === undefined;
  element("dataset").ariaBusy = String(what !== undefined);
}

function sentence(error: unknown): string {
  if (!isHubframeError(error)) return `This page failed: ${String(error)}`;
  const { file, hint } = error.context;
  const message = hint ? `${error.message} ${hint}` : error.message;
  return file && !message.includes(file) ? `${message} (${file})` : message;
}

function addressOf(url: string): Address {
  const query = new URL(url).searchParams;
  const start = Number(query.get("start") ?? 0);
  return {
    path: query.get("path") ?? "",
    endpoint: query.get("endpoint") ?? "",
    start: Number.isSafeInteger(start) && start > 0 ? start : 0,
  };
}

function urlOf({ path, endpoint, start }: Address): string {
  const query = new URLSearchParams({ path });
  if (endpoint) query.set("endpoint", endpoint);
  if (start > 0) query.set("start", String(start));
  return `?${query}`;
}
