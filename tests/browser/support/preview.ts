/** The preview page as it is built: its address, its grid, and a `test` that fails when anything goes wrong in it. */
import type { Locator, Page } from "@playwright/test";
import type { LocalHub } from "./local-hub.js";
import { expect, test } from "./problems.js";
import type { StaticServer } from "./static.js";

/** The page that shows a repo of a hub. */
export function address(site: StaticServer, hub: LocalHub, repo: string, rest = ""): string {
  return `${site.origin}/preview/?repo=${encodeURIComponent(repo)}&endpoint=${encodeURIComponent(hub.endpoint)}${rest}`;
}

/** The table. */
export const grid = (page: Page): Locator => page.getByRole("grid");

/** The texts of a row, once it is here. */
export async function row(page: Page, index: number): Promise<string[]> {
  const line = grid(page).locator(`[role=row][aria-rowindex="${index + 2}"]`);
  await expect(line.locator("[role=gridcell]:not(.absent)").first()).toBeVisible();
  await expect(line.locator(".absent")).toHaveCount(0);
  const texts = await line.locator("[role=gridcell]").allTextContents();
  // Between two looks the rows of another view may have come.
  return texts.length > 0 ? texts : row(page, index);
}

/** A cell that is on screen. */
export function cell(page: Page, row: number, column: number): Locator {
  return grid(page).locator(`[role=row][aria-rowindex="${row + 2}"] [data-column="${column}"]`);
}

/** Every row index that is on screen or just beside it. */
export async function drawnRows(page: Page): Promise<number[]> {
  const indexes = await grid(page)
    .locator(".body > [role=row]")
    .evaluateAll((rows) => rows.map((row) => Number(row.ariaRowIndex) - 2));
  return indexes.sort((a, b) => a - b);
}

/** The state that the address holds. */
export const query = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams);

export { expect, test };
