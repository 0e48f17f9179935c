// The unmodified @huggingface/hub writes to the local Hub, signs in there, and reads back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as hf from "@huggingface/hub";
import { startHub } from "./local-hub.js";

const repo = { type: "dataset", name: "user/written" };
const large = new Blob([Uint8Array.from({ length: 20_000_000 }, (_, index) => (index * index) % 253)]);
let hub;
let options;

before(async () => {
  hub = await startHub();
  options = { repo, hubUrl: hub.hub, accessToken: "hf_write", useXet: false };
  await hf.createRepo({ ...options, license: "mit" });
});

after(() => hub.stop());

async function paths(revision) {
  const found = [];
  for await (const file of hf.listFiles({ ...options, revision, recursive: true })) {
    if (file.type === "file" && file.path !== ".gitattributes") found.push(file.path);
  }
  return found.sort();
}

async function content(path, revision) {
  return await (await hf.downloadFile({ ...options, path, revision })).arrayBuffer();
}

test("createRepo", async () => {
  await assert.rejects(hf.createRepo(options), { statusCode: 409 });
  const made = { ...options, repo: "datasets/org/made" };
  const { repoUrl } = await hf.createRepo({ ...made, private: true });
  assert.equal(repoUrl, `${hub.hub}/datasets/org/made`);
  const info = await hf.datasetInfo({ ...options, name: "org/made" });
  assert.equal(info.private, true);
  await hf.deleteRepo(made);
  assert.equal(await hf.repoExists(made), false);
});

test("uploadFile, small and in parts", async () => {
  await hf.uploadFile({ ...options, file: { path: "a.txt", content: new Blob(["text"]) } });
  assert.equal(Buffer.from(await content("a.txt")).toString(), "text");

  await hub.ask("POST", "/reset");
  await hf.uploadFile({ ...options, file: { path: "large.bin", content: large } });
  const puts = (await hub.ask("GET", "/log")).filter((entry) => entry.method === "PUT");
  const lengths = puts.map((entry) => entry.bytes_received).sort();
  assert.deepEqual(lengths, [3_222_784, 8_388_608, 8_388_608]);
  assert.ok(puts.every((entry) => !entry.authorization && entry.origin === "storage"));
  assert.deepEqual(await content("large.bin"), await large.arrayBuffer());

  await hub.ask("POST", "/reset");
  await hf.uploadFile({ ...options, file: { path: "again.bin", content: large } });
  const again = await hub.ask("GET", "/counters");
  assert.equal(again.storage.requests.PUT, undefined);
});

test("uploadFiles, commit and deleteFiles", async () => {
  const files = ["x/1.txt", "x/2.txt"].map((path) => ({ path, content: new Blob([path]) }));
  const { commit } = await hf.uploadFiles({ ...options, files, commitTitle: "Two files" });
  assert.equal(commit.url, `${hub.hub}/datasets/user/written/commit/${commit.oid}`);
  await hf.commit({
    ...options,
    title: "Change",
    parentCommit: commit.oid,
    operations: [
      { operation: "addOrUpdate", path: "x/3.txt", content: new Blob(["3"]) },
      { operation: "delete", path: "x/1.txt" },
    ],
  });
  const under = (await paths()).filter((path) => path.startsWith("x/"));
  assert.deepEqual(under, ["x/2.txt", "x/3.txt"]);
  const stale = hf.commit({
    ...options,
    title: "Stale",
    parentCommit: commit.oid,
    operations: [{ operation: "delete", path: "x/2.txt" }],
  });
  await assert.rejects(stale, { statusCode: 412 });
  await hf.deleteFiles({ ...options, paths: under });
  assert.deepEqual(
    (await paths()).filter((path) => path.startsWith("x/")),
    [],
  );
  await assert.rejects(hf.deleteFile({ ...options, path: "absent" }), { statusCode: 404 });
});

test("branches and pull requests", async () => {
  await hf.createBranch({ ...options, branch: "dev/one" });
  await assert.rejects(hf.createBranch({ ...options, branch: "dev/one" }), { statusCode: 409 });
  const file = { path: "dev.txt", content: new Blob(["dev"]) };
  await hf.uploadFile({ ...options, branch: "dev/one", file });
  assert.equal(Buffer.from(await content("dev.txt", "dev/one")).toString(), "dev");
  assert.ok(!(await paths()).includes("dev.txt"));
  await hf.deleteBranch({ ...options, branch: "dev/one" });

  const pull = await hf.uploadFile({ ...options, file, isPullRequest: true });
  assert.equal(pull.pullRequestUrl, `${hub.hub}/datasets/user/written/discussions/1`);
  assert.ok((await paths("refs/pr/1")).includes("dev.txt"));
});

test("an upload cut short leaves the repo as it was", async () => {
  const before = await paths();
  await hub.ask("POST", "/faults", {
    origin: "storage",
    method: "PUT",
    kind: "cut_upload",
    after_bytes: 1000,
  });
  const content = new Blob([new Uint8Array(100_000).fill(1)]);
  await assert.rejects(hf.uploadFile({ ...options, file: { path: "cut.bin", content } }));
  await hub.ask("POST", "/reset");
  assert.deepEqual(await paths(), before);
});

test("signing in, and what the scopes allow", async () => {
  async function signIn(scopes, tamper = (code) => code) {
    const secrets = {};
    const clientId = "https://app.example/.well-known/oauth-cimd";
    const redirectUrl = "http://127.0.0.1:5173/page?a=b";
    const url = await hf.oauthLoginUrl({
      clientId,
      scopes,
      redirectUrl,
      hubUrl: hub.hub,
      state: "mine",
      localStorage: secrets,
    });
    const redirect = await fetch(url, { redirect: "manual" });
    return await hf.oauthHandleRedirect({
      redirectedUrl: tamper(redirect.headers.get("location")),
      hubUrl: hub.hub,
      ...secrets,
    });
  }
  const session = await signIn("openid profile contribute-repos");
  assert.match(session.accessToken, /^hf_oauth_/);
  assert.equal(session.userInfo.preferred_username, "user");
  assert.deepEqual([session.state, session.scope], ["mine", "openid profile contribute-repos"]);
  const app = { ...options, accessToken: session.accessToken };
  const own = { ...app, repo: "datasets/user/from-the-app" };
  await hf.createRepo(own);
  const file = { path: "a.txt", content: new Blob(["a"]) };
  await hf.uploadFile({ ...own, file });
  await assert.rejects(hf.uploadFile({ ...app, file }), { statusCode: 403 });
  await assert.rejects(hf.deleteRepo(own), { statusCode: 403 });

  const reader = await signIn("openid profile read-repos");
  const refused = hf.createRepo({ ...own, repo: "datasets/user/no", accessToken: reader.accessToken });
  await assert.rejects(refused, { statusCode: 403 });

  let used;
  await signIn("openid profile", (url) => {
    used = url;
    return url;
  });
  await assert.rejects(signIn("openid profile", () => used)); // its state is another session's
  await hub.ask("PUT", "/settings", { oauth_user: "" });
  await assert.rejects(signIn("openid profile"), /access_denied/);
});
