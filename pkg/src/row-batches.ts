/** Plain rows as Arrow tables, a bounded number of rows in each, and what their columns mean. */
import { columnFromArray, field, Table, tableFromColumns } from "@uwdata/flechette";
import { failure } from "./errors.js";
import { declaredForm, type Form, inferredForm } from "./row-forms.js";
import { type Kind, kindOf, merge, NOTHING, Place } from "./row-types.js";
import type { Feature } from "./types.js";

/**
 * What some columns are: the name of a type as Python's `datasets` spells it (`"int32"`, `"timestamp[ns, tz=UTC]"`,
 * `"decimal128(9, 2)"`), or a feature, such as `{ _type: "ClassLabel", names: ["neg", "pos"] }` or `{ _type: "Image" }`.
 *
 * Every type takes the values that `toRows()` gives of it, and some take others:
 *
 * | type | values |
 * |---|---|
 * | integers | `number`, `bigint` |
 * | `decimal128`, `decimal256` | `"12.50"`, `number`, `bigint` |
 * | `timestamp` | `Date`, text in ISO 8601, `bigint` in the unit |
 * | `date32`, `date64` | `Date`, `"2024-02-29"` |
 * | `time32`, `time64` | `"13:37:00.25"`, a whole number of the unit |
 * | `duration` | a whole number of the unit |
 * | a class label | its names or its numbers |
 * | a media column | bytes, `{ bytes, path }` |
 *
 * A value that would have to be rounded or cut is refused.
 */
export interface RowSchema {
  readonly [column: string]: string | Feature;
}

/** A plain row. */
type PlainRow = { readonly [column: string]: unknown };

/** Rows in one Arrow table: few, because a row may be large. */
const ROWS_PER_TABLE = 4096;

/** The tables of some rows, made one by one, and the text of the `huggingface` key that says what was declared. */
export function rowBatches(
  rows: readonly PlainRow[],
  schema: RowSchema,
): { tables: () => Generator<Table>; features: string } {
  const forms = columnForms(rows, schema);
  if (forms.size === 0) {
    throw failure("invalid", "open rows", "The rows have no columns. Give rows with values, or a schema.");
  }
  const features = Object.entries(schema).map(([name, declared]) => [name, asFeature(declared)]);
  return {
    tables: () => tables(rows, forms),
    features: JSON.stringify({ info: { features: Object.fromEntries(features) } }),
  };
}

function* tables(rows: readonly PlainRow[], forms: ReadonlyMap<string, Form>): Generator<Table> {
  for (let start = 0; start === 0 || start < rows.length; start += ROWS_PER_TABLE) {
    const some = rows.slice(start, start + ROWS_PER_TABLE);
    const columns = [...forms].map(([name, { type, built = type, convert }]) => {
      const values = some.map((row, index) => {
        const value = row[name];
        return value === null || value === undefined ? null : convert(value, new Place(name, start + index));
      });
      return [name, columnFromArray(values, built)] as [string, ReturnType<typeof columnFromArray>];
    });
    const { schema, children } = tableFromColumns(columns);
    const fields = [...forms].map(([name, { type }]) => field(name, type));
    yield new Table({ ...schema, fields }, children);
  }
}

/** The columns in the order in which they come up, those of the schema first where no row has them. */
function columnForms(rows: readonly PlainRow[], schema: RowSchema): Map<string, Form> {
  const kinds = new Map<string, Kind>();
  for (const [index, row] of rows.entries()) {
    if (typeof row !== "object" || row === null || Array.isArray(row)) {
      throw failure("invalid", "open rows", `Row ${index} is not an object of values by column.`, {
        context: { row: String(index) },
      });
    }
    for (const [name, value] of Object.entries(row)) {
      const known = kinds.get(name) ?? NOTHING;
      const place = new Place(name, index);
      kinds.set(name, name in schema ? NOTHING : merge(known, kindOf(value, place), place));
    }
  }
  for (const name of Object.keys(schema)) if (!kinds.has(name)) kinds.set(name, NOTHING);
  const form = (name: string, kind: Kind) => {
    const declared = schema[name];
    return declared === undefined ? inferredForm(kind) : declaredForm(asFeature(declared), name);
  };
  return new Map([...kinds].map(([name, kind]) => [name, form(name, kind)]));
}

function asFeature(declared: string | Feature): Feature {
  return typeof declared === "string" ? { dtype: declared, _type: "Value" } : declared;
}
