//! `cargo xtask demo`: the pages against a local Hub with the sample datasets.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpStream};
use std::process::{Child, ChildStdin, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::repo::Repo;
use crate::{build, fixtures};

// Fixed, so that an address in the browser's history works again.
const PAGES_PORT: u16 = 8780;
const HUB_PORT: u16 = 8781;
const STORAGE_PORT: u16 = 8782;
const CONTROL_PORT: u16 = 8783;

/// What the preview page shows first.
const SAMPLES: [(&str, &str); 4] = [
    ("3 million rows", "hf://datasets/vega/flights"),
    ("20 files", "hf://datasets/vega/flights-20-files"),
    ("nested values", "hf://datasets/fixtures/chat"),
    ("images", "hf://datasets/fixtures/images"),
];

/// Builds everything, serves it, and returns when the servers end.
pub(crate) fn serve(repo: &Repo) -> Result<()> {
    build::everything(repo)?;
    fixtures::samples(repo)?;
    build::local_hub(repo)?;
    // Both end with their standard input, so that they do not outlive this process however it ends.
    let (_hub, _hub_stdin) = start_hub(repo)?;
    let (mut pages, _pages_stdin) = start_pages(repo)?;
    println!("\nThe preview page, of");
    for (what, path) in SAMPLES {
        let endpoint = format!("http://127.0.0.1:{HUB_PORT}");
        println!("  {what:<16}http://127.0.0.1:{PAGES_PORT}/preview/?path={path}&endpoint={endpoint}");
    }
    println!(
        "The local Hub: http://127.0.0.1:{HUB_PORT}; its control port: {CONTROL_PORT}. Ctrl-C ends all."
    );
    let status = pages.wait().context("wait for the pages' server")?;
    bail!("the pages' server ended with {status}")
}

fn start_hub(repo: &Repo) -> Result<(Child, ChildStdin)> {
    let mut command = repo.command(&build::local_hub_path(repo).to_string_lossy());
    for folder in ["tests/fixtures/repos", "tests/fixtures/generated/repos"] {
        command.args(["--data", folder]);
    }
    for (flag, port) in
        [("--port", HUB_PORT), ("--storage-port", STORAGE_PORT), ("--control-port", CONTROL_PORT)]
    {
        command.args([flag, &port.to_string()]);
    }
    command.arg("--exit-with-stdin").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut hub = command.spawn().context("start the local Hub")?;
    // It prints its addresses once it takes connections.
    let mut announcement = String::new();
    BufReader::new(hub.stdout.take().context("its stdout is piped")?).read_line(&mut announcement)?;
    if announcement.is_empty() {
        bail!("the local Hub did not start: {}", hub.wait()?);
    }
    let stdin = hub.stdin.take().context("its stdin is piped")?;
    Ok((hub, stdin))
}

fn start_pages(repo: &Repo) -> Result<(Child, ChildStdin)> {
    let mut command = repo.command("vite");
    command.args([
        "preview",
        "www",
        "--host",
        "127.0.0.1",
        "--strictPort",
        "--port",
        &PAGES_PORT.to_string(),
    ]);
    // Vite watches its standard input unless it believes to be in CI.
    command.env_remove("CI").stdin(Stdio::piped()).stdout(Stdio::null());
    let mut pages = command.spawn().with_context(|| format!("start `{}`", process::show(&command)))?;
    for _ in 0..100 {
        if TcpStream::connect((Ipv4Addr::LOCALHOST, PAGES_PORT)).is_ok() && pages.try_wait()?.is_none() {
            let stdin = pages.stdin.take().context("its stdin is piped")?;
            return Ok((pages, stdin));
        }
        if let Some(status) = pages.try_wait()? {
            bail!("the pages' server did not start: {status}");
        }
        thread::sleep(Duration::from_millis(100));
    }
    pages.kill()?;
    bail!("the pages' server did not answer within 10 seconds")
}
