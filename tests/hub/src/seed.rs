//! Descriptions of repos and commits, from Rust, from the control port or from a data folder.
//! `plant.rs` makes repos of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::repo::Gated;

/// A dataset repo to create.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RepoSeed {
    /// `namespace/name`.
    pub id: String,
    /// Visible to its namespace's user or members only.
    pub private: bool,
    /// Whether files want the owner's consent.
    pub gated: Gated,
    /// The users who have it.
    pub accepted: Vec<String>,
    /// Files on `main` by path.
    pub files: BTreeMap<String, FileSeed>,
    /// Many files on `main` that share their content.
    pub many: Vec<ManySeed>,
    /// Further refs by full name, such as `refs/convert/parquet`, `refs/heads/dev`, `refs/tags/v1`.
    pub refs: BTreeMap<String, RefSeed>,
}

/// What a ref points at.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum RefSeed {
    /// The commit of another revision.
    At {
        /// A branch, tag, ref or commit id.
        at: String,
    },
    /// A commit of its own with these files.
    Files {
        /// Files by path.
        files: BTreeMap<String, FileSeed>,
    },
}

/// The content of a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FileSeed {
    /// UTF-8 text.
    Text(String),
    /// Anything else.
    Source(Source),
}

/// Where the bytes of a file come from.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Base64 of the bytes.
    Base64(String),
    /// The bytes themselves (from Rust only).
    #[serde(skip)]
    Bytes(Bytes),
    /// A file on disk, served from there.
    File(PathBuf),
    /// This many zero bytes.
    Zeros(usize),
    /// Bytes that do not compress, the same for the same seed.
    Random {
        /// How many bytes.
        len: usize,
        /// Which bytes.
        seed: u64,
    },
}

/// Many paths with one content: `data/part-{}.parquet` becomes `data/part-00000.parquet` and so on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManySeed {
    /// A path in which `{}` stands for the five-digit number.
    pub template: String,
    /// How many paths.
    pub count: usize,
    /// What each of them holds.
    pub content: FileSeed,
}

/// A commit to add to a repo.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CommitSeed {
    /// The full name of the ref to move, `refs/heads/main` when empty; made when it is missing.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The first line of the message.
    pub title: String,
    /// Files to add or replace.
    pub files: BTreeMap<String, FileSeed>,
    /// Paths to remove.
    pub delete: Vec<String>,
}

impl RepoSeed {
    /// A public, empty dataset repo.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }

    /// Adds a file on `main`.
    pub fn file(mut self, path: impl Into<String>, content: impl Into<FileSeed>) -> Self {
        self.files.insert(path.into(), content.into());
        self
    }

    /// Adds `count` files on `main` that share one content.
    pub fn many(mut self, template: impl Into<String>, count: usize, content: impl Into<FileSeed>) -> Self {
        self.many.push(ManySeed { template: template.into(), count, content: content.into() });
        self
    }

    /// Adds a file on another ref, such as `refs/convert/parquet`.
    pub fn file_at(
        mut self,
        reference: impl Into<String>,
        path: impl Into<String>,
        content: impl Into<FileSeed>,
    ) -> Self {
        let (path, content) = (path.into(), content.into());
        match self.refs.entry(reference.into()).or_insert(RefSeed::Files { files: BTreeMap::new() }) {
            RefSeed::Files { files } => {
                files.insert(path, content);
            }
            other => *other = RefSeed::Files { files: BTreeMap::from([(path, content)]) },
        }
        self
    }

    /// Points a ref at another revision: `.reference("refs/tags/v1", "main")`.
    pub fn reference(mut self, name: impl Into<String>, at: impl Into<String>) -> Self {
        self.refs.insert(name.into(), RefSeed::At { at: at.into() });
        self
    }

    /// Hides the repo from everyone but its namespace.
    pub fn private(mut self) -> Self {
        self.private = true;
        self
    }

    /// Asks for consent, which these users have given.
    pub fn gated(mut self, gated: Gated, accepted: &[&str]) -> Self {
        self.gated = gated;
        self.accepted = accepted.iter().map(|&user| user.to_owned()).collect();
        self
    }
}

impl CommitSeed {
    /// An empty commit on `main`.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// Adds or replaces a file.
    pub fn file(mut self, path: impl Into<String>, content: impl Into<FileSeed>) -> Self {
        self.files.insert(path.into(), content.into());
        self
    }

    /// Removes a file.
    pub fn delete(mut self, path: impl Into<String>) -> Self {
        self.delete.push(path.into());
        self
    }
}

impl From<&str> for FileSeed {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Vec<u8>> for FileSeed {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Source(Source::Bytes(bytes.into()))
    }
}

impl From<Bytes> for FileSeed {
    fn from(bytes: Bytes) -> Self {
        Self::Source(Source::Bytes(bytes))
    }
}

impl From<&Path> for FileSeed {
    fn from(path: &Path) -> Self {
        Self::Source(Source::File(path.to_owned()))
    }
}

impl From<Source> for FileSeed {
    fn from(source: Source) -> Self {
        Self::Source(source)
    }
}
