import { defineConfig } from "@playwright/test";
import { settings } from "./support/settings.js";

export default defineConfig({ ...settings, testDir: "tests" });
