import { defineConfig } from "vite";

export default defineConfig({
  root: "page",
  build: { target: "es2022", outDir: "../dist", emptyOutDir: true, assetsInlineLimit: 0 },
  worker: { format: "es" },
});
