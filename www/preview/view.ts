/** Draws. Every text from outside goes through `textContent`; nothing here reads data. */
import type { Field, Frame, RequestEvent, Row } from "hubframe";
import { byteText, cellText, countText } from "./text.js";

/** The most requests that are listed; the totals count all. */
const MAX_LISTED_REQUESTS = 200;

/** The element of that id. */
export function element<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}.`);
  return found as T;
}

/** What was opened: its name, commit, files and columns. */
export function showFrame(frame: Frame): void {
  const numBytes = frame.files.reduce((sum, { size }) => sum + size, 0);
  const files = `${countText(frame.files.length)} ${frame.files.length === 1 ? "file" : "files"}`;
  element("dataset-name").textContent = frame.repo;
  element("dataset-facts").textContent = `${files} · ${byteText(numBytes)} · commit ${frame.sha.slice(0, 7)}`;
  const schema = element("schema");
  const { fields } = frame.schema;
  setText(
    schema.querySelector("summary"),
    `${countText(fields.length)} ${fields.length === 1 ? "column" : "columns"}`,
  );
  schema
    .querySelector("tbody")
    ?.replaceChildren(
      ...fields.map((field) => tableRow(field.name, field.type, field.nullable ? "yes" : "no")),
    );
  element("dataset").hidden = false;
}

/** The rows, the first of which is the row `start` of the frame. */
export function showRows(fields: readonly Field[], rows: readonly Row[], start: number): void {
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  head.append(headCell("col", "Row"), ...fields.map(({ name, type }) => headCell("col", name, type)));
  const body = table.createTBody();
  for (const [index, row] of rows.entries()) {
    const line = body.insertRow();
    line.append(headCell("row", countText(start + index)));
    for (const { name } of fields) {
      const value = row[name] ?? null;
      const cell = line.insertCell();
      cell.textContent = cellText(value);
      if (value === null) cell.className = "null";
      else if (typeof value === "number" || typeof value === "bigint") cell.className = "number";
    }
  }
  element("rows").replaceChildren(table);
}

/** A request that was made, and the sums of all. */
export class RequestLog {
  #numRequests = 0;
  #numBytes = 0;

  add(event: RequestEvent): void {
    this.#numRequests += 1;
    this.#numBytes += event.bytes;
    const log = element("requests");
    log.hidden = false;
    const list = log.querySelector("tbody");
    if (!list || list.rows.length >= MAX_LISTED_REQUESTS) return;
    list.append(
      tableRow(
        `${event.method} ${event.url}`,
        event.range ? `${countText(event.range[0])} to ${countText(event.range[1])}` : "all",
        event.status === 0 ? "no answer" : String(event.status),
        byteText(event.bytes),
        `${Math.round(event.ms)} ms`,
      ),
    );
  }

  get summary(): string {
    const requests = `${countText(this.#numRequests)} ${this.#numRequests === 1 ? "request" : "requests"}`;
    return `${requests} · ${byteText(this.#numBytes)} read`;
  }
}

/** A sentence on what went wrong, or nothing. */
export function showError(message: string | undefined): void {
  const box = element("error");
  box.textContent = message ?? "";
  box.hidden = message === undefined;
}

function tableRow(name: string, ...cells: string[]): HTMLTableRowElement {
  const row = document.createElement("tr");
  row.append(headCell("row", name));
  for (const text of cells) row.insertCell().textContent = text;
  return row;
}

function headCell(scope: "row" | "col", text: string, detail?: string): HTMLTableCellElement {
  const cell = document.createElement("th");
  cell.scope = scope;
  cell.textContent = text;
  if (detail !== undefined) {
    const small = document.createElement("small");
    small.textContent = detail;
    cell.append(small);
  }
  return cell;
}

function setText(element: Element | null, text: string): void {
  if (element) element.textContent = text;
}
