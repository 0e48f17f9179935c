//! Skipping work that is up to date: a stamp holds a digest of what the work was made from.
//!
//! A stamp lies inside what it vouches for, so that deleting the thing deletes the stamp.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A digest of inputs. Only ever compared with one made by the same build of xtask, or taken as out of date.
#[derive(Default)]
pub(crate) struct Inputs(DefaultHasher);

impl Inputs {
    /// Adds a text: a version, a list of flags.
    pub(crate) fn text(mut self, text: &str) -> Self {
        text.hash(&mut self.0);
        self
    }

    /// Adds a file's content.
    pub(crate) fn file(mut self, path: &Path) -> Result<Self> {
        fs::read(path).with_context(|| format!("read {}", path.display()))?.hash(&mut self.0);
        Ok(self)
    }

    /// Adds every file with this extension below a folder, in the order of their names.
    pub(crate) fn tree(mut self, dir: &Path, extension: &str) -> Result<Self> {
        let entries = fs::read_dir(dir).with_context(|| format!("list {}", dir.display()))?;
        let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
        paths.sort();
        for path in paths {
            if path.is_dir() {
                self = self.tree(&path, extension)?;
            } else if path.extension().is_some_and(|found| found == extension) {
                self = self.text(&path.to_string_lossy()).file(&path)?;
            }
        }
        Ok(self)
    }
}

/// A stamp file, and the digest that it should hold.
pub(crate) struct Stamp {
    path: PathBuf,
    digest: String,
}

impl Stamp {
    /// The stamp at this path for work on these inputs.
    pub(crate) fn new(path: PathBuf, inputs: Inputs) -> Self {
        Self { path, digest: format!("{:016x}\n", inputs.0.finish()) }
    }

    /// Whether the work was done, with the same inputs.
    pub(crate) fn is_fresh(&self) -> bool {
        fs::read_to_string(&self.path).is_ok_and(|old| old == self.digest)
    }

    /// Says that the work is done.
    pub(crate) fn write(&self) -> Result<()> {
        fs::write(&self.path, &self.digest).with_context(|| format!("write {}", self.path.display()))
    }

    /// Does the work unless it was done.
    pub(crate) fn unless_fresh(&self, work: impl FnOnce() -> Result<()>) -> Result<()> {
        if self.is_fresh() {
            return Ok(());
        }
        work()?;
        self.write()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_done_once_for_the_same_inputs_and_again_for_others() {
        let dir = std::env::temp_dir().join(format!("xtask-stamp-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let stamp = |text: &str| Stamp::new(dir.join("stamp"), Inputs::default().text(text));
        let runs = |text: &str| {
            let mut ran = false;
            let work = || {
                ran = true;
                Ok(())
            };
            stamp(text).unless_fresh(work).unwrap();
            ran
        };
        assert_eq!([runs("a"), runs("a"), runs("b"), runs("a")], [true, false, true, true]);
        assert!(stamp("c").unless_fresh(|| anyhow::bail!("no")).is_err());
        assert!(runs("c"), "failed work leaves no stamp");
        fs::remove_dir_all(&dir).unwrap();
    }
}
