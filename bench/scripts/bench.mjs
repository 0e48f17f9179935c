// Runs run.ts, or writing.ts, with the arguments of this program. Node 20 does not read TypeScript; Vite, which builds
// the page, does.
import { join } from "node:path";
import { runnerImport } from "vite";

const args = process.argv.slice(2);
const program = args.includes("--write") || args.includes("--upload") ? "writing" : "run";
const run = join(import.meta.dirname, `../${program}.ts`);
const { module } = await runnerImport(run, { configFile: false, logLevel: "warn" });
process.exitCode = await module.main(args);
