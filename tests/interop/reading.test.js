// The unmodified @huggingface/hub reads from the local Hub.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as hf from "@huggingface/hub";
import { startHub } from "./local-hub.js";

const repo = { type: "dataset", name: "user/demo" };
const large = Uint8Array.from({ length: 2_000_000 }, (_, index) => index % 251);
let hub;
let options;

before(async () => {
  hub = await startHub();
  options = { repo, hubUrl: hub.hub, accessToken: "hf_read" };
  await hub.ask("POST", "/repos", {
    id: repo.name,
    files: {
      "README.md": "# demo\n",
      "notes/a b.txt": "text",
      "large.bin": { base64: Buffer.from(large).toString("base64") },
    },
    refs: {
      "refs/convert/parquet": { files: { "default/train/0000.parquet": "PAR1" } },
      "refs/heads/feature/x": { files: { "x.txt": "x" } },
    },
  });
});

after(() => hub.stop());

async function collect(generator) {
  const items = [];
  for await (const item of generator) items.push(item);
  return items;
}

test("whoAmI", async () => {
  const me = await hf.whoAmI({ hubUrl: hub.hub, accessToken: "hf_write" });
  assert.deepEqual([me.type, me.name, me.auth.accessToken.role], ["user", "user", "write"]);
  await assert.rejects(hf.whoAmI({ hubUrl: hub.hub, accessToken: "hf_nobody" }), { statusCode: 401 });
});

test("listFiles", async () => {
  const files = await collect(hf.listFiles({ ...options, recursive: true }));
  const paths = files.map((file) => file.path).sort();
  assert.deepEqual(paths, [".gitattributes", "README.md", "large.bin", "notes", "notes/a b.txt"]);
  const file = files.find((file) => file.path === "large.bin");
  assert.equal(file.lfs.size, large.length);
  const path = "default/train";
  const converted = await collect(hf.listFiles({ ...options, revision: "refs/convert/parquet", path }));
  assert.deepEqual(
    converted.map((file) => file.path),
    ["default/train/0000.parquet"],
  );
  const expanded = await collect(hf.listFiles({ ...options, expand: true }));
  assert.ok(expanded.every((file) => file.lastCommit?.id));
});

test("listFiles over pages", async () => {
  const many = [{ template: "part-{}.txt", count: 2500, content: "x" }];
  await hub.ask("POST", "/repos", { id: "user/many", many });
  const files = await collect(hf.listFiles({ ...options, repo: "datasets/user/many" }));
  assert.equal(new Set(files.map((file) => file.path)).size, 2501);
});

test("downloadFile and slices of it", async () => {
  const small = await hf.downloadFile({ ...options, path: "README.md" });
  assert.equal(await small.text(), "# demo\n");
  const spaced = await hf.downloadFile({ ...options, path: "notes/a b.txt" });
  assert.equal(await spaced.text(), "text");

  await hub.ask("DELETE", "/log");
  const blob = await hf.downloadFile({ ...options, path: "large.bin" });
  assert.equal(blob.size, large.length);
  const slice = new Uint8Array(await blob.slice(1000, 1010).arrayBuffer());
  assert.deepEqual(slice, large.slice(1000, 1010));
  assert.deepEqual(new Uint8Array(await blob.arrayBuffer()), large);
  const storage = (await hub.ask("GET", "/log")).filter((entry) => entry.origin === "storage");
  assert.ok(storage.length > 0);
  assert.ok(storage.every((entry) => !entry.authorization));
  assert.equal(await hf.downloadFile({ ...options, path: "absent" }), null);
});

test("fileDownloadInfo", async () => {
  const info = await hf.fileDownloadInfo({ ...options, path: "large.bin" });
  assert.equal(info.size, large.length);
  const small = await hf.fileDownloadInfo({ ...options, path: "README.md" });
  assert.equal(small.size, 7);
  assert.equal(await hf.fileDownloadInfo({ ...options, path: "absent" }), null);
});

test("fileExists", async () => {
  assert.equal(await hf.fileExists({ ...options, path: "README.md" }), true);
  assert.equal(await hf.fileExists({ ...options, path: "absent" }), false);
  assert.equal(await hf.fileExists({ ...options, revision: "feature/x", path: "x.txt" }), true);
});

test("pathsInfo", async () => {
  const infos = await hf.pathsInfo({ ...options, paths: ["README.md", "absent", "notes"], expand: true });
  assert.deepEqual(
    infos.map((info) => [info.path, info.type]),
    [
      ["README.md", "file"],
      ["notes", "directory"],
    ],
  );
  assert.ok(infos[0].lastCommit.date instanceof Date);
});

test("datasetInfo, repoExists, checkRepoAccess", async () => {
  const { name, gated, updatedAt } = await hf.datasetInfo({ ...options, name: repo.name });
  assert.deepEqual([name, gated, updatedAt instanceof Date], [repo.name, false, true]);
  assert.equal(await hf.repoExists(options), true);
  assert.equal(await hf.repoExists({ ...options, repo: "datasets/user/absent" }), false);
  await hf.checkRepoAccess(options);
});

test("listCommits and countCommits", async () => {
  for (const number of [1, 2, 3]) {
    await hub.ask("POST", "/repos/user/many/commits", {
      title: `change ${number}`,
      files: { a: `${number}` },
    });
  }
  const many = { ...options, repo: "datasets/user/many" };
  const commits = await collect(hf.listCommits({ ...many, batchSize: 2 }));
  assert.deepEqual(
    commits.map((commit) => commit.title),
    ["change 3", "change 2", "change 1", "Upload files", "initial commit"],
  );
  assert.equal(await hf.countCommits(many), 5);
});

test("refusals", async () => {
  const absent = { ...options, repo: "datasets/user/absent" };
  await assert.rejects(collect(hf.listFiles(absent)), { statusCode: 404 });
  await assert.rejects(hf.downloadFile({ ...absent, path: "a" }), { statusCode: 404 });
  await assert.rejects(collect(hf.listFiles({ ...options, revision: "absent" })), { statusCode: 404 });
  await hub.ask("POST", "/repos", { id: "other/gated", gated: "auto", files: { "a.txt": "a" } });
  const gated = { ...options, repo: "datasets/other/gated", path: "a.txt" };
  await assert.rejects(hf.downloadFile(gated), { statusCode: 403 });
  await hub.ask("POST", "/repos", { id: "other/private", private: true, files: { "a.txt": "a" } });
  await assert.rejects(hf.checkRepoAccess({ ...options, repo: "datasets/other/private" }), {
    statusCode: 404,
  });
});
