//! `cargo xtask demo`: the pages against a local Hub with the sample datasets.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdin, Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::repo::Repo;
use crate::{build, fixtures};

// Fixed, so that an address in the browser's history works again.
const PAGES_PORT: u16 = 8780;
const HUB_PORT: u16 = 8781;
const STORAGE_PORT: u16 = 8782;
const CONTROL_PORT: u16 = 8783;

/// What the preview page shows first.
const SAMPLES: [(&str, &str); 4] = [
    ("3 million rows", "vega/flights"),
    ("20 files", "vega/flights-20-files"),
    ("nested values", "fixtures/chat"),
    ("images", "fixtures/images"),
];

/// Serves www/dist as any static server would, until its standard input ends; prints a line once it does.
const PAGES_SERVER: &str = r#"
import { preview } from "vite";
const port = Number(process.argv[1]);
const server = await preview({ root: "www", preview: { host: "127.0.0.1", port, strictPort: true } });
process.stdin.on("end", () => process.exit()).resume();
console.log(server.resolvedUrls.local[0]);
"#;

/// Builds everything, serves it, and returns when the pages' server ends.
pub(crate) fn serve(repo: &Repo) -> Result<()> {
    build::everything(repo)?;
    fixtures::samples(repo)?;
    build::local_hub(repo)?;
    let _hub = start(&mut hub_command(repo))?;
    let mut pages = start(&mut pages_command(repo))?;
    let (pages_at, endpoint) =
        (format!("http://127.0.0.1:{PAGES_PORT}"), format!("http://127.0.0.1:{HUB_PORT}"));
    println!("\nThe preview page, of");
    for (what, repo) in SAMPLES {
        println!("  {what:<16}{pages_at}/preview/?repo={repo}&endpoint={endpoint}");
    }
    println!("The uploader page: {pages_at}/uploader/?endpoint={endpoint} (the token of `user` is hf_write)");
    println!("The local Hub is {endpoint}, its control port {CONTROL_PORT}. Ctrl-C ends all.");
    let status = pages.process.wait().context("wait for the pages' server")?;
    bail!("the pages' server ended with {status}")
}

fn hub_command(repo: &Repo) -> Command {
    let mut command = repo.command(&build::local_hub_path(repo).to_string_lossy());
    for folder in ["tests/fixtures/repos", "tests/fixtures/generated/repos"] {
        command.args(["--data", folder]);
    }
    let ports = [("--port", HUB_PORT), ("--storage-port", STORAGE_PORT), ("--control-port", CONTROL_PORT)];
    for (flag, port) in ports {
        command.args([flag, &port.to_string()]);
    }
    command.arg("--exit-with-stdin");
    command
}

fn pages_command(repo: &Repo) -> Command {
    let mut command = repo.command("node");
    command.args(["--input-type=module", "--eval", PAGES_SERVER, &PAGES_PORT.to_string()]);
    command
}

/// A server that ends when its standard input does, so that it does not outlive this process however that ends.
struct Server {
    process: Child,
    _stdin: ChildStdin,
}

/// Starts a server, and waits for the line that it prints once it takes connections.
fn start(command: &mut Command) -> Result<Server> {
    let program = command.get_program().to_string_lossy().into_owned();
    let mut process = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("start {program}"))?;
    let _stdin = process.stdin.take().context("its stdin is piped")?;
    let mut line = String::new();
    BufReader::new(process.stdout.take().context("its stdout is piped")?).read_line(&mut line)?;
    if line.is_empty() {
        bail!("{program} did not start: {}", process.wait()?);
    }
    Ok(Server { process, _stdin })
}
