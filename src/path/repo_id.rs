//! What a repo is called: its type, the namespace that owns it, and its name.
//!
//! The rules are those of `huggingface_hub.utils.validate_repo_id`, with the namespace required: the Hub resolves no bare
//! names any more.

use std::fmt;

use crate::error::{Error, ErrorKind, Result};

const OPERATION: &str = "parse repo id";
/// The longest namespace and the longest name, in characters.
const MAX_LEN: usize = 96;

/// A repo's identity on the Hub. `Display` gives `namespace/name`, as API paths want it.
///
/// ```
/// use hubframe::path::RepoId;
///
/// let repo = RepoId::dataset("username/my_dataset")?;
/// assert_eq!((repo.namespace(), repo.name()), ("username", "my_dataset"));
/// assert!(RepoId::dataset("squad").is_err());
/// # Ok::<(), hubframe::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoId {
    repo_type: RepoType,
    namespace: String,
    name: String,
}

impl RepoId {
    /// Reads `namespace/name`.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] when the namespace is missing or a part breaks the Hub's rules: ASCII letters, digits, `-`,
    /// `_` and `.`, at most 96 of them, a letter, digit or `_` at both ends, no `--` or `..`, no `.git` at the end. The Hub
    /// holds bucket names to other rules and checks them itself.
    pub fn new(repo_type: RepoType, id: &str) -> Result<Self> {
        let invalid = |message: String| Error::new(ErrorKind::Invalid, OPERATION, message).with("id", id);
        let Some((namespace, name)) = id.split_once('/').filter(|(_, name)| !name.contains('/')) else {
            return Err(invalid(wrong_segment_count(repo_type, id)));
        };
        let problem = if namespace.is_empty() || name.is_empty() {
            Some("The namespace or the name is empty; write namespace/name.".to_owned())
        } else if repo_type == RepoType::Bucket {
            None
        } else if !is_valid_part(namespace) || !is_valid_part(name) {
            Some(format!(
                "A repo id holds ASCII letters, digits, '-', '_' and '.', starts and ends with a letter, digit or '_', and \
                 is at most {MAX_LEN} characters on each side of the '/'."
            ))
        } else if id.contains("--") || id.contains("..") {
            Some("A repo id may not contain '--' or '..'.".to_owned())
        } else if id.ends_with(".git") {
            Some("A repo id may not end in '.git'; leave that off.".to_owned())
        } else {
            None
        };
        match problem {
            Some(message) => Err(invalid(message)),
            None => Ok(Self { repo_type, namespace: namespace.to_owned(), name: name.to_owned() }),
        }
    }

    /// A dataset's id. Errors as [`RepoId::new`].
    pub fn dataset(id: &str) -> Result<Self> {
        Self::new(RepoType::Dataset, id)
    }

    /// Whether this is a dataset, a model, ….
    pub fn repo_type(&self) -> RepoType {
        self.repo_type
    }

    /// The user or organization that owns the repo.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The part after the `/`.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for RepoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// The kinds of repo that `hf://` can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RepoType {
    /// A model: what `hf://namespace/name` without a type means.
    Model,
    /// A dataset.
    Dataset,
    /// A Space.
    Space,
    /// A kernel.
    Kernel,
    /// A bucket: storage without revisions.
    Bucket,
}

impl RepoType {
    const ALL: [Self; 5] = [Self::Model, Self::Dataset, Self::Space, Self::Kernel, Self::Bucket];

    /// The word of API paths and of `hf://`: `datasets`.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Model => "models",
            Self::Dataset => "datasets",
            Self::Space => "spaces",
            Self::Kernel => "kernels",
            Self::Bucket => "buckets",
        }
    }

    /// The word of request bodies and of sentences: `dataset`.
    pub fn singular(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Dataset => "dataset",
            Self::Space => "space",
            Self::Kernel => "kernel",
            Self::Bucket => "bucket",
        }
    }

    /// The type whose plural is `word`.
    pub(super) fn from_plural(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|repo_type| repo_type.plural() == word)
    }

    /// The type that `word` names in the plural or the singular.
    pub(super) fn from_either(word: &str) -> Option<Self> {
        Self::from_plural(word).or_else(|| Self::from_singular(word))
    }

    /// The type whose singular is `word`.
    pub(super) fn from_singular(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|repo_type| repo_type.singular() == word)
    }
}

fn wrong_segment_count(repo_type: RepoType, id: &str) -> String {
    if id.contains('/') {
        return "A repo id is namespace/name: one '/', not more.".to_owned();
    }
    format!(
        "The {} id has no namespace: write namespace/name. Repos that once had a bare name now live under their owner's, as \
         squad does under rajpurkar/squad; the search on the Hub shows whose.",
        repo_type.singular()
    )
}

/// Python's `\b[\w\-.]{1,96}\b` with ASCII classes.
fn is_valid_part(part: &str) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let bytes = part.as_bytes();
    bytes.len() <= MAX_LEN
        && bytes.first().is_some_and(is_word)
        && bytes.last().is_some_and(is_word)
        && bytes.iter().all(|byte| is_word(byte) || matches!(byte, b'-' | b'.'))
}
