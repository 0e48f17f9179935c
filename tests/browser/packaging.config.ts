import { defineConfig } from "@playwright/test";
import { settings } from "./support/settings.js";

// Installing and building takes longer than reading.
export default defineConfig({ ...settings, testDir: "packaging", timeout: 120_000 });
