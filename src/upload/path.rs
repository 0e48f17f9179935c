//! The `hf://` path that a table is written to.

use serde::Serialize;

use crate::{
    error::{Error, ErrorKind, Result},
    path::{HfPath, RepoType, has_magic},
};

/// A directory of a branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WritePath {
    /// The dataset repo, `namespace/name`.
    pub repo: String,
    /// The branch.
    pub revision: String,
    /// The directory; empty for the root.
    pub path: String,
}

impl WritePath {
    /// Reads `hf://datasets/username/my_dataset@branch/directory`, or the address of the same at `endpoint`.
    ///
    /// # Errors
    /// Kind `invalid` for a malformed path, a repo of another type, a pattern, and the name of a file.
    pub fn parse(path: &str, endpoint: &str) -> Result<Self> {
        let parsed = HfPath::parse_with_endpoint(path, endpoint)?;
        let invalid = |message| Err(Error::new(ErrorKind::Invalid, "write path", message).with("path", path));
        if parsed.repo.repo_type() != RepoType::Dataset {
            return invalid("Tables are written to dataset repos: hf://datasets/username/my_dataset.");
        }
        if has_magic(&parsed.path) || parsed.path.ends_with(".parquet") {
            return invalid("Name the directory to write to; the files in it get their names from hubframe.");
        }
        let revision = parsed.resolved_revision().to_owned();
        Ok(Self { repo: parsed.repo.to_string(), revision, path: parsed.path })
    }
}
