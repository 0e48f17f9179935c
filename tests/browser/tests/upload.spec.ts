/** Uploads from a page: repos, files as they are, progress, and what a browser's rules for other origins allow. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Hub } from "hubframe";
import type { LocalHub } from "../support/local-hub.js";
import { FIXTURES } from "../support/paths.js";
import { expect, test } from "../support/test.js";

/** The storage's `PUT`s that were carried out, and their bytes. */
async function bodies(hub: LocalHub) {
  const puts = (await hub.log()).filter(({ method, status }) => method === "PUT" && status === 200);
  return { count: puts.length, bytes: puts.reduce((sum, { bytes_received }) => sum + bytes_received, 0) };
}

test("a page makes a repo, uploads files in parts with progress, and removes it", async ({
  plainPage,
  freshHub,
}) => {
  const result = await plainPage.evaluate(async (endpoint) => {
    const hub = new hubframe.Hub({ endpoint, token: "hf_write", workers: 2 });
    const me = await hub.whoAmI();
    const made = await hub.createDataset(`${me.name}/from-page`, { private: true, license: "mit" });
    const random = new Uint8Array(20_000_000);
    for (let at = 0; at < random.length; at += 65_536) {
      crypto.getRandomValues(random.subarray(at, Math.min(at + 65_536, random.length)));
    }
    const times: number[] = [];
    const stages = new Set<string>();
    const onProgress = ({ stage }: { stage: string }) => {
      times.push(performance.now());
      stages.add(stage);
    };
    const add = [
      { path: "big.bin", blob: new Blob([random], { type: "application/octet-stream" }) },
      { path: "notes/a.txt", blob: new Blob(["hello"]) },
    ];
    const first = await hub.commitFiles(made.repo, { add, onProgress, commitMessage: "First" });
    const again = await hub.commitFiles(made.repo, { add: add.slice(0, 1) });
    const back = await hub.readFile(`hf://datasets/${made.repo}/notes/a.txt`);
    await hub.deleteDataset(made.repo, { confirm: made.repo });
    const gone = await hub.readFile(`hf://datasets/${made.repo}/notes/a.txt`).catch((error) => error.code);
    const longest = Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? time)));
    hub.close();
    return { made, first, again, back: new TextDecoder().decode(back), gone, stages: [...stages], longest };
  }, freshHub.endpoint);
  expect(result.made).toMatchObject({ repo: "user/from-page", created: true });
  expect(result.first.files).toEqual(["big.bin", "notes/a.txt"]);
  expect(result.again.oid).toBe(result.first.oid);
  expect(result.back).toBe("hello");
  expect(result.gone).toBe("not_found");
  expect(result.stages).toEqual(expect.arrayContaining(["hashing", "sending", "stored", "committing"]));
  // Three parts of 8 MiB at most, sent once.
  expect(await bodies(freshHub)).toEqual({ count: 3, bytes: 20_000_000 });
  const log = await freshHub.log();
  expect(log.filter(({ origin, authorization }) => origin === "storage" && authorization)).toEqual([]);
});

test("progress comes at least four times a second while bytes flow", async ({ plainPage, freshHub }) => {
  await freshHub.network("storage", { bytes_per_second: 2_000_000 });
  const gaps = await plainPage.evaluate(async (endpoint) => {
    const hub = new hubframe.Hub({ endpoint, token: "hf_write", workers: 1 });
    await hub.createDataset("user/slow", { existOk: true });
    const times: number[] = [];
    const add = [{ path: "slow.bin", blob: new Blob([new Uint8Array(6_000_000).fill(7)]) }];
    await hub.commitFiles("user/slow", {
      add,
      onProgress: ({ stage }) => stage === "sending" && times.push(performance.now()),
    });
    hub.close();
    return times.slice(1).map((time, index) => time - (times[index] ?? time));
  }, freshHub.endpoint);
  expect(gaps.length).toBeGreaterThan(4);
  // The machine may be busy: the median is what the code decides.
  expect([...gaps].sort((a, b) => a - b)[Math.floor(gaps.length / 2)]).toBeLessThan(250);
});

test("an upload that was cancelled goes on where it stopped", async ({ plainPage, freshHub }) => {
  await freshHub.network("storage", { bytes_per_second: 8_000_000 });
  const outcome = await plainPage.evaluate(async (endpoint) => {
    const hub = new hubframe.Hub({ endpoint, token: "hf_write", workers: 1 });
    await hub.createDataset("user/cancelled", { existOk: true });
    const bytes = new Uint8Array(40_000_000).map((_, index) => (index * 31 + (index >> 9)) % 251);
    const add = [{ path: "big.bin", blob: new Blob([bytes]) }];
    const controller = new AbortController();
    const cancelled = await hub
      .commitFiles("user/cancelled", {
        add,
        signal: controller.signal,
        onProgress: ({ sentBytes }) => sentBytes > 25_000_000 && controller.abort(),
      })
      .then(
        () => "done",
        (error) => error.code,
      );
    const missing = await hub.readFile("hf://datasets/user/cancelled/big.bin").catch((error) => error.code);
    await hub.commitFiles("user/cancelled", { add });
    hub.close();
    return { cancelled, missing };
  }, freshHub.endpoint);
  expect(outcome).toEqual({ cancelled: "aborted", missing: "not_found" });
  // Each of the five parts was stored once, whatever had begun when it was cancelled.
  expect(await bodies(freshHub)).toEqual({ count: 5, bytes: 40_000_000 });
});

test("what goes wrong says what to do", async ({ plainPage, freshHub }) => {
  const codes = await plainPage.evaluate(async (endpoint) => {
    const write = new hubframe.Hub({ endpoint, token: "hf_write", workers: 1 });
    const read = new hubframe.Hub({ endpoint, token: "hf_read", workers: 1 });
    const add = [{ path: "a.bin", blob: new Blob([new Uint8Array(100)]) }];
    const code = (promise: Promise<unknown>) =>
      promise.then(
        () => "done",
        (error) => error.code,
      );
    const codes = {
      anonymous: await code(new hubframe.Hub({ endpoint, workers: 1 }).whoAmI()),
      readOnly: await code(read.commitFiles("fixtures/chat", { add })),
      foreign: await code(write.createDataset("somebody/else")),
      nowhere: await code(write.commitFiles("user/nowhere", { add })),
      unconfirmed: await code(write.deleteDataset("user/x", { confirm: "x" })),
    };
    write.close();
    read.close();
    return codes;
  }, freshHub.endpoint);
  expect(codes).toEqual({
    anonymous: "unauthorized",
    readOnly: "forbidden",
    foreign: "forbidden",
    nowhere: "not_found",
    unconfirmed: "invalid",
  });
});

test("Node uploads by fetch", async ({ freshHub }) => {
  const hub = new Hub({ endpoint: freshHub.endpoint, token: "hf_write" });
  const repo = "user/from-node";
  await hub.createDataset(repo, { existOk: true });
  const parquet = readFileSync(join(FIXTURES, "fixtures/chat/data/train-00000-of-00001.parquet"));
  const big = new Uint8Array(9_000_000).fill(1);
  const add = [
    { path: "train/a.parquet", blob: new Blob([parquet]) },
    { path: "big.bin", blob: new Blob([big]) },
  ];
  const { files } = await hub.commitFiles(repo, { add });
  expect(files).toEqual(["train/a.parquet", "big.bin"]);
  expect(await (await hub.readParquet(`hf://datasets/${repo}/train`)).count()).toBeGreaterThan(0);
  await hub.deleteDataset(repo, { confirm: repo });
  hub.close();
});
