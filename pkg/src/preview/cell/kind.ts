/** What a column holds, as far as showing it goes. Pure. */
import type { Field } from "../../types.js";

/** How cells of a column look. */
export type Kind = "number" | "text" | "label" | "image" | "audio" | "binary" | "other";

/** The kind of a column, by its feature where it has one, else by its Arrow type. */
export function kindOf({ type, feature }: Field): Kind {
  if (feature?._type === "ClassLabel") return "label";
  if (feature?._type === "Image") return "image";
  if (feature?._type === "Audio") return "audio";
  if (/^(U?Int\d+|Float\d+|Decimal)/.test(type)) return "number";
  if (/^(Large)?Utf8/.test(type)) return "text";
  return /^(Large|FixedSize)?Binary/.test(type) ? "binary" : "other";
}

/** Whether a column has points in time without a time zone. */
export function isZoneless({ type }: Field): boolean {
  return type.startsWith("Timestamp(") && !type.includes('"');
}

/** The type in a word or two, as the Hub's viewer names it. */
export function typeText({ type, feature }: Field): string {
  if (typeof feature?._type === "string" && feature._type !== "Value") {
    const { names } = feature;
    if (Array.isArray(names)) return `class label, ${names.length} ${names.length === 1 ? "name" : "names"}`;
    return feature._type.toLowerCase();
  }
  return (
    TYPE_WORDS[type] ??
    type.replace(/^(\w+)\(.*$/s, (_, outer: string) => TYPE_WORDS[outer] ?? outer.toLowerCase())
  );
}

const TYPE_WORDS: { readonly [type: string]: string } = {
  Utf8: "string",
  LargeUtf8: "string",
  Utf8View: "string",
  Boolean: "bool",
  Binary: "binary",
  LargeBinary: "binary",
  BinaryView: "binary",
  FixedSizeBinary: "binary",
  Int8: "int8",
  Int16: "int16",
  Int32: "int32",
  Int64: "int64",
  UInt8: "uint8",
  UInt16: "uint16",
  UInt32: "uint32",
  UInt64: "uint64",
  Float16: "float16",
  Float32: "float32",
  Float64: "float64",
  LargeList: "list",
  FixedSizeList: "list",
  Decimal128: "decimal",
  Decimal256: "decimal",
  Date32: "date",
  Date64: "date",
};

/** The width that a column of this kind gets at first, in CSS pixels. */
export function widthOf(field: Field): number {
  const kind = kindOf(field);
  const least = { number: 124, text: 320, label: 140, image: 120, audio: 140, binary: 140, other: 220 }[kind];
  // Six or nine decimals, and a zone.
  if (/^Timestamp\([µn]s/.test(field.type)) return 260;
  // About 8 px a letter of the name, up to a bound.
  return Math.min(Math.max(least, field.name.length * 8 + 32), 360);
}
