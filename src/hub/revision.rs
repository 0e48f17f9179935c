//! Which commit a revision is: `GET /api/{type}s/{id}/revision/{revision}`.

use serde::Deserialize;

use super::{Hub, segment};
use crate::{error::Result, http::Transport, path::RepoId};

/// A revision, resolved.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Revision {
    /// The commit, 40 hexadecimal digits.
    pub sha: String,
}

/// A commit sha in hexadecimal digits.
const SHA_LEN: usize = 40;

impl<T: Transport> Hub<T> {
    /// Resolves a branch, tag, `refs/…` name or (short) commit. One request; `expand=sha` keeps the file list
    /// out of the answer. None for a full commit sha, which is its own answer: whether it is there shows when it is used.
    ///
    /// # Errors
    /// Kind `not_found` for a repo or revision that is not there, `unauthorized`, `gated`.
    pub async fn revision(&self, repo: &RepoId, revision: &str) -> Result<Revision> {
        if revision.len() == SHA_LEN && revision.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        {
            return Ok(Revision { sha: revision.to_owned() });
        }
        let kind = repo.repo_type().plural();
        let url = format!("{}/api/{kind}/{repo}/revision/{}?expand=sha", self.endpoint, segment(revision));
        let answer = self.get_json("resolve revision", &url).await;
        let (revision, _) = answer.map_err(|error| error.with("repo", repo).with("revision", revision))?;
        Ok(revision)
    }
}
