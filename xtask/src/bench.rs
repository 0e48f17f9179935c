//! `cargo xtask bench`: hubframe against its peers, in Chromium against the local Hub.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use crate::process::{run, timed};
use crate::repo::Repo;
use crate::stamp::{Inputs, Stamp};
use crate::system::{self, Program};
use crate::{build, setup};

/// Makes the files once, builds what ships, and measures; the arguments are those of bench/run.ts or bench/writing.ts.
pub(crate) fn measure(repo: &Repo, arguments: &[String]) -> Result<()> {
    let mut bench = repo.command("node");
    bench.arg("bench/scripts/bench.mjs").args(arguments);
    if arguments.iter().any(|argument| argument == "--help") {
        setup::node_modules(repo)?;
        return run(&mut bench);
    }
    system::ensure(repo, &[Program::Clang, Program::Chromium, Program::Python])?;
    build::package(repo)?;
    build::local_hub(repo)?;
    // What is written is made in the page.
    if !arguments.iter().any(|argument| matches!(argument.as_str(), "--write" | "--upload")) {
        files(repo)?;
    }
    bench.env("BENCH_DATA", repo.target.join("bench/repos"));
    bench.env("CHROMIUM", Program::Chromium.path(repo)?).env("HUBFRAME_HUB_BIN", build::local_hub_path(repo));
    run(&mut bench)
}

/// The files that are read, some 500 MB.
fn files(repo: &Repo) -> Result<()> {
    setup::python(repo)?;
    let files = repo.target.join("bench/repos/bench/files");
    fs::create_dir_all(&files).with_context(|| format!("make {}", files.display()))?;
    let inputs = Inputs::default()
        .file(&repo.path("bench/generate.py"))?
        .file(&repo.path("tests/fixtures/requirements.txt"))?;
    Stamp::new(repo.target.join("bench/.files-stamp"), inputs).unless_fresh(|| {
        timed("generating the files of the bench", || {
            let mut generator = Command::new(repo.venv().join("bin/python"));
            run(generator.current_dir(&repo.root).arg("bench/generate.py").arg(&files))
        })
    })
}
