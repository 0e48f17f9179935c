//! Every developer command of hubframe, and the only build logic there is.
//!
//! A command installs what it needs and skips what is up to date, so each one works on a fresh machine
//! and can be run twice. It knows nothing of CI: `.ci/run` only calls `cargo xtask test`.
#![allow(clippy::print_stdout, reason = "a command-line program speaks through stdout")]

mod bench;
mod build;
mod demo;
mod fixtures;
mod process;
mod repo;
mod setup;
mod size;
mod stamp;
mod system;
mod tally;
mod test;
mod wasm_module;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::repo::Repo;

const HELP: &str = "\
cargo xtask <command>

  help               this text
  setup              install what the other commands need: wasm target, wasm-bindgen, npm packages,
                     Python packages, Chromium and clang (system packages only as root on Debian or
                     Ubuntu; otherwise the command to run is printed)
  build              the wasm, the npm package in pkg/dist and the pages in www/dist
  demo               build, start the local Hub with the sample datasets and serve the pages
  fixtures           generate the sample datasets in tests/fixtures/generated
  test [step...]     the whole check, or some of its steps, in this order:
                       lint     formats, lints, types, rustdoc
                       native   Rust tests of the workspace
                       wasm     Rust tests of the wasm edge, in headless Chromium
                       package  unit tests and contents of the npm package; its tarball in bundlers
                       browser  the pages in Chromium against the local Hub
                       interop  Python and JavaScript clients against the local Hub
  bench [option...]  hubframe against its peers in Chromium; `cargo xtask bench --help` has the options
  size               raw, gzip and brotli size of each wasm, and its ten largest parts

Each command sets up what it needs by itself and skips what is up to date.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<ExitCode> {
    let (command, rest) = arguments.split_first().map_or(("help", &[][..]), |(c, rest)| (c.as_str(), rest));
    if !matches!(command, "test" | "bench") && !rest.is_empty() {
        bail!("`cargo xtask {command}` takes no arguments; see `cargo xtask help`");
    }
    let repo = Repo::find()?;
    match command {
        "help" | "-h" | "--help" => println!("{HELP}"),
        "setup" => setup::everything(&repo)?,
        "build" => build::everything(&repo)?,
        "demo" => demo::serve(&repo)?,
        "fixtures" => fixtures::generate(&repo)?,
        "test" => return test::run(&repo, rest),
        "bench" => bench::measure(&repo, rest)?,
        "size" => size::report(&repo)?,
        unknown => bail!("there is no command `{unknown}`; see `cargo xtask help`"),
    }
    Ok(ExitCode::SUCCESS)
}
