/** Aggregates by two workers of a page: the values that Python finds, and no request where footers answer. */
import { readFileSync } from "node:fs";
import { expect, test } from "../support/test.js";

interface Golden {
  readonly path: string;
  readonly aggregates: { readonly [column: string]: { readonly [name: string]: unknown } };
  readonly describe: unknown;
}

const golden: Golden[] = JSON.parse(
  readFileSync(new URL("../../fixtures/statistics.json", import.meta.url), "utf8"),
);

test("counts and extremes come from the footer", async ({ plainPage, freshHub }) => {
  const path = "fixtures/pages/indexed.parquet";
  const { found, events } = await plainPage.evaluate(
    async ({ endpoint, path }) => {
      const events: import("hubframe").RequestEvent[] = [];
      const hub = new hubframe.Hub({ endpoint, workers: 2, onRequest: (event) => events.push(event) });
      const df = await hub.readParquet(path);
      await df.count();
      events.length = 0;
      const { id, score } = await df.aggregate({
        id: ["count", "nullCount", "min", "max"],
        score: ["min", "max"],
      });
      hub.close();
      return { found: { ...id, min: String(id.min), max: String(id.max), score }, events };
    },
    { endpoint: freshHub.endpoint, path: `hf://datasets/${path}` },
  );
  const { score } = golden.find((entry) => entry.path === path)?.aggregates ?? {};
  const extremes = { min: score?.min, max: score?.max };
  expect(found).toEqual({ count: 20_000, nullCount: 0, min: "0", max: "19999", score: extremes });
  expect(events).toEqual([]);
});

for (const name of [
  "fixtures/many-files/data",
  "fixtures/pages/indexed.parquet",
  "fixtures/types/floats.parquet",
]) {
  test(`describes ${name} as Python does`, async ({ plainPage, freshHub }) => {
    const entry = golden.find(({ path }) => path === name);
    const described = await plainPage.evaluate(
      async ({ endpoint, path }) => {
        const hub = new hubframe.Hub({ endpoint, workers: 2 });
        const df = await hub.readParquet(path);
        const described = await df.describe();
        hub.close();
        return described;
      },
      { endpoint: freshHub.endpoint, path: `hf://datasets/${name}` },
    );
    expect(described).toEqual(entry?.describe);
  });
}

test("rows of the page are measured like those of files, and are no program's", async ({ plainPage }) => {
  const found = await plainPage.evaluate(async () => {
    const df = await hubframe.fromRows([
      { n: 1, word: "a" },
      { n: 2, word: "b" },
      { n: 4, word: "b" },
    ]);
    const renamed = df.rename({ n: "number", word: "n" });
    const { number } = await renamed.aggregate({ number: ["count", "max", "median"] });
    const { values } = await renamed.valueCounts("n");
    const { num_examples } = await df.describe();
    let refusal: string | undefined;
    try {
      await df.toDask();
    } catch (error) {
      refusal = hubframe.isHubframeError(error) ? error.code : undefined;
    }
    const text = await hubframe.fromFiles([new File(["n\n1\n2\n"], "n.csv")]);
    const ofText = await text.describe().catch((error) => error.code);
    return { number: { ...number, max: String(number.max) }, values, num_examples, refusal, ofText };
  });
  expect(found).toEqual({
    number: { count: 3, max: "4", median: 2 },
    values: [
      { value: "b", count: 2 },
      { value: "a", count: 1 },
    ],
    num_examples: 3,
    refusal: "unsupported",
    ofText: "unsupported",
  });
});

test("an abort ends the requests", async ({ plainPage, freshHub }) => {
  await freshHub.network("both", { rtt_ms: 200 });
  const code = await plainPage.evaluate(async (endpoint) => {
    const hub = new hubframe.Hub({ endpoint, workers: 2 });
    const df = await hub.readParquet("hf://datasets/fixtures/many-files/data");
    const stop = new AbortController();
    const described = df.describe({ signal: stop.signal }).catch((error) => error.code);
    setTimeout(() => stop.abort(), 50);
    const code = await described;
    hub.close();
    return code;
  }, freshHub.endpoint);
  expect(code).toBe("aborted");
});
