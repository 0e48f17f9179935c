import { afterEach, expect, test, vi } from "vitest";
import { type Asker, askForDataset, askForPath } from "../src/early.js";
import type { RequestEvent } from "../src/types.js";

const ENDPOINT = "http://hub.test";
const SHA = "a".repeat(40);
const API = `${ENDPOINT}/api/datasets/me/data`;
const LISTING = [
  { type: "directory", path: "train", size: 0 },
  { type: "file", path: "train/b.parquet", size: 200_000 },
  { type: "file", path: "train/a.parquet", size: 100_000 },
  { type: "file", path: ".hidden/0.parquet", size: 1 },
  { type: "file", path: "README.md", size: 1 },
];

afterEach(() => vi.unstubAllGlobals());

/** A Hub whose answers are JSON, or the status of a failure; and what it is asked. */
function fakeHub(answers: Record<string, unknown>, asker: Partial<Asker> = {}) {
  const asked: string[] = [];
  const events: RequestEvent[] = [];
  vi.stubGlobal("fetch", async (url: string, { headers }: { headers: Record<string, string> }) => {
    asked.push([url.replace(ENDPOINT, ""), headers.range, headers.authorization].filter(Boolean).join(" "));
    const answer = answers[url];
    if (answer === undefined) throw new TypeError("Failed to fetch");
    return typeof answer === "number"
      ? new Response(null, { status: answer })
      : new Response(JSON.stringify(answer));
  });
  const onRequest = (event: RequestEvent) => events.push(event);
  return {
    asked,
    events,
    asker: { endpoint: ENDPOINT, token: undefined, cache: undefined, onRequest, ...asker },
  };
}

const HUB = {
  [`${API}/revision/main?expand=sha`]: { sha: SHA },
  [`${API}/tree/main?recursive=true&expand=false`]: LISTING,
  [`${ENDPOINT}/datasets/me/data/resolve/${SHA}/train/a.parquet`]: "tail",
};

test("asks for the commit and the listing, then for the end of the first file", async () => {
  const { asker, asked, events } = fakeHub(HUB);
  const answers = await askForPath(asker, { path: "hf://datasets/me/data" });
  expect(asked).toEqual([
    "/api/datasets/me/data/revision/main?expand=sha",
    "/api/datasets/me/data/tree/main?recursive=true&expand=false",
    `/datasets/me/data/resolve/${SHA}/train/a.parquet bytes=34464-99999`,
  ]);
  expect(answers.map(({ request }) => request)).toEqual(Object.keys(HUB));
  expect(answers[2]).toMatchObject({ range: "bytes=34464-99999", status: 200 });
  expect(events.map(({ url }) => url).every((url) => !url.includes("?"))).toBe(true);
  expect(events[2]).toMatchObject({ range: [34_464, 100_000], status: 200, bytes: 6 });
});

test("a commit is its own answer, and a file its own listing", async () => {
  const file = { type: "file", path: "data/x.pq", size: 10 };
  const url = `${API}/tree/${SHA}/data/x.pq?recursive=true&expand=false`;
  const { asker, asked } = fakeHub({ [url]: [file] });
  const answers = await askForPath(asker, { path: `hf://datasets/me/data@${SHA}/data/x.pq` });
  expect(asked[1]).toBe(`/datasets/me/data/resolve/${SHA}/data/x.pq bytes=0-9`);
  expect(answers).toHaveLength(1);
});

test("the token is sent to the Hub, and what a cache may have is not asked for", async () => {
  const { asker, asked } = fakeHub(HUB, { token: "hf_t", cache: {} });
  await askForPath(asker, { path: "hf://datasets/me/data" });
  expect(asked).toHaveLength(2);
  expect(asked.every((request) => request.endsWith(" Bearer hf_t"))).toBe(true);
});

test.each([
  "hf://datasets/me/data/*.parquet",
  "hf://datasets/me/data@refs/convert/parquet",
  "hf://datasets/me/data/../other",
  "hf://datasets/me/data/a b",
  "hf://me/data",
  "https://hub.test/datasets/me/data",
])("leaves %s to those who know what it means", async (path) => {
  const { asker, asked } = fakeHub(HUB);
  expect(await askForPath(asker, { path })).toEqual([]);
  expect(asked).toEqual([]);
});

test("of a dataset asks for the commit, the listing and the README, which may be missing", async () => {
  const readme = `${ENDPOINT}/datasets/me/data/resolve/main/README.md`;
  const { asker, asked } = fakeHub({ ...HUB, [readme]: 404 });
  const answers = await askForDataset(asker, { path: "hf://datasets/me/data" });
  expect(asked).toEqual([
    "/api/datasets/me/data/revision/main?expand=sha",
    "/api/datasets/me/data/tree/main?recursive=true&expand=false",
    "/datasets/me/data/resolve/main/README.md",
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 404]);
  expect(await askForDataset(asker, { path: "hf://datasets/me/data/train" })).toEqual([]);
});

test("what fails is left out", async () => {
  const { asker, events } = fakeHub({ ...HUB, [`${API}/revision/main?expand=sha`]: 503 });
  const answers = await askForPath(asker, { path: "hf://datasets/me/data" });
  expect(answers.map(({ request }) => request)).toEqual([`${API}/tree/main?recursive=true&expand=false`]);
  expect(events.map(({ status }) => status)).toEqual([503, 200]);
  const nobody = fakeHub({});
  expect(await askForPath(nobody.asker, { path: "hf://datasets/me/data" })).toEqual([]);
});
