/**
 * A frame as a Python program: the same files at the same commit, the same columns, rows and filter.
 *
 * All programs read through `HfFileSystem`, which takes the Hub's address and token from the environment (`HF_ENDPOINT`,
 * `HF_TOKEN`), and filter with an expression of pyarrow, whose nulls, NaNs and time zones are those of hubframe. What
 * each engine would make of a condition of its own differs: Dask's `filters=` keeps nulls on `!=`, DuckDB holds NaN to be
 * larger than all numbers, and the `hf://` of Polars and DuckDB knows no other endpoint than huggingface.co.
 */
import { failure } from "../errors.js";
import type { RowRange } from "../protocol.js";
import { condition } from "./condition.js";
import { dictionary, list, text } from "./python.js";
import type { Scan } from "./scan.js";

/** The rows as `df`, a `dask.dataframe` with a partition for each file. */
export function daskProgram(scan: Scan): string {
  const { rows } = scan;
  const isAll = rows.start === 0 && rows.end === undefined;
  return program(
    scan,
    ["dask[distributed]", "pandas"],
    [...(isAll ? [] : ["import itertools"]), ...standardImports(scan)],
    [
      ...(isAll ? [] : ["import dask"]),
      "import dask.dataframe as dd",
      "import pandas as pd",
      ...arrowImports,
    ],
    isAll ? DASK_ALL : daskSlice(rows),
  );
}

/** The rows as `df`, a pandas data frame over Arrow. */
export function pandasProgram(scan: Scan): string {
  const imports = ["import pandas as pd", ...arrowImports];
  const body = `df = ${tableOf(scan)}.to_pandas(types_mapper=pd.ArrowDtype)\n${PRINT}`;
  return program(scan, ["pandas"], standardImports(scan), imports, body);
}

/** The rows as `df`, a Polars data frame. */
export function polarsProgram(scan: Scan): string {
  const body = `df = pl.from_arrow(${tableOf(scan)})\n${PRINT}`;
  return program(scan, ["polars"], standardImports(scan), ["import polars as pl", ...arrowImports], body);
}

/** The rows as the table `rows` of DuckDB, and all of them as `df`, a relation. */
export function duckdbProgram(scan: Scan): string {
  const body = `rows = ${tableOf(scan)}\ndf = duckdb.sql("SELECT * FROM rows")\n${PRINT}`;
  return program(scan, ["duckdb"], standardImports(scan), ["import duckdb", ...arrowImports], body);
}

/** The rows as `df`, a `datasets.Dataset`. */
export function datasetsProgram(scan: Scan): string {
  const { root, files, columns, filter, rows, schema } = scan;
  const magic = files.find((path) => /[*?[]/.test(path));
  if (magic !== undefined) {
    throw failure("unsupported", "export", `datasets takes the name of the file for a pattern: ${magic}`);
  }
  const renamed = columns.filter(({ name, source }) => name !== source);
  const sources = list(columns.map(({ source }) => text(source)));
  const options = [
    `    data_files={"train": ${list(
      files.map((path) => text(`hf://${root}/${path}`)),
      "    ",
    )}},`,
    '    split="train",',
    `    columns=${sources.replaceAll("\n", "\n    ")},`,
    ...(filter ? [`    filters=${condition(filter, schema)},`] : []),
  ];
  const lines = [
    ...(filter ? ["# datasets ends with an error where no row passes."] : []),
    `df = load_dataset(\n    "parquet",\n${options.join("\n")}\n)`,
    `df = df.select_columns(${sources})`,
  ];
  const names = dictionary(renamed.map(({ name, source }) => [source, text(name)]));
  if (renamed.length > 0) lines.push(`df = df.rename_columns(${names})`);
  const end = rows.end === undefined ? "len(df)" : `min(${rows.end}, len(df))`;
  if (rows.start > 0 || rows.end !== undefined)
    lines.push(`df = df.select(range(min(${rows.start}, ${end}), ${end}))`);
  const arrow = filter ? ["import pyarrow as pa", "import pyarrow.compute as pc"] : [];
  const imports = [
    ...standardImports(scan),
    ...blankAfter(standardImports(scan)),
    ...arrow,
    "from datasets import load_dataset",
  ];
  return `${head(scan, ["datasets"])}\n${imports.join("\n")}\n\n${lines.join("\n")}\n\n${PRINT}`;
}

const arrowImports = [
  "import pyarrow as pa",
  "import pyarrow.compute as pc",
  "import pyarrow.dataset as ds",
  "from huggingface_hub import HfFileSystem",
];

const PRINT = 'if __name__ == "__main__":\n    print(df)\n';

const DASK_ALL = `
def read(file, schema):
    """One partition."""
    return scan([file], schema).to_table().to_pandas(types_mapper=pd.ArrowDtype)


schema = dataset(FILES).schema  # the first file's
meta = scan(FILES[:1], schema).head(0).to_pandas(types_mapper=pd.ArrowDtype)
df = dd.from_map(read, FILES, schema=schema, meta=meta)

if __name__ == "__main__":
    # On a cluster: from dask.distributed import Client; Client("tcp://scheduler:8786")
    print(df.compute())
`.trimStart();

/** Where the slice begins and ends is known when the rows of all files have been counted. */
function daskSlice({ start, end }: RowRange): string {
  return `
START, STOP = ${start}, ${end ?? 'float("inf")'}


def count(file, schema):
    """The rows of one file: from its footer, or, where there is a filter, from the columns of that."""
    return scan([file], schema).count_rows()


def read(part, schema):
    """One partition."""
    file, start, stop = part
    return scan([file], schema).head(stop).slice(start).to_pandas(types_mapper=pd.ArrowDtype)


schema = dataset(FILES).schema  # the first file's
counts = dask.compute(*[dask.delayed(count)(file, schema) for file in FILES])
parts = []
for file, num_rows, last in zip(FILES, counts, itertools.accumulate(counts)):
    first = last - num_rows
    start, stop = max(START - first, 0), min(STOP - first, num_rows)
    if start < stop:
        parts.append((file, start, stop))
meta = scan(FILES[:1], schema).head(0).to_pandas(types_mapper=pd.ArrowDtype)
df = dd.from_map(read, parts or [(FILES[0], 0, 0)], schema=schema, meta=meta)

if __name__ == "__main__":
    # On a cluster: from dask.distributed import Client; Client("tcp://scheduler:8786")
    print(df.compute())
`.trimStart();
}

/** The rows as one Arrow table. */
function tableOf({ rows }: Scan): string {
  const from = rows.start > 0 ? `.slice(${rows.start})` : "";
  return rows.end === undefined ? `scan(FILES).to_table()${from}` : `scan(FILES).head(${rows.end})${from}`;
}

function program(
  scan: Scan,
  packages: readonly string[],
  standard: readonly string[],
  imports: readonly string[],
  body: string,
): string {
  const { root, files, columns, filter, schema } = scan;
  const expressions = dictionary(
    columns.map(({ name, source }) => [name, `pc.field(${text(source)})`]),
    "        ",
  );
  return `${head(scan, [...packages, "pyarrow"])}
${[...standard, ...blankAfter(standard), ...imports].join("\n")}

FILES = ${list(files.map((path) => text(`${root}/${path}`)))}


def dataset(files, schema=None):
    """The files as one table; columns that later files lack are null in them."""
    return ds.dataset(files, schema=schema, format="parquet", filesystem=HfFileSystem())


def scan(files, schema=None):
    """Columns and rows."""
    return dataset(files, schema).scanner(
        columns=${expressions},
        filter=${filter ? condition(filter, schema) : "None"},
    )


${body}`;
}

function head({ root }: Scan, packages: readonly string[]): string {
  return `# ${root}\n# pip install ${["huggingface_hub", ...packages].map((name) => `"${name}"`).join(" ")}\n`;
}

function standardImports({ filter, schema }: Scan): string[] {
  return filter && condition(filter, schema).includes("decimal.Decimal") ? ["import decimal"] : [];
}

function blankAfter(lines: readonly string[]): string[] {
  return lines.length > 0 ? [""] : [];
}
