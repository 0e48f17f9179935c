/** The columns that a frame shows: which of the files' columns they are, what part of them, and what they are called. */
import type { Field as ArrowField, DataType } from "@uwdata/flechette";
import { Type } from "@uwdata/flechette";
import { typeName } from "./arrow-type.js";
import { unknownColumn } from "./columns.js";
import { failure } from "./errors.js";
import type { ShownColumn } from "./protocol.js";
import type { Field } from "./types.js";

/** All columns of the files, as they are called there. */
export function allColumns(fields: readonly Field[]): readonly ShownColumn[] {
  return fields.map(({ name }) => ({ name, source: name }));
}

/**
 * The columns that names stand for: `"a"`, or `"image.path"` for a field of a struct column, or of the structs in a list.
 * Fields of one column come together, where the first of them is named. `types` is asked only for names with dots.
 */
export function selectColumns(
  names: readonly string[],
  columns: readonly ShownColumn[],
  types: () => readonly ArrowField[],
): readonly ShownColumn[] {
  const selected = new Map<string, ShownColumn>();
  for (const name of names) {
    const whole = columns.find((column) => column.name === name);
    const column = whole ?? fieldOf(name, columns, types());
    if (!column) throw unknownColumn("select", name, namesOf(columns, types));
    const earlier = selected.get(column.name);
    if (earlier && overlap(earlier, column)) {
      throw failure("invalid", "select", `The column "${name}" is named twice.`);
    }
    const fields = [...(earlier?.fields ?? []), ...(column.fields ?? [])];
    selected.set(column.name, fields.length > 0 ? { ...column, fields } : column);
  }
  if (selected.size === 0) {
    throw failure("invalid", "select", "No column would be left. Name at least one.");
  }
  return [...selected.values()];
}

/** The same columns, some by new names. */
export function renameColumns(
  names: Readonly<Record<string, string>>,
  columns: readonly ShownColumn[],
): readonly ShownColumn[] {
  for (const [name, to] of Object.entries(names)) {
    if (!columns.some((column) => column.name === name)) {
      throw unknownColumn(
        "rename",
        name,
        columns.map(({ name }) => name),
      );
    }
    if (typeof to !== "string") {
      throw failure("invalid", "rename", `The new name of "${name}" must be a string.`);
    }
  }
  const renamed = columns.map((column) =>
    Object.hasOwn(names, column.name) ? { ...column, name: names[column.name] ?? column.name } : column,
  );
  const seen = new Set<string>();
  for (const { name } of renamed) {
    if (seen.has(name)) throw failure("invalid", "rename", `Two columns would be called "${name}".`);
    seen.add(name);
  }
  return renamed;
}

/** The name of a type with all text in it as bytes. What stands in quotes are the names of fields. */
export function asBytes(type: string): string {
  const texts = /"(?:[^"\\]|\\.)*"|'[^']*'|(Large)?Utf8(?:View)?/g;
  return type.replace(texts, (found, large = "") => (/^["']/.test(found) ? found : `${large}Binary`));
}

/** The schema of the columns. Types are looked into only for columns that are shown in part. */
export function shownFields(
  columns: readonly ShownColumn[],
  fields: readonly Field[],
  types: () => readonly ArrowField[],
): readonly Field[] {
  const known = new Map(fields.map((field) => [field.name, field]));
  return columns.flatMap(({ name, source, fields, bytes }) => {
    const field = known.get(source);
    if (!field || !(fields || bytes)) return field ? [{ ...field, name }] : [];
    const type = fields && types().find((field) => field.name === source)?.type;
    const shown = fields && type ? typeName(prune(type, fields)) : field.type;
    const { feature: _, ...rest } = field;
    return [{ ...rest, name, type: bytes ? asBytes(shown) : shown }];
  });
}

/** The columns with their types as objects. */
export function shownArrowFields(
  columns: readonly ShownColumn[],
  fields: readonly ArrowField[],
): readonly ArrowField[] {
  return columns.flatMap(({ name, source, fields: part }) => {
    const field = fields.find((field) => field.name === source);
    return field ? [{ ...field, name, type: part ? prune(field.type, part) : field.type }] : [];
  });
}

/** The type of a column that is shown in part: with only those of its fields that the paths lead to. */
export function prune(type: DataType, paths: readonly (readonly string[])[]): DataType {
  if (paths.some((path) => path.length === 0)) return type;
  switch (type.typeId) {
    case Type.Struct: {
      const children = type.children.flatMap((child) => {
        const inner = paths.filter(([first]) => first === child.name).map((path) => path.slice(1));
        return inner.length > 0 ? [{ ...child, type: prune(child.type, inner) }] : [];
      });
      return { ...type, children };
    }
    case Type.List:
    case Type.LargeList: {
      const [item] = type.children;
      return { ...type, children: [{ ...item, type: prune(item.type, paths) }] };
    }
    default:
      return type;
  }
}

/** The column with the one field that a name with dots leads to. */
function fieldOf(
  name: string,
  columns: readonly ShownColumn[],
  types: readonly ArrowField[],
): ShownColumn | undefined {
  for (const column of columns) {
    if (!name.startsWith(`${column.name}.`)) continue;
    const type = types.find(({ name }) => name === column.source)?.type;
    const shown = type && column.fields ? prune(type, column.fields) : type;
    const path = shown && pathTo(name.slice(column.name.length + 1), shown);
    if (path) return { name: column.name, source: column.source, fields: [path] };
  }
  return undefined;
}

/** The names on the way to a field; `undefined` when there is none of this name. */
function pathTo(name: string, type: DataType): string[] | undefined {
  const fields = fieldsOf(type);
  if (fields.some((field) => field.name === name)) return [name];
  for (const field of fields) {
    const inner = name.startsWith(`${field.name}.`)
      ? pathTo(name.slice(field.name.length + 1), field.type)
      : undefined;
    if (inner) return [field.name, ...inner];
  }
  return undefined;
}

/** The fields of a struct, or of the structs in a list. */
function fieldsOf(type: DataType): readonly ArrowField[] {
  switch (type.typeId) {
    case Type.Struct:
      return type.children;
    case Type.List:
    case Type.LargeList:
      return fieldsOf(type.children[0].type);
    default:
      return [];
  }
}

/** Whether two parts of a column have fields in common. Without any named, all are meant. */
function overlap({ fields: a }: ShownColumn, { fields: b }: ShownColumn): boolean {
  const begins = (path: readonly string[], start: readonly string[]) =>
    start.every((name, index) => path[index] === name);
  return !a || !b || a.some((one) => b.some((other) => begins(one, other) || begins(other, one)));
}

/** All that can be selected, for the hint of an error. */
function namesOf(columns: readonly ShownColumn[], types: () => readonly ArrowField[]): string[] {
  const below = (prefix: string, type: DataType): string[] =>
    fieldsOf(type).flatMap(({ name, type }) => [`${prefix}.${name}`, ...below(`${prefix}.${name}`, type)]);
  const known = new Map(types().map(({ name, type }) => [name, type]));
  return columns.flatMap(({ name, source, fields }) => {
    const type = known.get(source);
    return [name, ...(type ? below(name, fields ? prune(type, fields) : type) : [])];
  });
}
