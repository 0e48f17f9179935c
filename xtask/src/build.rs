//! Building: Rust → wasm → bindings → optimised wasm → the npm package → the pages.

use std::fs;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result};

use crate::process::{self, run, timed};
use crate::repo::Repo;
use crate::setup;
use crate::stamp::{Inputs, unless_fresh};

/// A wasm of the package. Both have the same exports; a reader loads the second when a file needs its codec.
pub(crate) struct Artefact {
    /// The stem of its files in pkg/wasm.
    pub(crate) name: &'static str,
    cargo_flags: &'static [&'static str],
}

/// All of them.
pub(crate) const ARTEFACTS: [Artefact; 2] = [
    Artefact { name: "hubframe", cargo_flags: &[] },
    Artefact { name: "hubframe_brotli", cargo_flags: &["--features", "brotli"] },
];

/// For pages and workers without a bundler. Without a default path in the glue, pkg/src is the only place that
/// names the wasm's file, and bundlers emit it once.
const BINDGEN_FLAGS: [&str; 4] =
    ["--target", "web", "--omit-default-module-path", "--ts-typed-array-buffers"];

/// What wasm-opt does. The features come from the module's own `target_features` section, which is why no
/// profile in Cargo.toml may say `strip = true`.
const OPTIMISATION: &str = "-Oz";

/// What `cargo xtask build` does.
pub(crate) fn everything(repo: &Repo) -> Result<()> {
    package(repo)?;
    pages(repo)
}

/// The wasm, its bindings, and pkg/dist.
pub(crate) fn package(repo: &Repo) -> Result<()> {
    wasm(repo)?;
    timed("building the npm package (pkg/dist)", || {
        run(repo.command("npm").args(["run", "build", "--workspace", "pkg"]))
    })
}

/// The pages, as static files in www/dist.
pub(crate) fn pages(repo: &Repo) -> Result<()> {
    timed("building the pages (www/dist)", || {
        run(repo.command("npm").args(["run", "build", "--workspace", "www"]))
    })
}

/// Every artefact in pkg/wasm: `NAME.js`, `NAME.d.ts`, `NAME_bg.wasm`.
pub(crate) fn wasm(repo: &Repo) -> Result<()> {
    setup::rust(repo)?;
    setup::wasm_bindgen(repo)?;
    setup::node_modules(repo)?;
    fs::create_dir_all(repo.path("pkg/wasm")).context("make pkg/wasm")?;
    // While cargo compiles the second one on mostly one core, the first is optimised on another.
    thread::scope(|scope| {
        let mut finishing = Vec::new();
        for artefact in &ARTEFACTS {
            let compiled = compile(repo, artefact)?;
            finishing.push(scope.spawn(move || finish(repo, artefact, &compiled)));
        }
        finishing
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })
}

/// The wasm that ships.
pub(crate) fn optimised(repo: &Repo, artefact: &Artefact) -> PathBuf {
    repo.path("pkg/wasm").join(format!("{}_bg.wasm", artefact.name))
}

/// Runs wasm-opt on the module as wasm-bindgen left it; `flags` come on top of the usual ones.
pub(crate) fn optimise(repo: &Repo, artefact: &Artefact, flags: &[&str], output: &Path) -> Result<()> {
    timed(&format!("optimising {}.wasm", artefact.name), || {
        let mut command = repo.command("wasm-opt");
        run(command
            .arg(OPTIMISATION)
            .args(flags)
            .arg("-o")
            .arg(output)
            .arg(unfinished(repo, artefact, "bound")))
    })
}

/// Compiles the crate. Returns the path of a copy, because cargo gives all artefacts the same name.
fn compile(repo: &Repo, artefact: &Artefact) -> Result<PathBuf> {
    timed(&format!("compiling {}.wasm", artefact.name), || {
        let mut cargo = setup::cargo_for_wasm(repo, "build")?;
        run(cargo.args(["--package", "hubframe", "--lib", "--release"]).args(artefact.cargo_flags))
    })?;
    let compiled = unfinished(repo, artefact, "compiled");
    fs::copy(repo.target.join("wasm32-unknown-unknown/release/hubframe.wasm"), &compiled)
        .with_context(|| format!("write {}", compiled.display()))?;
    Ok(compiled)
}

/// From the compiled module to the one that ships.
fn finish(repo: &Repo, artefact: &Artefact, compiled: &Path) -> Result<()> {
    let inputs = Inputs::default()
        .text(&process::output(repo.command("wasm-bindgen").arg("--version"))?)
        .text(&process::output(repo.command("wasm-opt").arg("--version"))?)
        .text(&format!("{BINDGEN_FLAGS:?} {OPTIMISATION}"))
        .file(compiled)?;
    unless_fresh(&repo.path("pkg/wasm").join(format!(".{}-stamp", artefact.name)), inputs, || {
        bind(repo, artefact, compiled)?;
        optimise(repo, artefact, &[], &optimised(repo, artefact))
    })?;
    Ok(())
}

/// Writes the JavaScript bindings to pkg/wasm, and sets the module aside for [`optimise`].
fn bind(repo: &Repo, artefact: &Artefact, compiled: &Path) -> Result<()> {
    let mut command = repo.command("wasm-bindgen");
    command.args(BINDGEN_FLAGS).args(["--out-name", artefact.name, "--out-dir"]);
    run(command.arg(repo.path("pkg/wasm")).arg(compiled))?;
    fs::rename(optimised(repo, artefact), unfinished(repo, artefact, "bound")).context("set the module aside")
}

/// A module on its way. In the checkout, because target/ may be shared by several.
fn unfinished(repo: &Repo, artefact: &Artefact, state: &str) -> PathBuf {
    repo.path("pkg/wasm").join(format!("{}_{state}.wasm", artefact.name))
}

/// Compiles the local Hub's program.
pub(crate) fn local_hub(repo: &Repo) -> Result<()> {
    timed("compiling the local Hub", || {
        run(repo.command("cargo").args(["build", "--package", "hubframe-hub"]))
    })
}

/// The local Hub's program, once [`local_hub`] has passed.
pub(crate) fn local_hub_path(repo: &Repo) -> PathBuf {
    repo.target.join("debug/hubframe-hub")
}
