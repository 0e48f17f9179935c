//! What has to come from the system: found where it is, installed with apt where that is possible, and
//! otherwise asked for with the one command to run.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::repo::Repo;

/// A program of the system that some command needs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Program {
    /// A C compiler for wasm32; zstd is C.
    Clang,
    /// The browser of the wasm and browser tests.
    Chromium,
    /// What drives Chromium for wasm-bindgen's test runner.
    Chromedriver,
    /// Python 3 with `venv` and `ensurepip`, which Debian packages apart.
    Python,
}

impl Program {
    /// Its path, or `None` when the machine has none that serves. An environment variable beats the search.
    pub(crate) fn find(self, repo: &Repo) -> Option<PathBuf> {
        match self {
            Self::Clang => {
                let versions = (14..40).rev().map(|version| format!("clang-{version}"));
                let names = std::iter::once("clang".to_owned()).chain(versions);
                let homebrew = ["/opt/homebrew/opt/llvm/bin/clang", "/usr/local/opt/llvm/bin/clang"];
                from_env("CC_wasm32_unknown_unknown").or_else(|| {
                    names
                        .filter_map(|name| repo.which(&[name]))
                        .chain(homebrew.map(PathBuf::from))
                        .find(|clang| compiles_wasm(clang))
                })
            }
            Self::Chromium => {
                let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
                from_env("CHROMIUM").or_else(|| repo.which(&names))
            }
            Self::Chromedriver => from_env("CHROMEDRIVER").or_else(|| repo.which(&["chromedriver"])),
            Self::Python => repo.which(&["python3"]).filter(|python| {
                process::succeeds(Command::new(python).args(["-c", "import venv, ensurepip"]))
            }),
        }
    }

    /// Its path, once [`ensure`] has passed.
    pub(crate) fn path(self, repo: &Repo) -> Result<PathBuf> {
        self.find(repo).with_context(|| format!("{} is missing; run `cargo xtask setup`", self.what()))
    }

    fn what(self) -> &'static str {
        match self {
            Self::Clang => "clang 14 or later with the wasm32 target",
            Self::Chromium => "Chromium or Chrome",
            Self::Chromedriver => "chromedriver",
            Self::Python => "Python 3 with venv",
        }
    }

    fn debian_packages(self) -> &'static [&'static str] {
        match self {
            Self::Clang => &["clang"],
            Self::Chromium => &["chromium"],
            Self::Chromedriver => &["chromium-driver"],
            Self::Python => &["python3", "python3-venv"],
        }
    }

    fn homebrew(self) -> &'static str {
        match self {
            Self::Clang => "llvm",
            Self::Chromium => "--cask chromium",
            Self::Chromedriver => "--cask chromedriver",
            Self::Python => "python",
        }
    }
}

/// Makes sure that all of these are there: installs the missing ones as root with apt, or fails with the way to.
pub(crate) fn ensure(repo: &Repo, programs: &[Program]) -> Result<()> {
    let mut missing: Vec<Program> =
        programs.iter().copied().filter(|program| program.find(repo).is_none()).collect();
    missing.sort();
    missing.dedup();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().flat_map(|program| program.debian_packages()).copied().collect();
    let list = missing.iter().map(|program| program.what()).collect::<Vec<_>>().join(", ");
    if repo.which(&["apt-get"]).is_none() {
        let formulas = missing.iter().map(|program| format!("brew install {}", program.homebrew()));
        bail!(
            "missing: {list}. Install it and put it in PATH; on macOS: {}",
            formulas.collect::<Vec<_>>().join(" && ")
        );
    }
    if process::output(Command::new("id").arg("-u"))? != "0" {
        bail!("missing: {list}. Run `sudo apt-get install {}`, then this command again", packages.join(" "));
    }
    process::timed(&format!("installing system packages: {}", packages.join(" ")), || {
        let apt = || {
            let mut command = repo.command("apt-get");
            command.env("DEBIAN_FRONTEND", "noninteractive").arg("-qq");
            command
        };
        process::run(apt().arg("update"))?;
        process::run(apt().args(["install", "--yes", "--no-install-recommends"]).args(&packages))
    })?;
    match programs.iter().find(|program| program.find(repo).is_none()) {
        Some(program) => bail!("{} is still missing after installing {}", program.what(), packages.join(" ")),
        None => Ok(()),
    }
}

fn from_env(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Apple's clang has no wasm backend, so the name alone says nothing.
fn compiles_wasm(clang: &Path) -> bool {
    Command::new(clang)
        .arg("--print-targets")
        .output()
        .is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("wasm32"))
}
