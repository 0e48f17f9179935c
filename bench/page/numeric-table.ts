/** The table that is written: the columns of `numeric` in generate.py, of other numbers. */
import {
  bool,
  columnFromArray,
  float32,
  float64,
  int8,
  int32,
  int64,
  tableFromColumns,
  tableToIPC,
} from "@uwdata/flechette";
import type { NumericColumn, NumericTable } from "../writing-tasks.js";

const ROWS_PER_BATCH = 100_000;

/** The same numbers each time. */
export function numericTable(numRows: number): NumericTable {
  const random = generator();
  const reals = () => Float64Array.from({ length: numRows }, random);
  const wholes = (below: number) => Int32Array.from({ length: numRows }, () => Math.floor(random() * below));
  const many = (count: number, name: string, make: (index: number) => Omit<NumericColumn, "name">) =>
    Array.from({ length: count }, (_, index) => ({ name: `${name}${index}`, ...make(index) }));
  const columns: NumericColumn[] = [
    { name: "id", type: "INT64", values: BigInt64Array.from({ length: numRows }, (_, id) => BigInt(id)) },
    ...many(3, "f", () => ({ type: "DOUBLE", values: reals() })),
    ...many(9, "s", () => ({ type: "FLOAT", values: Float32Array.from(reals()) })),
    ...many(5, "i", (index) => ({ type: "INT32", values: wholes(10 ** (index + 2)) })),
    { name: "label", type: "INT32", values: wholes(10) },
    { name: "flag", type: "BOOLEAN", values: Array.from({ length: numRows }, () => random() < 0.3) },
  ];
  return { numRows, columns, ipc: ipcOf(columns) };
}

function ipcOf(columns: readonly NumericColumn[]): Uint8Array {
  const types = { INT32: int32(), INT64: int64(), FLOAT: float32(), DOUBLE: float64(), BOOLEAN: bool() };
  const table = tableFromColumns(
    columns.map(({ name, type, values }) => [
      name,
      columnFromArray(Array.from<unknown>(values), name === "label" ? int8() : types[type], {
        maxBatchRows: ROWS_PER_BATCH,
      }),
    ]),
  );
  const ipc = tableToIPC(table, { format: "stream" });
  if (!ipc) throw new Error("There are no bytes.");
  return ipc;
}

/** Numbers from 0 to 1, by a linear congruence. */
function generator(): () => number {
  let state = 20_240_607;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
