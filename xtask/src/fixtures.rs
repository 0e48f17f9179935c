//! The sample datasets that are too large to commit, made by the Python generator of tests/fixtures.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use crate::process::{run, timed};
use crate::repo::Repo;
use crate::setup;
use crate::stamp::{Inputs, Stamp};

/// What `cargo xtask fixtures` does: every dataset that is made on demand.
pub(crate) fn generate(repo: &Repo) -> Result<()> {
    samples(repo)?;
    make(repo, "large-row-group", &["--large-row-group"])
}

/// The tables of the npm package vega-datasets as dataset repos; the demo and the browser tests show them.
pub(crate) fn samples(repo: &Repo) -> Result<()> {
    setup::node_modules(repo)?;
    make(repo, "vega", &["--vega", "node_modules/vega-datasets"])
}

fn make(repo: &Repo, name: &str, flags: &[&str]) -> Result<()> {
    setup::python(repo)?;
    let generated = repo.path("tests/fixtures/generated");
    fs::create_dir_all(&generated).with_context(|| format!("make {}", generated.display()))?;
    let inputs = Inputs::default()
        .file(&repo.path("package-lock.json"))?
        .file(&repo.path("tests/fixtures/requirements.txt"))?
        .tree(&repo.path("tests/fixtures"), "py")?;
    Stamp::new(generated.join(format!(".{name}-stamp")), inputs).unless_fresh(|| {
        timed(&format!("generating the datasets of {name}"), || {
            let mut generator = Command::new(repo.venv().join("bin/python"));
            run(generator.current_dir(&repo.root).arg("tests/fixtures/generate.py").args(flags))
        })
    })
}
