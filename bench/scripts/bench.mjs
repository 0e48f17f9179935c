// Runs run.ts with the arguments of this program. Node 20 does not read TypeScript; Vite, which builds the page, does.
import { join } from "node:path";
import { runnerImport } from "vite";

const run = join(import.meta.dirname, "../run.ts");
const { module } = await runnerImport(run, { configFile: false, logLevel: "warn" });
process.exitCode = await module.main(process.argv.slice(2));
