//! Where things are: the checkout, cargo's target directory, and what xtask keeps in it.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

/// The checkout that the command works on.
pub(crate) struct Repo {
    /// The folder of the workspace's Cargo.toml.
    pub(crate) root: PathBuf,
    /// Cargo's target directory: `CARGO_TARGET_DIR`, or `target/` of the checkout.
    pub(crate) target: PathBuf,
}

impl Repo {
    /// The checkout that `cargo xtask` was called in.
    ///
    /// Read at run time, because checkouts that share a target directory share the compiled xtask.
    pub(crate) fn find() -> Result<Self> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR").context("start this program as `cargo xtask`")?;
        let root = Path::new(&manifest).parent().context("xtask/ lies in the checkout")?.to_path_buf();
        let target =
            env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir));
        Ok(Self { root, target })
    }

    /// A path below the root.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Where `cargo install` puts tools that are pinned by this repo.
    pub(crate) fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// The Python environment of fixtures and interop tests.
    pub(crate) fn venv(&self) -> PathBuf {
        self.target.join("venv")
    }

    /// A command that starts in the root, with the repo's own tools before the system's in `PATH`.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).env("PATH", self.search_path());
        command
    }

    /// The first executable of these names in the repo's tools or the system's `PATH`.
    pub(crate) fn which(&self, names: &[impl AsRef<str>]) -> Option<PathBuf> {
        let path = self.search_path();
        names
            .iter()
            .flat_map(|name| env::split_paths(&path).map(|dir| dir.join(name.as_ref())).collect::<Vec<_>>())
            .find(|candidate| candidate.is_file())
    }

    /// The version that Cargo.lock gives a dependency.
    pub(crate) fn locked_version(&self, package: &str) -> Result<String> {
        let lock = fs::read_to_string(self.path("Cargo.lock")).context("read Cargo.lock")?;
        let name_line = format!("name = \"{package}\"");
        let mut lines = lock.lines().skip_while(|line| *line != name_line);
        lines
            .nth(1)
            .and_then(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
            .map(str::to_owned)
            .with_context(|| format!("Cargo.lock has no {package}"))
    }

    fn search_path(&self) -> OsString {
        let own = [self.tools().join("bin"), self.path("node_modules/.bin")];
        let system = env::var_os("PATH").unwrap_or_default();
        // join_paths fails only on a folder whose name holds the separator, which PATH could not name either.
        env::join_paths(own.into_iter().chain(env::split_paths(&system))).unwrap_or(system)
    }
}
