//! Invariants of the source tree that no compiler or linter knows, as tests.
//!
//! `ARCHITECTURE.md` says why each one is wanted; a failure names the file and the line.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

mod dependencies;
mod files;
mod layering;

use std::path::{Path, PathBuf};
use std::process::Command;

/// A text file of the repo.
struct SourceFile {
    /// Relative to the root, with `/`.
    path: String,
    text: String,
}

impl SourceFile {
    /// Numbered lines, from 1, that are no comment on a line of its own.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines()).filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every text file that git tracks or would track, whose path the filter takes.
fn files(filter: impl Fn(&str) -> bool) -> Vec<SourceFile> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git lists the files");
    assert!(output.status.success(), "git ls-files: {}", String::from_utf8_lossy(&output.stderr));
    let list = String::from_utf8(output.stdout).unwrap();
    let wanted = list.split_terminator('\0').filter(|path| filter(path));
    // A deleted file is listed until its deletion is staged; a file that is not UTF-8 is no text.
    let read =
        |path: &str| std::fs::read(root().join(path)).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    wanted.filter_map(|path| Some(SourceFile { path: path.to_owned(), text: read(path)? })).collect()
}

/// Whether a path ends in one of these extensions.
fn has_extension(path: &str, extensions: &[&str]) -> bool {
    PathBuf::from(path)
        .extension()
        .is_some_and(|found| extensions.iter().any(|extension| found == *extension))
}

/// Fails with all of the violations, one a line.
fn assert_none(what: &str, violations: Vec<String>) {
    assert!(violations.is_empty(), "{what}:\n  {}\n", violations.join("\n  "));
}
