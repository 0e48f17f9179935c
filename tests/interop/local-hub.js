// Starts a local Hub for one test file, and speaks to its control port.

import { execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The program that xtask built, or, without xtask, the one that cargo builds now. */
function hubBinary() {
  if (process.env.HUBFRAME_HUB_BIN) return process.env.HUBFRAME_HUB_BIN;
  const build = ["build", "--quiet", "--package", "hubframe-hub", "--message-format", "json"];
  const lines = execFileSync("cargo", build, { cwd: root, encoding: "utf8" }).trim().split("\n");
  return lines.map((line) => JSON.parse(line)).find((message) => message.executable).executable;
}

export async function startHub() {
  const program = spawn(hubBinary(), ["--exit-with-stdin"], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: program.stdout });
  const [line] = await new Promise((resolve, reject) => {
    lines.once("line", (text) => resolve([text]));
    program.once("exit", (code) => reject(new Error(`the local Hub ended with ${code}`)));
  });
  const origins = JSON.parse(line);
  async function ask(method, path, body) {
    const answer = await fetch(origins.control + path, {
      method,
      headers: { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }
  const stop = () => program.stdin.end();
  return { ...origins, ask, stop };
}
