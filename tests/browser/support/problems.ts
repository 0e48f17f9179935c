/** A `test` that fails when anything goes wrong in its page. */
import { test as base, expect } from "./test.js";

/** Errors that the page logged or threw, and violations of its Content-Security-Policy. */
export const test = base.extend<{ problems: string[] }>({
  problems: [
    async ({ page }, use) => {
      const problems: string[] = [];
      page.on("pageerror", (error) => problems.push(String(error)));
      page.on("console", (message) => {
        // A browser logs every answer that is an error, and what has none; the page says so in its own words.
        const isAnswer = message.text().startsWith("Failed to load resource");
        if (message.type() === "error" && !isAnswer) problems.push(message.text());
      });
      await use(problems);
      expect(problems).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
