/** What plain JavaScript values are, as far as a table is concerned: kinds, which merge from row to row. */
import { failure, type HubframeError } from "./errors.js";

/** What the values of a column have been so far. */
export type Kind =
  | "nothing"
  | "boolean"
  | "integer"
  | "bigint"
  | "number"
  | "string"
  | "date"
  | "bytes"
  | { readonly list: Kind }
  | { readonly struct: ReadonlyMap<string, Kind> };

/** Nothing but nulls yet. */
export const NOTHING: Kind = "nothing";

/** A value's place, for messages. */
export class Place {
  constructor(
    readonly column: string,
    readonly row: number,
  ) {}

  /** The place of something in this value. */
  at(inner: string): Place {
    return new Place(`${this.column}.${inner}`, this.row);
  }

  error(message: string): HubframeError {
    const { column, row } = this;
    return failure("invalid", "open rows", `Column "${column}", row ${row}: ${message}`, {
      context: { column, row: String(row) },
    });
  }
}

/** What a value is. */
export function kindOf(value: unknown, place: Place): Kind {
  if (value === null || value === undefined) return NOTHING;
  switch (typeof value) {
    case "boolean":
    case "string":
    case "bigint":
      return typeof value as Kind;
    case "number":
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? "integer" : "number";
    case "object":
      return kindOfObject(value, place);
    default:
      throw place.error(`a ${typeof value} cannot be stored.`);
  }
}

function kindOfObject(value: object, place: Place): Kind {
  if (value instanceof Date) return "date";
  if (value instanceof Uint8Array || value instanceof ArrayBuffer) return "bytes";
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const items = Array.from(value as ArrayLike<unknown>);
    return { list: items.reduce<Kind>((kind, item) => merge(kind, kindOf(item, place), place), NOTHING) };
  }
  const fields = Object.entries(value);
  if (fields.length === 0) throw place.error("an object without fields cannot be stored.");
  return { struct: new Map(fields.map(([name, inner]) => [name, kindOf(inner, place.at(name))])) };
}

/** What holds values of both kinds. */
export function merge(known: Kind, next: Kind, place: Place): Kind {
  if (known === next || next === NOTHING) return known;
  if (known === NOTHING) return next;
  if (typeof known === "string" && typeof next === "string") {
    const both = [known, next].sort().join();
    if (both === "integer,number") return "number";
    if (both === "bigint,integer") return "bigint";
  }
  if (typeof known === "object" && typeof next === "object") {
    if ("list" in known && "list" in next) return { list: merge(known.list, next.list, place) };
    if ("struct" in known && "struct" in next) {
      const fields = new Map(known.struct);
      for (const [name, kind] of next.struct) {
        fields.set(name, merge(fields.get(name) ?? NOTHING, kind, place.at(name)));
      }
      return { struct: fields };
    }
  }
  throw place.error(
    `${describe(next)}, where the rows before have ${describe(known)}. Make them alike, or say in the schema what the column is.`,
  );
}

function describe(kind: Kind): string {
  if (typeof kind === "object") return "list" in kind ? "a list" : "an object";
  return kind === "integer" || kind === "number" ? "a number" : `a ${kind}`;
}
