//! Which files go to the object store and which into the commit itself:
//! `POST /api/{type}s/{id}/preupload/{revision}` (huggingface_hub `_commit_api.py`).

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use futures_util::future::try_join_all;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Hub, segment};
use crate::{
    error::{Error, ErrorKind, Result},
    http::{Method, Transport},
    path::RepoId,
};

/// How many files one request asks about, as `huggingface_hub` does.
const BATCH: usize = 256;
/// How much of a file the Hub wants to see, in bytes.
const SAMPLE: usize = 512;

/// A file to ask about.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Its path in the repo.
    pub path: String,
    /// Its length in bytes.
    pub size: u64,
    /// Its first bytes; more than 512 are not sent.
    pub sample: Bytes,
}

/// Where the bytes of a file go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UploadMode {
    /// To the object store; the commit names their SHA-256.
    Lfs,
    /// Into the commit.
    Regular,
}

const ASK: &str = "prepare upload";

#[derive(Deserialize)]
struct Answer {
    files: Vec<Judged>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Judged {
    path: String,
    upload_mode: UploadMode,
    #[serde(default)]
    should_ignore: bool,
}

impl<T: Transport> Hub<T> {
    /// Asks where the bytes of files go, in the order of `files`. One request for each 256. An empty file is always
    /// regular: object stores of the Hub take none.
    ///
    /// # Errors
    /// Kind `forbidden` when the token may not write (or, with `create_pr`, open a pull request), `not_found`,
    /// `invalid` when the repo's `.gitignore` excludes a file.
    pub async fn preupload(
        &self,
        repo: &RepoId,
        revision: &str,
        files: &[Candidate],
        create_pr: bool,
    ) -> Result<Vec<UploadMode>> {
        let pr = if create_pr { "?create_pr=1" } else { "" };
        let kind = repo.repo_type().plural();
        let url = format!("{}/api/{kind}/{repo}/preupload/{}{pr}", self.endpoint, segment(revision));
        let batches = files.chunks(BATCH).map(|files| self.preupload_batch(&url, files));
        let modes = try_join_all(batches).await;
        let modes = modes.map_err(|error| error.with("repo", repo).with("revision", revision))?;
        Ok(modes.into_iter().flatten().collect())
    }

    async fn preupload_batch(&self, url: &str, files: &[Candidate]) -> Result<Vec<UploadMode>> {
        let line = |file: &Candidate| {
            let sample = file.sample.get(..SAMPLE).unwrap_or(&file.sample);
            json!({ "path": file.path, "size": file.size, "sample": BASE64_STANDARD.encode(sample) })
        };
        let body = json!({ "files": files.iter().map(line).collect::<Json>() });
        let request = self.json_request(Method::Post, url, &body);
        let (answer, _) = self.send_json::<Answer>(ASK, &request).await?;
        files.iter().map(|file| mode(file, &answer)).collect()
    }
}

fn mode(file: &Candidate, answer: &Answer) -> Result<UploadMode> {
    let error = |kind, message| Err(Error::new(kind, ASK, message).with("file", &file.path));
    match answer.files.iter().find(|judged| judged.path == file.path) {
        None => error(ErrorKind::Server, "The Hub did not say how to store this file; try again."),
        Some(judged) if judged.should_ignore => error(
            ErrorKind::Invalid,
            "The repo's .gitignore excludes this file; choose another path or change it.",
        ),
        Some(_) if file.size == 0 => Ok(UploadMode::Regular),
        Some(judged) => Ok(judged.upload_mode),
    }
}
