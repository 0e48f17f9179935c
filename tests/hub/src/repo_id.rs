//! Repo ids, and the part of a URL that follows one: revision and path.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::{Deserialize, Serialize};

/// `namespace/name` of a dataset repo.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct RepoId {
    pub(crate) namespace: String,
    pub(crate) name: String,
}

impl RepoId {
    /// Checks the characters and the length as the Hub does, and the `--`, `..` and `.git` that it refuses.
    pub(crate) fn parse(id: &str) -> Result<Self, String> {
        let (namespace, name) = id.split_once('/').ok_or_else(|| format!("{id:?} is not namespace/name"))?;
        let fits = |part: &str| {
            let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            (1..=96).contains(&part.len())
                && part.chars().all(inner)
                && !part.starts_with(['-', '.'])
                && !part.ends_with(['-', '.'])
                && !part.contains("--")
                && !part.contains("..")
        };
        if !fits(namespace) || !fits(name) || name.ends_with(".git") {
            return Err(format!("{id:?} is not a valid repo id"));
        }
        Ok(Self { namespace: namespace.into(), name: name.into() })
    }
}

impl fmt::Display for RepoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

impl TryFrom<String> for RepoId {
    type Error = String;

    fn try_from(id: String) -> Result<Self, String> {
        Self::parse(&id)
    }
}

impl From<RepoId> for String {
    fn from(id: RepoId) -> Self {
        id.to_string()
    }
}

/// Splits the raw text after `/tree/`, `/resolve/` and the like into the decoded revision and path.
///
/// `refs/convert/…` and `refs/pr/N` may stand there with their slashes; any other revision is one segment.
/// The path may have its own slashes escaped (Python's tree call does that) or not.
pub(crate) fn split_revision(rest: &str) -> (String, String) {
    let special = rest.starts_with("refs/convert/") || rest.starts_with("refs/pr/");
    let revision_segments = if special { 3 } else { 1 };
    let end = rest.match_indices('/').nth(revision_segments - 1).map_or(rest.len(), |(at, _)| at);
    let (revision, path) = rest.split_at(end);
    (decode(revision), decode(path).trim_matches('/').to_owned())
}

/// Undoes percent-encoding; bytes that are no UTF-8 become replacement characters and thus match nothing.
pub(crate) fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// What stays as it is in a path segment: RFC 3986 unreserved characters.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Percent-encodes a repo path for a URL, segment by segment.
pub(crate) fn encode_path(path: &str) -> String {
    path.split('/').map(encode).collect::<Vec<_>>().join("/")
}

/// Percent-encodes one segment or query value.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids() {
        for good in ["me/demo", "a/b", "user_1/x.y-z"] {
            assert!(RepoId::parse(good).is_ok(), "{good}");
        }
        for bad in ["demo", "me/", "me/de--mo", "me/demo.git", "me/a b", "-me/a", "me/a/b", "me/.."] {
            assert!(RepoId::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn revisions() {
        let split = |rest| {
            let (revision, path) = split_revision(rest);
            format!("{revision}|{path}")
        };
        assert_eq!(split("main"), "main|");
        assert_eq!(split("main/a/b.txt"), "main|a/b.txt");
        assert_eq!(split("main/a%2Fb.txt"), "main|a/b.txt");
        assert_eq!(split("feature%2Fx/a%20b.csv"), "feature/x|a b.csv");
        assert_eq!(split("feature/x/a.csv"), "feature|x/a.csv");
        assert_eq!(split("refs/convert/parquet/default/train"), "refs/convert/parquet|default/train");
        assert_eq!(split("refs%2Fconvert%2Fparquet/default"), "refs/convert/parquet|default");
        assert_eq!(split("refs/pr/3"), "refs/pr/3|");
        assert_eq!(split("refs/heads/main/x"), "refs|heads/main/x");
    }
}
