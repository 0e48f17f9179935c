//! The grammar of `hf://` paths.
//!
//! ```text
//! hf://[TYPE/]NAMESPACE/NAME[@REVISION][/PATH]
//! ```
//!
//! It is `huggingface_hub.parse_hf_uri` to the letter, with two additions that make its silent traps loud: a file name in
//! the place of the repo's name is refused with an explanation, and the revision `~parquet` (an alias that DuckDB and
//! Polars know) stands for the branch of Parquet conversions.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::repo_id::{RepoId, RepoType};
use super::web_url;
use crate::error::{Error, ErrorKind, Result};

const OPERATION: &str = "parse hf:// path";
const SCHEME: &str = "hf://";
/// The revision that is read when a path names none.
pub const DEFAULT_REVISION: &str = "main";
/// The branch where the Hub keeps its Parquet conversion of a dataset.
pub const CONVERT_PARQUET: &str = "refs/convert/parquet";
/// Python's `urllib.parse.quote(revision, safe="")`.
const REVISION_ESCAPES: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// Ends of names that are data files rather than repos.
const DATA_FILE_ENDINGS: [&str; 9] =
    [".parquet", ".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".arrow", ".gz", ".zst"];

/// A place on the Hub: a repo, perhaps a revision, and a path in it. `Display` writes it as `hf://…` again.
///
/// ```
/// use hubframe::path::HfPath;
///
/// let path = HfPath::parse("hf://datasets/username/my_dataset@refs/convert/parquet/default/train/0000.parquet")?;
/// assert_eq!(path.repo.to_string(), "username/my_dataset");
/// assert_eq!(path.revision.as_deref(), Some("refs/convert/parquet"));
/// assert_eq!(path.path, "default/train/0000.parquet");
/// # Ok::<(), hubframe::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HfPath {
    /// The repo.
    pub repo: RepoId,
    /// The revision as the Hub spells it (percent-decoded), or `None` where the path names none. A bucket has none.
    pub revision: Option<String>,
    /// The path in the repo, taken literally: no escapes, no leading or trailing `/`; empty for the root.
    pub path: String,
    /// The revision as it was written; only `Display` reads it.
    spelling: Option<String>,
}

impl HfPath {
    /// A place from its parts.
    pub fn new(repo: RepoId, revision: Option<String>, path: impl Into<String>) -> Self {
        Self { repo, revision, path: path.into(), spelling: None }
    }

    /// Reads `hf://…`, or the address of a repo, file or folder page of huggingface.co.
    ///
    /// The path is never percent-decoded in `hf://` (`a%20b` is a file with a percent sign) and always in web addresses.
    /// A revision with a `/` must be written `feature%2Fx`; only `refs/convert/NAME` and `refs/pr/N` may stand as they are.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] with what is wrong and how to write it. Also where only a data file's name stands in the
    /// place of the repo's name, as in `hf://datasets/squad/train.csv`: Python's parser takes that for a repo called
    /// `squad/train.csv`. Should there be a repo of such a name, an explicit revision says so:
    /// `hf://datasets/squad/train.csv@main`.
    pub fn parse(text: &str) -> Result<Self> {
        Self::parse_body(text, web_url::to_body(text, None))
    }

    /// As [`HfPath::parse`], and also reads web addresses of the Hub at `endpoint` (`http://localhost:8080/hf`).
    ///
    /// # Errors
    /// As [`HfPath::parse`].
    pub fn parse_with_endpoint(text: &str, endpoint: &str) -> Result<Self> {
        Self::parse_body(text, web_url::to_body(text, Some(endpoint)))
    }

    /// The revision to ask the Hub for: `main` when none is named, and `refs/convert/parquet` for `~parquet`.
    pub fn resolved_revision(&self) -> &str {
        match self.revision.as_deref() {
            None => DEFAULT_REVISION,
            Some("~parquet") => CONVERT_PARQUET,
            Some(revision) => revision,
        }
    }

    /// A sentence to add when the Hub does not know the repo and the namespace may have been left out, as in
    /// `hf://datasets/squad/plain_text/train.parquet`, which is the path `train.parquet` of a repo `squad/plain_text`.
    pub fn not_found_hint(&self) -> Option<String> {
        let (namespace, name) = (self.repo.namespace(), self.repo.name());
        (!self.path.is_empty() || is_data_file_name(name))
            .then(|| missing_namespace(self.repo.repo_type(), namespace, name))
    }

    fn parse_body(text: &str, web_body: Option<Result<String>>) -> Result<Self> {
        let body = match (text.strip_prefix(SCHEME), web_body) {
            (Some(body), _) => Ok(body.to_owned()),
            (None, Some(body)) => body,
            (None, None) => Err(invalid(format!(
                "A path starts with 'hf://' (in lower case) or is the address of a page on huggingface.co. Write \
                 '{SCHEME}[datasets/]namespace/name[@revision][/path]'."
            ))),
        };
        body.and_then(|body| parse_location(&body)).map_err(|error| error.with("path", text))
    }
}

impl fmt::Display for HfPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SCHEME)?;
        let repo_type = self.repo.repo_type();
        // A model needs its type only where its namespace would be read as one.
        if repo_type != RepoType::Model || RepoType::from_either(self.repo.namespace()).is_some() {
            write!(f, "{}/", repo_type.plural())?;
        }
        write!(f, "{}", self.repo)?;
        if let Some(revision) = &self.revision {
            match &self.spelling {
                Some(spelling) if decode(spelling) == *revision => write!(f, "@{spelling}")?,
                _ if special_revision_len(revision) == revision.len() => write!(f, "@{revision}")?,
                _ => write!(f, "@{}", utf8_percent_encode(revision, REVISION_ESCAPES))?,
            }
        }
        if self.path.is_empty() { Ok(()) } else { write!(f, "/{}", self.path) }
    }
}

/// Everything after `hf://`.
fn parse_location(body: &str) -> Result<HfPath> {
    if body.is_empty() {
        return Err(invalid("Nothing follows 'hf://'; name a repo, as in 'hf://datasets/namespace/name'."));
    }
    let (repo_type, location) = split_type(body)?;
    let location = location.trim_matches('/');
    let (id, revision, path) = split_location(repo_type, location)?;
    let repo = RepoId::new(repo_type, &id).map_err(|error| explain_id(error, repo_type, &id))?;
    if path.starts_with('/') || path.contains("//") {
        return Err(invalid(format!("The path '{path}' has an empty segment; remove the doubled '/'.")));
    }
    if revision.is_none()
        && path.is_empty()
        && repo_type != RepoType::Bucket
        && is_data_file_name(repo.name())
    {
        let hint = missing_namespace(repo_type, repo.namespace(), repo.name());
        return Err(invalid(format!("{hint} If there is a repo of that name, write '{SCHEME}{body}@main'.")));
    }
    Ok(HfPath { repo, revision: revision.as_deref().map(decode), path: path.to_owned(), spelling: revision })
}

fn split_type(body: &str) -> Result<(RepoType, &str)> {
    let (first, rest) = match body.split_once('/') {
        Some((first, rest)) => (first, Some(rest)),
        None => (body, None),
    };
    if let Some(repo_type) = RepoType::from_singular(first) {
        let plural = repo_type.plural();
        return Err(invalid(format!(
            "The type is written in the plural: '{SCHEME}{plural}/…', not '{first}/'."
        )));
    }
    match (RepoType::from_plural(first), rest) {
        (Some(repo_type), Some(rest)) => Ok((repo_type, rest)),
        (Some(_), None) => {
            Err(invalid(format!("A repo id is missing after '{first}': write '{first}/namespace/name'.")))
        }
        (None, _) => Ok((RepoType::Model, body)),
    }
}

/// The id, the revision as it is written, and the path.
fn split_location(repo_type: RepoType, location: &str) -> Result<(String, Option<String>, &str)> {
    // An '@' starts a revision only right after the id; further on it belongs to a file's name.
    let at = location.find('@').filter(|at| location.get(..*at).unwrap_or("").matches('/').count() <= 1);
    if let (Some(_), RepoType::Bucket) = (at, repo_type) {
        return Err(invalid("A bucket has no revisions; leave the '@' and what follows it off."));
    }
    let Some((id, rest)) = at.and_then(|at| location.split_at_checked(at)) else {
        let mut segments = location.splitn(3, '/');
        let id: Vec<&str> = segments.by_ref().take(2).collect();
        return Ok((id.join("/"), None, segments.next().unwrap_or("")));
    };
    let rest = rest.strip_prefix('@').unwrap_or(rest);
    let (revision, path) = match special_revision_len(rest) {
        0 => rest.split_once('/').unwrap_or((rest, "")),
        len => {
            let (revision, path) = rest.split_at_checked(len).unwrap_or((rest, ""));
            (revision, path.strip_prefix('/').unwrap_or(path))
        }
    };
    if revision.is_empty() {
        return Err(invalid("No revision follows the '@'; name one, or remove the '@' to read 'main'."));
    }
    Ok((id.to_owned(), Some(revision.to_owned()), path))
}

/// How many bytes at the start of `text` are a revision that may hold unescaped slashes; 0 for none.
/// Python's `^refs/(?:convert/[\w.-]+|pr/\d+)`.
fn special_revision_len(text: &str) -> usize {
    let run = |prefix: &str, accepts: fn(char) -> bool| {
        let rest = text.strip_prefix(prefix)?;
        let len = rest.find(|c| !accepts(c)).unwrap_or(rest.len());
        (len > 0).then_some(prefix.len() + len)
    };
    run("refs/convert/", |c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'))
        .or_else(|| run("refs/pr/", |c| c.is_ascii_digit()))
        .unwrap_or(0)
}

fn decode(spelling: &str) -> String {
    percent_decode_str(spelling).decode_utf8_lossy().into_owned()
}

/// An id with a glob in its second half is a path whose namespace was left out, too.
fn explain_id(error: Error, repo_type: RepoType, id: &str) -> Error {
    match id.split_once('/') {
        Some((namespace, name)) if super::has_magic(name) => {
            invalid(missing_namespace(repo_type, namespace, name)).with("id", id)
        }
        _ => error,
    }
}

fn missing_namespace(repo_type: RepoType, namespace: &str, name: &str) -> String {
    let (singular, plural) = (repo_type.singular(), repo_type.plural());
    format!(
        "'{namespace}/{name}' is read as the {singular} id, since an id is always namespace/name. If '{namespace}' is the \
         {singular}, its namespace is missing: write '{SCHEME}{plural}/NAMESPACE/{namespace}/{name}' with its owner's name \
         (squad, for one, is rajpurkar/squad)."
    )
}

fn is_data_file_name(name: &str) -> bool {
    DATA_FILE_ENDINGS.iter().any(|ending| name.len() > ending.len() && name.ends_with(ending))
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Invalid, OPERATION, message)
}
