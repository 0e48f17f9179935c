import { defineConfig } from "vite";

export default defineConfig({
  // Relative addresses: the pages work in any folder of any static server.
  base: "./",
  build: { target: "es2022", rolldownOptions: { input: ["preview/index.html", "uploader/index.html"] } },
  worker: { format: "es" },
});
