//! Small files of a repo read whole, such as its `README.md`.

use bytes::Bytes;

use super::{Hub, check};
use crate::{
    error::{ErrorKind, Result},
    http::{Attempt, Body, Transport, with_retries},
    path::RepoId,
};

/// A file's bytes and the commit that they are of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeFile {
    /// The content, whatever its encoding.
    pub bytes: Bytes,
    /// The commit, where the Hub says it.
    pub sha: Option<String>,
}

impl<T: Transport> Hub<T> {
    /// Reads a small file whole, or `None` when the repo has no such file. One request.
    ///
    /// # Errors
    /// Kind `not_found` for a repo or revision that is not there, `unauthorized`, `gated`.
    pub async fn whole_file(&self, repo: &RepoId, revision: &str, path: &str) -> Result<Option<WholeFile>> {
        let url = self.resolve_url(repo, revision, path);
        let read = with_retries(&self.transport, &self.retry, 0, || async {
            let response = match self.transport.send(&self.get(&url)).await {
                Ok(response) => response,
                Err(error) => return Attempt::from(Err(error)),
            };
            let sha = response.headers.get("x-repo-commit").map(str::to_owned);
            if response.status == 404 && response.headers.get("x-error-code") == Some("EntryNotFound") {
                return Attempt::Done(None);
            }
            let response = match check("read file", response).await {
                Attempt::Done(response) => response,
                Attempt::Failed(error) => return Attempt::Failed(error),
                Attempt::Again(error, wait) => return Attempt::Again(error, wait),
            };
            Attempt::from(response.body.bytes().await.map(|bytes| Some(WholeFile { bytes, sha })))
        });
        let read: Result<_> = read.await;
        read.map_err(|error| match error.kind() {
            ErrorKind::Network => error.with("url", &url).with("file", path),
            _ => error.with("file", path),
        })
    }
}
