// Prints frames as programs and as rows: hubframe in Node, without workers. Takes the Hub's address and the path.

import { col, Hub } from "hubframe";

const [endpoint, path] = process.argv.slice(2);
const hub = new Hub({ endpoint });
const df = await hub.readParquet(path);

/** Every kind of condition, on columns with nulls; names and values that quoting must survive. */
const frames = {
  all: df,
  columns: df.select("name", 'we"ird \'na\\me"""\n', "id"),
  renamed: df.rename({ lang: "id", id: "number" }).filter(col("id").ne("en")).select("number", "id"),
  slice: df.slice(7, 18),
  end: df.slice(35),
  beyond: df.slice(5_000, 5),
  ne: df.filter(col("lang").ne("en")),
  not: df.filter(col("lang").eq("en").not()),
  notIn: df.filter([["lang", "not in", ["en", 'it\'s "quoted"', "\\"]]]),
  either: df
    .filter(col("id").lt(3).or(col("lang").isNull(), col("small").between(-2, 1.5)))
    .select("id", "lang"),
  notEither: df.filter(col("small").gt(2).or(col("lang").eq("fr")).not()),
  nan: df.filter(col("score").gt(0.5).not()),
  isNot: df.filter([["score", "!=", 0.1]]),
  narrow: df.filter(col("narrow").eq(0.1).or(col("narrow").gt(2.5))),
  outOfRange: df.filter(col("small").lt(300).and(col("small").ne(1.5))),
  never: df.filter(col("small").eq(1.5).or(col("small").gt(1000))),
  large: df.filter(col("big").ge(9007199254740993n)),
  decimal: df.filter(col("price").lt({ decimal: "1.005" }).or(col("price").eq(12.5))),
  day: df.filter(col("day").ge("2024-01-10T12:00:00Z")),
  at: df.filter(col("at").between("2024-01-02T00:00:00.000001Z", "2024-01-20T01:00:00+01:00")),
  local: df.filter(col("local").lt(new Date("2024-01-05T00:00:00.0005Z"))),
  clock: df.filter(col("clock").gt("12:00:00.5")),
  bytes: df.filter(
    col("raw")
      .eq(Uint8Array.of(0, 255, 39))
      .or(col("raw").startsWith(Uint8Array.of(1))),
  ),
  flag: df.filter(col("flag").eq(true).not()),
  label: df.filter(col("label").isIn(["yes", 'may"be'])),
  text: df.filter(col("name").contains("'").or(col("name").startsWith("é"), col("name").endsWith("\\"))),
  regex: df.filter(col("name").matches("^[a-c]+\\d$").not()),
  length: df.filter(col("tags").length().ge(2)),
  field: df.filter(col(["inner", "b.c"]).gt(5)).select("id", "inner"),
  filteredSlice: df.filter(col("lang").ne("en")).slice(3, 9),
};

const BYTES_AS_HEX = (value) => Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** A value as JSON that Python can make of its own. */
function plain(value) {
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number")
    return Number.isInteger(value) ? String(value) : Number.isNaN(value) ? "NaN" : value;
  if (value instanceof Date) return value.toISOString().replace(/\.000Z$/, "Z");
  if (value instanceof Uint8Array) return BYTES_AS_HEX(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}

const found = {};
for (const [name, frame] of Object.entries(frames)) {
  const programs = {
    dask: await frame.toDask(),
    datasets: await frame.toDatasets(),
    polars: await frame.toPolars(),
    duckdb: await frame.toDuckDB(),
    pandas: await frame.toPandas(),
  };
  found[name] = { programs, columns: frame.columns, rows: plain(await frame.toRows()) };
}
hub.close();
process.stdout.write(JSON.stringify(found));
