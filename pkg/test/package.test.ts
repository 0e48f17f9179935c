import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const modules = ["./hubframe_bg.wasm", "./hubframe_whole_bg.wasm"];

describe("package.json", () => {
  it("is ESM only, with its types first and no entry but the named ones", () => {
    expect(manifest.type).toBe("module");
    expect(Object.keys(manifest.exports)).toEqual([
      ".",
      "./auth",
      "./preview",
      "./sign-in",
      "./uploader",
      "./worker",
      ...modules,
      "./package.json",
    ]);
    for (const entry of [".", "./auth", "./preview", "./sign-in", "./uploader", "./worker"]) {
      expect(Object.keys(manifest.exports[entry])).toEqual(["types", "default"]);
    }
    for (const field of ["main", "module", "browser", "types"]) expect(manifest).not.toHaveProperty(field);
    expect(manifest.files).toEqual(["dist"]);
    expect(manifest.sideEffects).toEqual([
      "./dist/worker.js",
      "./dist/preview/index.js",
      "./dist/preview/element.js",
      "./dist/preview/table.js",
      "./dist/uploader/index.js",
      "./dist/uploader/element.js",
      "./dist/uploader/rows-view.js",
      "./dist/auth/element.js",
    ]);
  });

  it("has few dependencies, and pins everything", () => {
    // Arrow for all of it, the Hub's own client for signing in; the rest for the elements.
    const dependencies = ["@huggingface/hub", "@uwdata/flechette", "lit", "marked"];
    expect(Object.keys(manifest.dependencies)).toEqual(dependencies);
    const versions: string[] = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
    for (const version of versions) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });
});

describe.skipIf(!existsSync(join(root, "dist")))("dist", () => {
  it("holds what the entries name", () => {
    for (const name of ["index.js", "index.d.ts", "worker.js", "hubframe.js", ...modules]) {
      expect(statSync(join(root, "dist", name)).size).toBeGreaterThan(0);
    }
  });

  it("names workers and modules in the words that bundlers look for, once each", () => {
    const hub = readFileSync(join(root, "dist/hub.js"), "utf8");
    const artefacts = readFileSync(join(root, "dist/artefacts.js"), "utf8");
    // In one piece, the words would be found here too, and replaced.
    const here = ["import", "meta", "url"].join(".");
    expect(hub.split(`new Worker(new URL("./worker.js", ${here}), { type: "module" })`)).toHaveLength(2);
    for (const name of modules) expect(artefacts.split(`new URL("${name}", ${here})`)).toHaveLength(2);
    expect(readFileSync(join(root, "dist/hubframe.js"), "utf8")).not.toContain(here);
  });

  it("keeps what is internal out of the declarations", () => {
    const frame = readFileSync(join(root, "dist/frame.d.ts"), "utf8");
    expect(frame).not.toContain("interface View");
    expect(frame).not.toMatch(/constructor\(/);
  });
});
