// Builds dist/: the compiled TypeScript, with the generated bindings and the WebAssembly modules beside it.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(root, "dist");
const generated = ["hubframe", "hubframe_whole"].flatMap((name) => [
  `${name}.js`,
  `${name}.d.ts`,
  `${name}_bg.wasm`,
]);

const missing = generated.filter((name) => !existsSync(join(root, "wasm", name)));
if (missing.length > 0) {
  console.error(`pkg/wasm lacks ${missing.join(", ")}. Run \`cargo xtask build\`, which makes them first.`);
  process.exit(1);
}

const typescript = dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
execFileSync(process.execPath, [join(typescript, "bin/tsc"), "-p", join(root, "tsconfig.build.json")], {
  stdio: "inherit",
});
for (const name of generated) cpSync(join(root, "wasm", name), join(dist, name));
