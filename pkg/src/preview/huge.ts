/** Values that are too large to be kept beside all others: they are named by their size, and read again when one is opened. */
import type { Row, Value } from "../rows.js";

/** From how many bytes on, or UTF-16 code units of text, a value is not kept. */
const MAX_KEPT = 2 ** 20;

/** What stands in a value's place. */
export class HugeCell {
  readonly kind: "text" | "binary";
  readonly numBytes: number;

  constructor(value: string | Uint8Array) {
    const isText = typeof value === "string";
    this.kind = isText ? "text" : "binary";
    this.numBytes = isText ? new Blob([value]).size : value.length;
  }
}

/** A row as it is kept. */
export interface KeptRow {
  readonly [column: string]: Value | HugeCell;
}

/** A row without what is too large. Pictures and sounds stay: those are looked at in the grid; and so does the value of `whole`. */
export function keptRow(row: Row, whole?: string): KeptRow {
  const isHuge = (value: Value): value is string | Uint8Array =>
    (typeof value === "string" || value instanceof Uint8Array) && value.length > MAX_KEPT;
  if (!Object.values(row).some(isHuge)) return row;
  const kept = ([name, value]: [string, Value]) => [
    name,
    isHuge(value) && name !== whole ? new HugeCell(value) : value,
  ];
  return Object.fromEntries(Object.entries(row).map(kept));
}

/** Whether nothing is missing of a row. */
export function isWhole(row: KeptRow): row is Row {
  return !Object.values(row).some((value) => value instanceof HugeCell);
}

/** The one value of these that is looked at. */
export class OpenedCell {
  #cell: HugeCell | undefined;
  #value: Value | undefined;
  #reading = new AbortController();

  /** The value that stands behind a cell, once it was read. Another one is let go of. */
  value(
    cell: HugeCell,
    read: (signal: AbortSignal) => Promise<Value>,
    onEnd: (error?: unknown) => void,
  ): Value | undefined {
    if (cell === this.#cell) return this.#value;
    this.close();
    this.#cell = cell;
    const { signal } = this.#reading;
    const settle = (value: Value | undefined, error?: unknown) => {
      if (signal.aborted) return;
      this.#value = value;
      onEnd(error);
    };
    read(signal).then(
      (value) => settle(value),
      (error: unknown) => settle(undefined, error),
    );
    return undefined;
  }

  /** Stops the read, and lets go of the value. */
  close(): void {
    this.#reading.abort();
    this.#reading = new AbortController();
    this.#cell = undefined;
    this.#value = undefined;
  }
}
