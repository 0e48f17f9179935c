/** What pyarrow reads from a fixture, and the same encoding of what hubframe reads (tests/fixtures/README.md). */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Column,
  type DataType,
  type DecimalType,
  type Field,
  Type,
  tableFromIPC,
} from "@uwdata/flechette";
import { GOLDEN } from "./paths.js";

/** A fixture's golden values. */
export interface Golden {
  /** The repo, `fixtures/types`. */
  readonly repo: string;
  /** The path within it. */
  readonly path: string;
  readonly num_rows: number;
  readonly rows: readonly (readonly [start: number, end: number])[];
  readonly columns: readonly {
    readonly name: string;
    readonly type: string;
    readonly values: readonly unknown[];
  }[];
}

/** All golden values, by repo. */
export function goldenByRepo(): Map<string, Golden[]> {
  const byRepo = new Map<string, Golden[]>();
  const files = (readdirSync(GOLDEN, { recursive: true }) as string[]).filter((path) =>
    path.endsWith(".json"),
  );
  for (const file of files.sort()) {
    const [user, name, ...path] = file.replace(/\.json$/, "").split("/");
    const repo = `${user}/${name}`;
    const golden: Golden = {
      ...JSON.parse(readFileSync(join(GOLDEN, file), "utf8")),
      repo,
      path: path.join("/"),
    };
    byRepo.set(repo, [...(byRepo.get(repo) ?? []), golden]);
  }
  return byRepo;
}

/** The path that names a fixture, and no other by a glob. */
export function hfPath({ repo, path }: Golden): string {
  return `hf://datasets/${repo}/${path.replace(/[*?[]/g, "[$&]")}`;
}

/** The columns of an IPC stream, encoded as golden values are; only the rows in `ranges`. */
export function encodeStream(
  stream: Uint8Array,
  ranges: readonly (readonly [start: number, end: number])[],
): { name: string; values: unknown[] }[] {
  const table = tableFromIPC(stream, { useBigInt: true, useDecimalInt: true, useBigIntTimestamp: true });
  return table.schema.fields.map(({ name, type }, index) => {
    const column = table.getChildAt(index) as Column<unknown>;
    const values: unknown[] = [];
    for (const [start, end] of ranges) {
      for (let row = start; row < end; row++) values.push(encode(column.at(row), type));
    }
    return { name, values };
  });
}

function encode(value: unknown, type: DataType): unknown {
  if (value === null || value === undefined) return null;
  switch (type.typeId) {
    case Type.Date:
      return Number(value) / 86_400_000;
    case Type.Decimal:
      return decimalText(BigInt(value as bigint | number), (type as DecimalType).scale);
    case Type.Float:
      return Number.isFinite(value) ? value : String(value);
    case Type.Binary:
    case Type.LargeBinary:
    case Type.BinaryView:
    case Type.FixedSizeBinary:
      return Buffer.from(value as Uint8Array).toString("hex");
    case Type.List:
    case Type.LargeList:
    case Type.ListView:
    case Type.LargeListView:
    case Type.FixedSizeList: {
      const [item] = (type as { children: readonly Field[] }).children;
      return Array.from(value as ArrayLike<unknown>, (each) => encode(each, (item as Field).type));
    }
    case Type.Struct:
      return Object.fromEntries(
        type.children.map((child) => [
          child.name,
          encode((value as Record<string, unknown>)[child.name], child.type),
        ]),
      );
    case Type.Map: {
      const [key, item] = (type.children[0].type as { children: readonly Field[] }).children;
      return Array.from(value as Iterable<[unknown, unknown]>, ([name, each]) => [
        encode(name, (key as Field).type),
        encode(each, (item as Field).type),
      ]);
    }
    case Type.Dictionary:
      return encode(value, type.dictionary);
    default:
      return typeof value === "bigint" ? String(value) : value;
  }
}

function decimalText(unscaled: bigint, scale: number): string {
  if (scale === 0) return String(unscaled);
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  return `${unscaled < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
