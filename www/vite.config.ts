import { defineConfig, type Plugin, type Rolldown } from "vite";

/** What rows are read and drawn by. */
const ROWS = /\/(preview\/table|whole-frame|flechette\/src\/decode\/table-from-ipc)\.js$/;

/** Exports all that flechette is: what is imported through it does not need all of that. */
const BARREL = /\/flechette\/src\/index\.js$/;

// One page a build, and `--mode` names it: a chunk that two pages share holds what only one of them needs at once.
export default defineConfig(({ mode }) => ({
  // Relative addresses: the pages work in any folder of any static server.
  base: "./",
  build: {
    target: "es2022",
    // Browsers without `modulepreload` do without.
    modulePreload: { polyfill: false },
    // The pages share a folder; the first of them clears it.
    emptyOutDir: mode === "preview",
    rolldownOptions: {
      input: `${mode}/index.html`,
      // Its modules only define things, but its package.json does not say so.
      treeshake: { moduleSideEffects: [{ test: /@uwdata\/flechette/, sideEffects: false }] },
      output: {
        // Few and large, since small ones compress badly: what a page begins with, and what it needs for its first rows.
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [{ name: mode, tags: ["$initial"] }, { name: rowsChunk }],
        },
      },
    },
  },
  worker: { format: "es" },
  plugins: mode === "preview" ? [preloadWasm()] : [],
}));

/** The chunk of a module that rows cannot be read or drawn without. */
function rowsChunk(id: string, graph: Rolldown.ChunkingContext): string | null {
  const seen = new Set([id]);
  for (const one of seen) {
    const importers = BARREL.test(one) ? [] : (graph.getModuleInfo(one)?.importers ?? []);
    for (const importer of importers) seen.add(importer);
  }
  return [...seen].some((one) => ROWS.test(one)) ? "rows" : null;
}

/** Has the WebAssembly fetched beside the scripts of a page which needs it at once, and not after them. */
function preloadWasm(): Plugin {
  return {
    name: "preload-wasm",
    transformIndexHtml: {
      order: "post",
      handler(_html, { bundle = {} }) {
        const file = Object.keys(bundle).find((name) => /\/hubframe_bg-[^/]*\.wasm$/.test(name));
        if (file === undefined) return [];
        const attrs = { rel: "preload", as: "fetch", crossorigin: true, href: `../${file}` };
        return [{ tag: "link", attrs, injectTo: "head" }];
      },
    },
  };
}
