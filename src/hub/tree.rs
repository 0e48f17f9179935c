//! What a repo holds: `GET /api/{type}s/{id}/tree/{revision}/{path}`, in pages of 1,000 entries.

use serde::Deserialize;

use super::{Hub, segment, segments};
use crate::{
    error::{Error, ErrorKind, Result},
    http::Transport,
    path::RepoId,
};

/// One file or directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its path in the repo.
    pub path: String,
    /// What it is.
    pub kind: EntryKind,
    /// Its length in bytes; that of the content, not of an LFS pointer. 0 for a directory.
    pub size: u64,
    /// What identifies its content: the sha256 of an LFS file, the git blob's sha1 of any other.
    pub oid: String,
}

/// What an [`Entry`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntryKind {
    /// A file.
    File,
    /// A directory.
    Directory,
}

/// More pages than any repo has (the Hub advises under 100,000 files): a server that never ends is stopped here.
const MAX_PAGES: usize = 10_000;

impl<T: Transport> Hub<T> {
    /// Lists a directory, or the one file when `path` is a file's; everything below it when `recursive`.
    /// One request for each 1,000 entries, one after the other, because each page names the next.
    ///
    /// # Errors
    /// Kind `not_found` for a repo, revision or path that is not there, `unauthorized`, `gated`.
    pub async fn tree(
        &self,
        repo: &RepoId,
        revision: &str,
        path: &str,
        recursive: bool,
    ) -> Result<Vec<Entry>> {
        let kind = repo.repo_type().plural();
        let below = if path.is_empty() { String::new() } else { format!("/{}", segments(path)) };
        let revision_segment = segment(revision);
        let mut next = Some(format!(
            "{}/api/{kind}/{repo}/tree/{revision_segment}{below}?recursive={recursive}&expand=false",
            self.endpoint
        ));
        let mut entries = Vec::new();
        for _ in 0..MAX_PAGES {
            let Some(url) = next else { return Ok(entries) };
            let page = self.get_json::<Vec<Listed>>("list files", &url).await;
            let (page, headers) =
                page.map_err(|error| error.with("repo", repo).with("revision", revision).with("path", path))?;
            entries.extend(page.into_iter().map(Entry::from));
            next = headers.get("link").and_then(next_page).map(str::to_owned);
        }
        Err(Error::new(ErrorKind::Limit, "list files", "The listing does not end.").with("repo", repo))
    }
}

/// An entry as the Hub spells it.
#[derive(Deserialize)]
struct Listed {
    #[serde(rename = "type")]
    kind: EntryKind,
    path: String,
    #[serde(default)]
    size: u64,
    #[serde(default)]
    oid: String,
    lfs: Option<Lfs>,
}

#[derive(Deserialize)]
struct Lfs {
    oid: String,
    size: u64,
}

impl From<Listed> for Entry {
    fn from(listed: Listed) -> Self {
        let Listed { kind, path, size, oid, lfs } = listed;
        let (oid, size) = lfs.map_or((oid, size), |lfs| (lfs.oid, lfs.size));
        Self { path, kind, size, oid }
    }
}

/// The target of `rel="next"` in a `Link` header (RFC 8288).
fn next_page(link: &str) -> Option<&str> {
    link.split(',').find_map(|link| {
        let (target, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
        parameters.split(';').any(|p| matches!(p.trim(), "rel=\"next\"" | "rel=next")).then_some(target)
    })
}
