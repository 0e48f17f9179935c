//! Installing what the other commands need, each piece once.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::{self, run, timed};
use crate::repo::Repo;
use crate::stamp::{Inputs, Stamp};
use crate::system::{self, Program};

const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Python packages are pinned where they are used.
const REQUIREMENTS: [&str; 2] = ["tests/fixtures/requirements.txt", "tests/interop/requirements.txt"];

/// What `cargo xtask setup` does: everything that any command needs.
pub(crate) fn everything(repo: &Repo) -> Result<()> {
    // All system packages in one go, before the long compilations: what is missing is said at once.
    system::ensure(repo, &[Program::Clang, Program::Chromium, Program::Chromedriver, Program::Python])?;
    rust(repo)?;
    wasm_bindgen(repo)?;
    node_modules(repo)?;
    python(repo)?;
    println!("Everything is set up.");
    Ok(())
}

/// The wasm target, clippy, rustfmt, and a C compiler for the wasm target.
pub(crate) fn rust(repo: &Repo) -> Result<()> {
    system::ensure(repo, &[Program::Clang])?;
    let libdir =
        process::output(repo.command("rustc").args(["--print", "target-libdir", "--target", WASM_TARGET]))?;
    if !fs::exists(&libdir)? {
        timed("adding the wasm target", || run(repo.command("rustup").args(["target", "add", WASM_TARGET])))?;
    }
    for component in ["clippy", "rustfmt"] {
        let name = component.replace("rustfmt", "fmt");
        if !process::succeeds(repo.command("cargo").args([&name, "--version"])) {
            timed(&format!("adding {component}"), || {
                run(repo.command("rustup").args(["component", "add", component]))
            })?;
        }
    }
    Ok(())
}

/// `cargo` for the wasm target: as `cargo`, with the C compiler that the target needs.
pub(crate) fn cargo_for_wasm(repo: &Repo, subcommand: &str) -> Result<Command> {
    let mut command = repo.command("cargo");
    command.env("CC_wasm32_unknown_unknown", Program::Clang.path(repo)?);
    command.args([subcommand, "--target", WASM_TARGET]);
    Ok(command)
}

/// wasm-bindgen's command line and test runner, at exactly the version of the library in Cargo.lock.
pub(crate) fn wasm_bindgen(repo: &Repo) -> Result<()> {
    let version = repo.locked_version("wasm-bindgen")?;
    let installed = |tool: &str| {
        repo.which(&[tool]).is_some()
            && process::output(repo.command(tool).arg("--version"))
                .is_ok_and(|text| text.ends_with(&format!(" {version}")))
    };
    if installed("wasm-bindgen") && installed("wasm-bindgen-test-runner") {
        return Ok(());
    }
    let install = |locked: &[&str]| {
        let mut command = repo.command("cargo");
        command.args([
            "install",
            "wasm-bindgen-cli",
            "--version",
            &format!("={version}"),
            "--force",
            "--root",
        ]);
        run(command.arg(repo.tools()).arg("--target-dir").arg(repo.tools().join("build")).args(locked))
    };
    timed(&format!("compiling wasm-bindgen-cli {version} (once, a few minutes)"), || {
        // Its lock file may name a release that a registry mirror does not have yet.
        install(&["--locked"]).or_else(|error| {
            println!("    {error:#}; trying again without its lock file");
            install(&[])
        })?;
        // Only the binaries are wanted; what they were compiled from is some hundred megabytes.
        fs::remove_dir_all(repo.tools().join("build")).context("remove the build folder of wasm-bindgen-cli")
    })
}

/// npm packages of all workspaces, exactly as in package-lock.json.
pub(crate) fn node_modules(repo: &Repo) -> Result<()> {
    require_node(repo)?;
    let lock = repo.path("package-lock.json");
    let inputs = Inputs::default().file(&lock)?.file(&repo.path("package.json"))?;
    // `npm ci` empties node_modules first, the stamp with it.
    Stamp::new(repo.path("node_modules/.xtask-stamp"), inputs).unless_fresh(|| {
        timed("installing npm packages", || run(repo.command("npm").args(["ci", "--no-audit", "--no-fund"])))
    })
}

/// The Python environment of the fixtures' generator and the interop tests.
pub(crate) fn python(repo: &Repo) -> Result<()> {
    system::ensure(repo, &[Program::Python])?;
    let python = Program::Python.path(repo)?;
    let venv = repo.venv();
    let mut inputs = Inputs::default().text(&process::output(Command::new(&python).arg("--version"))?);
    for file in REQUIREMENTS {
        inputs = inputs.file(&repo.path(file))?;
    }
    Stamp::new(venv.join("xtask-stamp"), inputs).unless_fresh(|| {
        timed("installing Python packages", || {
            run(Command::new(&python).args(["-m", "venv", "--clear"]).arg(&venv))?;
            let mut pip = Command::new(venv.join("bin/python"));
            pip.current_dir(&repo.root).args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ]);
            run(pip.args(REQUIREMENTS.iter().flat_map(|file| ["--requirement", file])))
        })
    })?;
    Ok(())
}

/// Vite 8 needs Node 20.19; older ones fail later and less clearly.
fn require_node(repo: &Repo) -> Result<()> {
    let version = process::output(repo.command("node").arg("--version"))
        .context("Node is missing; install Node 20.19 or later with npm (https://nodejs.org)")?;
    let mut numbers = version.trim_start_matches('v').split('.').map_while(|part| part.parse::<u32>().ok());
    let (major, minor) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if (major, minor) < (20, 19) {
        bail!("Node {version} is too old; install Node 20.19 or later");
    }
    Ok(())
}
