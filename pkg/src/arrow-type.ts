/** Arrow types as text, spelled as Arrow's Rust implementation spells them: `Int64`, `Timestamp(µs, "UTC")`. */
import { type Field as ArrowField, type DataType, IntervalUnit, Type } from "@uwdata/flechette";

const TIME_UNITS = ["s", "ms", "µs", "ns"];

/** The name of a type. */
export function typeName(type: DataType): string {
  switch (type.typeId) {
    case Type.Bool:
      return "Boolean";
    case Type.Int:
      return `${type.signed ? "Int" : "UInt"}${type.bitWidth}`;
    case Type.Float:
      return `Float${16 << type.precision}`;
    case Type.Decimal:
      return `Decimal${type.bitWidth}(${type.precision}, ${type.scale})`;
    case Type.Date:
      return `Date${32 << type.unit}`;
    case Type.Time:
      return `Time${type.bitWidth}(${TIME_UNITS[type.unit]})`;
    case Type.Timestamp: {
      const zone = type.timezone ? `, ${JSON.stringify(type.timezone)}` : "";
      return `Timestamp(${TIME_UNITS[type.unit]}${zone})`;
    }
    case Type.Duration:
      return `Duration(${TIME_UNITS[type.unit]})`;
    case Type.Interval:
      return `Interval(${Object.keys(IntervalUnit)[type.unit]})`;
    case Type.FixedSizeBinary:
      return `FixedSizeBinary(${type.stride})`;
    case Type.List:
    case Type.LargeList:
    case Type.ListView:
    case Type.LargeListView:
      return `${simpleName(type)}(${type.children.map(itemName)})`;
    case Type.FixedSizeList:
      return `FixedSizeList(${type.stride} x ${type.children.map(itemName)})`;
    case Type.Struct:
      return `Struct(${type.children.map(fieldName).join(", ")})`;
    case Type.Map:
      return `Map(${type.children.map(fieldName)}, ${type.keysSorted ? "sorted" : "unsorted"})`;
    case Type.Dictionary:
      return `Dictionary(${typeName(type.indices)}, ${typeName(type.dictionary)})`;
    default:
      return simpleName(type);
  }
}

/** Utf8, LargeUtf8, Binary, Null, …: what the type is called without its parameters. */
function simpleName({ typeId }: DataType): string {
  return Object.entries(Type).find(([, id]) => id === typeId)?.[0] ?? "Unknown";
}

function itemName({ name, nullable, type }: ArrowField): string {
  return `${nullable ? "" : "non-null "}${typeName(type)}${name === "item" ? "" : `, field: '${name}'`}`;
}

function fieldName({ name, nullable, type }: ArrowField): string {
  return `${JSON.stringify(name)}: ${nullable ? "" : "non-null "}${typeName(type)}`;
}
