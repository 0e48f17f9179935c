//! `cargo xtask size`: what a page downloads, and what that is made of.

use std::fs;

use anyhow::{Context, Result};

use crate::build::{self, ARTEFACTS, Artefact};
use crate::process;
use crate::repo::Repo;
use crate::wasm_module;

/// gzip and brotli at their highest levels, as a CDN that compresses once serves it.
const COMPRESSED_SIZES: &str = r#"
const { gzipSync, brotliCompressSync } = require("node:zlib");
const bytes = require("node:fs").readFileSync(process.argv[1]);
console.log(gzipSync(bytes, { level: 9 }).length, brotliCompressSync(bytes).length);
"#;

/// Builds the wasm and prints the sizes of each artefact.
pub(crate) fn report(repo: &Repo) -> Result<()> {
    build::wasm(repo)?;
    ARTEFACTS.iter().try_for_each(|artefact| report_one(repo, artefact))
}

fn report_one(repo: &Repo, artefact: &Artefact) -> Result<()> {
    let shipped = build::shipped(repo, artefact);
    let raw = fs::metadata(&shipped).with_context(|| format!("read {}", shipped.display()))?.len();
    let compressed = process::output(repo.command("node").args(["--eval", COMPRESSED_SIZES]).arg(&shipped))?;
    let (gzip, brotli) = compressed.split_once(' ').context("node prints two numbers")?;

    let parts = wasm_module::parts(&fs::read(build::named(repo, artefact))?)?;

    println!("\n{}_bg.wasm: raw {raw}, gzip {gzip}, brotli {brotli} bytes", artefact.name);
    println!("{:>10}  {:>5}  largest parts", "bytes", "share");
    let total: usize = parts.iter().map(|(_, size)| size).sum();
    for (name, size) in parts.iter().take(10) {
        println!("{size:>10}  {:>4.1}%  {name}", 100.0 * *size as f64 / total as f64);
    }
    Ok(())
}
