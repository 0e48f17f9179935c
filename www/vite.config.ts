import { defineConfig, type Plugin, type Rolldown } from "vite";

const PAGES = ["preview", "uploader"];

export default defineConfig({
  // Relative addresses: the pages work in any folder of any static server.
  base: "./",
  build: {
    target: "es2022",
    // Browsers without `modulepreload` do without.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: PAGES.map((page) => `${page}/index.html`),
      // Its modules only define things, but its package.json does not say so.
      treeshake: { moduleSideEffects: [{ test: /@uwdata\/flechette/, sideEffects: false }] },
      output: {
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [{ name: chunkOf, tags: ["$initial"] }],
        },
      },
    },
  },
  worker: { format: "es" },
  plugins: [preloadWasm("preview")],
});

/** Has the WebAssembly fetched beside the scripts of a page which needs it at once, and not after them. */
function preloadWasm(page: string): Plugin {
  return {
    name: "preload-wasm",
    transformIndexHtml: {
      order: "post",
      handler(_html, { path, bundle = {} }) {
        const file = Object.keys(bundle).find((name) => /\/hubframe_bg-[^/]*\.wasm$/.test(name));
        if (path !== `/${page}/index.html` || file === undefined) return [];
        const attrs = { rel: "preload", as: "fetch", crossorigin: true, href: `../${file}` };
        return [{ tag: "link", attrs, injectTo: "head" }];
      },
    },
  };
}

/**
 * The chunk of a module that some page needs at once: with all others that the same pages need, at once or later. One
 * module a chunk would compress badly, and one chunk for all would bring to a page what only the other one needs.
 */
function chunkOf(id: string, graph: Rolldown.ChunkingContext): string {
  const atOnce = reached(id, graph, ({ importers }) => importers);
  const ever = reached(id, graph, ({ importers, dynamicImporters }) => [...importers, ...dynamicImporters]);
  const names = PAGES.filter((page) => ever.has(page)).map((page) =>
    atOnce.has(page) ? page : `later-${page}`,
  );
  return names.join("-");
}

/** The pages that lead to a module, by the imports that `importersOf` goes back. */
function reached(
  id: string,
  graph: Rolldown.ChunkingContext,
  importersOf: (module: Rolldown.ModuleInfo) => readonly string[],
): ReadonlySet<string> {
  const seen = new Set([id]);
  for (const one of seen) {
    const module = graph.getModuleInfo(one);
    for (const importer of module ? importersOf(module) : []) seen.add(importer);
  }
  return new Set(PAGES.filter((page) => [...seen].some((one) => one.endsWith(`/${page}/index.html`))));
}
