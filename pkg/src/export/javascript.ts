/** A frame as a program of JavaScript that reads the same with hubframe itself. */
import { failure } from "../errors.js";
import { type ExprData, isLength, type Literal, type Operand } from "../expr.js";
import type { Scan } from "./scan.js";

/** The rows as `df`, a frame of hubframe; a module, for a page or Node. */
export function hubframeProgram({ root, files, columns, filter, rows }: Scan): string {
  const paths = files.map((path) => text(`hf://${root}/${literalPath(path)}`));
  const renamed = columns.filter(({ name, source }) => name !== source);
  const names = renamed.map(({ name, source }) => `${text(source)}: ${text(name)}`);
  const steps = [
    ...(filter ? [`.filter(${expression(filter)})`] : []),
    `.select(${columns.map(({ source }) => text(source)).join(", ")})`,
    ...(renamed.length > 0 ? [`.rename({ ${names.join(", ")} })`] : []),
    ...(rows.start > 0 || rows.end !== undefined ? [slice(rows)] : []),
  ];
  return `// ${root}
// npm install hubframe
import { ${filter ? "col, " : ""}Hub } from "hubframe";

const hub = new Hub(); // of private data: new Hub({ token })
const all = await hub.readParquet([
${paths.map((path) => `  ${path},\n`).join("")}]);
const df = all
${steps.map((step) => `  ${step}`).join("\n")};

console.table(await df.head());
hub.close();
`;
}

function slice({ start, end }: Scan["rows"]): string {
  return end === undefined ? `.slice(${start})` : `.slice(${start}, ${end - start})`;
}

/** A path that is no glob, whatever its characters. */
function literalPath(path: string): string {
  return path.replace(/[*?[]/g, "[$&]");
}

function expression(expr: ExprData): string {
  switch (expr.op) {
    case "not":
      return `${expression(expr.arg)}.not()`;
    case "and":
    case "or": {
      const [first, ...others] = expr.args.map(expression);
      if (first === undefined)
        throw failure("unsupported", "export", "A filter of no conditions has no program.");
      return others.length > 0 ? `${first}.${expr.op}(${others.join(", ")})` : first;
    }
    case "isNull":
    case "isNotNull":
      return `${column(expr.column)}.${expr.op}()`;
    case "between":
      return `${column(expr.column)}.between(${literal(expr.low)}, ${literal(expr.high)})`;
    case "isIn":
      return `${column(expr.column)}.isIn([${expr.values.map(literal).join(", ")}])`;
    default:
      return `${column(expr.column)}.${expr.op}(${literal(expr.value)})`;
  }
}

function column(operand: Operand): string {
  if (isLength(operand)) return `${column(operand.length)}.length()`;
  // A name alone is the column of that name, dots and all.
  const [name, ...fields] = typeof operand === "string" ? [operand] : operand;
  return `col(${JSON.stringify(fields.length > 0 ? operand : name)})`;
}

function literal(value: Literal): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const [[kind = "", name = ""] = []] = Object.entries(value);
  if (kind === "int") return `${name}n`;
  if (kind === "float") return name === "NaN" ? "Number.NaN" : name.replace("inf", "Infinity");
  if (kind === "bytes")
    return `new Uint8Array([${name.match(/../g)?.map((hex) => Number.parseInt(hex, 16)) ?? ""}])`;
  return `{ ${kind}: ${text(name)} }`;
}

function text(value: string): string {
  return JSON.stringify(value);
}
