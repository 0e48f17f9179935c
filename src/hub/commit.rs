//! One commit as lines of JSON: `POST /api/{type}s/{id}/commit/{revision}` (huggingface_hub `_commit_api.py`).

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Hub, segment};
use crate::{
    error::{Error, ErrorKind, Result},
    http::{Method, RetryPolicy, Transport, with_retries},
    path::RepoId,
};

/// A commit to make.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Commit {
    /// The first line of its message.
    pub summary: String,
    /// The rest of it; may be empty.
    pub description: String,
    /// The commit that the branch must still be at.
    pub parent: String,
    /// What it does.
    pub operations: Vec<Operation>,
}

/// What a commit does to one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Puts these bytes there.
    File {
        /// The path.
        path: String,
        /// The bytes.
        content: Bytes,
    },
    /// Puts an object of the store there.
    LfsFile {
        /// The path.
        path: String,
        /// The SHA-256 of its bytes, in hex.
        oid: String,
        /// Their number.
        size: u64,
    },
    /// Removes the file.
    DeletedFile {
        /// The path.
        path: String,
    },
}

/// A commit that was made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Committed {
    /// Its id, 40 hexadecimal digits.
    pub commit_oid: String,
    /// The address of its page.
    pub commit_url: String,
    /// The address of the pull request that was opened with it.
    pub pull_request_url: Option<String>,
}

const COMMIT: &str = "commit";

impl<T: Transport> Hub<T> {
    /// Makes a commit on a branch, or on a new pull request. One request, and more after a 409, with which the Hub
    /// says that another commit is being made.
    ///
    /// The parent makes it safe to ask again when an answer was lost: the second commit would be refused with 412. That
    /// does not hold for a pull request, so one is asked for once.
    ///
    /// # Errors
    /// Kind `conflict` with the fact `status` 412 when the branch is not at the parent (any more, or because this
    /// commit was made and its answer lost), `invalid` for what the Hub refuses, `forbidden`.
    pub async fn commit(
        &self,
        repo: &RepoId,
        revision: &str,
        commit: &Commit,
        create_pr: bool,
    ) -> Result<Committed> {
        let pr = if create_pr { "?create_pr=1" } else { "" };
        let kind = repo.repo_type().plural();
        let url = format!("{}/api/{kind}/{repo}/commit/{}{pr}", self.endpoint, segment(revision));
        let request = self
            .request(Method::Post, &url)
            .with_header("content-type", "application/x-ndjson")
            .with_body(commit.body());
        let len = request.body.as_ref().map_or(0, Bytes::len) as u64;
        // The Hub gives a commit a minute.
        let policy = RetryPolicy {
            attempts: if create_pr { 1 } else { self.retry.attempts },
            timeout: self.retry.timeout.saturating_mul(3),
            ..self.retry
        };
        let mut busy = 0;
        loop {
            let sent = with_retries(&self.transport, &policy, len, || self.attempt_json(COMMIT, &request));
            match sent.await {
                Ok((committed, _)) => return Ok(committed),
                Err(error) if error.get("status") == Some("409") && busy + 1 < self.retry.attempts => {
                    busy += 1;
                    self.transport.sleep(self.busy_wait(busy)).await;
                }
                Err(error) => {
                    return Err(explain(error, create_pr).with("repo", repo).with("revision", revision));
                }
            }
        }
    }

    /// The wait after the n-th 409: doubling, up to the policy's longest.
    fn busy_wait(&self, busy: u32) -> Duration {
        self.retry.first_wait.saturating_mul(1 << busy.min(16)).min(self.retry.max_wait)
    }
}

impl Commit {
    /// Lines of JSON, the header first.
    fn body(&self) -> Vec<u8> {
        let mut header = json!({ "summary": self.summary, "parentCommit": self.parent });
        if let (false, Json::Object(header)) = (self.description.is_empty(), &mut header) {
            header.insert("description".to_owned(), self.description.as_str().into());
        }
        let lines = self.operations.iter().map(Operation::line);
        let mut body = Vec::new();
        for line in std::iter::once(json!({ "key": "header", "value": header })).chain(lines) {
            body.extend_from_slice(line.to_string().as_bytes());
            body.push(b'\n');
        }
        body
    }
}

impl Operation {
    fn line(&self) -> Json {
        match self {
            Self::File { path, content } => json!({
                "key": "file",
                "value": { "path": path, "content": BASE64_STANDARD.encode(content), "encoding": "base64" },
            }),
            Self::LfsFile { path, oid, size } => json!({
                "key": "lfsFile",
                "value": { "path": path, "algo": "sha256", "oid": oid, "size": size },
            }),
            Self::DeletedFile { path } => json!({ "key": "deletedFile", "value": { "path": path } }),
        }
    }
}

/// A pull request may have been opened although the answer was lost.
fn explain(error: Error, create_pr: bool) -> Error {
    match error.kind() {
        ErrorKind::Network | ErrorKind::Server if create_pr => error.with(
            "hint",
            "the pull request may have been opened all the same; look at the repo's pull requests before trying again",
        ),
        _ => error,
    }
}
