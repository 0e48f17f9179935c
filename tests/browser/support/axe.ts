/** axe, run in a page as it stands: its shadow roots included. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What the three looks of a page are called, and how a browser is told. */
export const APPEARANCES = {
  light: { colorScheme: "light", forcedColors: "none" },
  dark: { colorScheme: "dark", forcedColors: "none" },
  "forced colours": { colorScheme: "light", forcedColors: "active" },
} as const;

/** The rules that the page breaks, with the elements that do. */
export async function axeViolations(page: Page): Promise<unknown[]> {
  return page.evaluate(
    `${source}; axe.run().then(({ violations }) => violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) })))`,
  );
}
