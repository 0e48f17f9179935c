//! `POST /api/datasets/{id}/commit/{rev}`: one commit as lines of JSON (huggingface_hub `_commit_api.py`,
//! @huggingface/hub `commit.ts`).

use std::sync::Arc;
use std::time::SystemTime;

use axum::Json;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::target::Target;
use crate::blob::Blob;
use crate::card;
use crate::discussion::{Discussion, PullRequest, Status};
use crate::errors::HubError;
use crate::lfs::{LARGEST_INLINE, is_binary};
use crate::params::Params;
use crate::repo::{CommitText, Entry, Files, Repo, put_file, remove_folder};
use crate::rights::{may_contribute, may_write, signed_in};

/// A line of a commit's body.
#[derive(Debug, Deserialize)]
#[serde(tag = "key", content = "value", rename_all = "camelCase")]
enum Line {
    #[serde(rename_all = "camelCase")]
    Header {
        summary: String,
        #[serde(default)]
        description: Option<String>,
        #[serde(default)]
        parent_commit: Option<String>,
    },
    File {
        path: String,
        #[serde(flatten)]
        content: Content,
    },
    LfsFile {
        path: String,
        oid: String,
        /// Missing when Python copies a file.
        #[serde(default)]
        size: Option<u64>,
    },
    DeletedFile {
        path: String,
    },
    DeletedFolder {
        path: String,
    },
}

/// The bytes of an inline file.
#[derive(Debug, Deserialize)]
pub(super) struct Content {
    content: String,
    #[serde(default)]
    encoding: Option<String>,
}

impl Content {
    pub(super) fn bytes(self) -> Result<Bytes, HubError> {
        match self.encoding.as_deref() {
            Some("base64") => {
                let bytes = BASE64_STANDARD.decode(self.content);
                bytes.map(Bytes::from).map_err(|error| HubError::bad_request(error.to_string()))
            }
            None | Some("utf-8") => Ok(self.content.into()),
            Some(other) => Err(HubError::bad_request(format!("unknown encoding {other:?}"))),
        }
    }
}

/// What a commit does to one path, with the bytes at hand.
#[derive(Debug)]
enum Operation {
    Put(String, Entry),
    Delete(String),
    DeleteFolder(String),
}

/// A whole commit, checked as far as that needs no look at the branch.
#[derive(Debug)]
struct Plan {
    text: CommitText,
    parent: Option<String>,
    operations: Vec<Operation>,
}

pub(super) async fn commit(
    target: Target,
    query: Params,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, HubError> {
    let create_pr = query.flag("create_pr");
    if create_pr {
        may_contribute(&target.caller, &target.repo)?;
    } else {
        may_write(&target.caller, &target.repo)?;
    }
    let revision = target.revision();
    let branch = target.repo.branch(&revision).ok_or_else(|| HubError::revision_not_found(&revision))?;
    let plan = plan(&target, &body).await?;
    let base = format!("{}/datasets/{}", target.base(&headers), target.repo.id);
    let (oid, pull_request) =
        target.state.change(&target.repo.id, |repo| apply(repo, &branch, plan, create_pr))?;
    let mut answer = json!({
        "success": true,
        "commitOid": oid,
        "commitUrl": format!("{base}/commit/{oid}"),
        "hookOutput": "",
    });
    if let (Some(number), Value::Object(fields)) = (pull_request, &mut answer) {
        fields.insert("pullRequestUrl".into(), format!("{base}/discussions/{number}").into());
    }
    Ok(Json(answer))
}

/// Reads the lines. The last may lack its newline, and lines may end as on Windows.
async fn plan(target: &Target, body: &[u8]) -> Result<Plan, HubError> {
    let author = signed_in(&target.caller)?.name.clone();
    let mut plan: Option<Plan> = None;
    let lines = body.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    for (number, line) in (1..).zip(lines) {
        let line: Line = serde_json::from_slice(line)
            .map_err(|error| HubError::bad_request(format!("line {number} of the commit: {error}")))?;
        match (line, &mut plan) {
            (Line::Header { summary, description, parent_commit }, None) => {
                let message = description.unwrap_or_default();
                let text =
                    CommitText { title: summary, message, author: author.clone(), date: SystemTime::now() };
                plan = Some(Plan { text, parent: parent_commit, operations: Vec::new() });
            }
            (Line::Header { .. }, Some(_)) => return Err(HubError::bad_request("a second header")),
            (_, None) => return Err(HubError::bad_request("the first line of a commit must be its header")),
            (line, Some(plan)) => plan.operations.push(operation(target, line).await?),
        }
    }
    plan.ok_or_else(|| HubError::bad_request("the commit is empty"))
}

async fn operation(target: &Target, line: Line) -> Result<Operation, HubError> {
    match line {
        Line::Header { .. } => Err(HubError::bad_request("a header among the files")),
        Line::File { path, content } => {
            let path = valid(path)?;
            let bytes = content.bytes()?;
            check_inline(&path, &bytes)?;
            Ok(Operation::Put(path, Entry { blob: Arc::new(Blob::memory(bytes)), lfs: false }))
        }
        Line::LfsFile { path, oid, size } => {
            let path = valid(path)?;
            let missing = || HubError::bad_request(format!("{path}: the LFS object {oid} was not uploaded"));
            let blob = target.state.objects.find(&target.repo, &oid, size).await?.ok_or_else(missing)?;
            if size.is_some_and(|size| size != blob.len()) {
                return Err(HubError::bad_request(format!(
                    "{path}: the LFS object has {} bytes",
                    blob.len()
                )));
            }
            Ok(Operation::Put(path, Entry { blob, lfs: true }))
        }
        Line::DeletedFile { path } => Ok(Operation::Delete(valid(path)?)),
        Line::DeletedFolder { path } => Ok(Operation::DeleteFolder(valid(path)?)),
    }
}

/// What the Hub's hook refuses to keep in git.
fn check_inline(path: &str, bytes: &Bytes) -> Result<(), HubError> {
    if bytes.len() as u64 > LARGEST_INLINE {
        let message = format!("{path}: files larger than 10 MB must be uploaded as LFS objects");
        return Err(HubError::bad_request(message));
    }
    if is_binary(bytes.get(..bytes.len().min(512)).unwrap_or_default()) {
        return Err(HubError::bad_request(format!("{path}: binary files must be uploaded as LFS objects")));
    }
    if path == "README.md" {
        let text = String::from_utf8_lossy(bytes);
        card::metadata(&text).map_err(|why| HubError::invalid_card(&why))?;
    }
    Ok(())
}

fn valid(path: String) -> Result<String, HubError> {
    let path = path.trim_end_matches('/').to_owned();
    let bad =
        |part: &str| part.is_empty() || part == "." || part == ".." || part.eq_ignore_ascii_case(".git");
    if path.split('/').any(bad) {
        return Err(HubError::bad_request(format!("{path:?} is not a path in a repo")));
    }
    Ok(path)
}

/// Makes the commit, and the pull request if one is wanted. Nothing has changed when this fails.
fn apply(
    repo: &mut Repo,
    branch: &str,
    plan: Plan,
    create_pr: bool,
) -> Result<(String, Option<usize>), HubError> {
    let head = repo.head(branch).cloned().ok_or_else(|| HubError::revision_not_found(branch))?;
    if plan.parent.is_some_and(|parent| parent != head.oid) {
        let message = "A commit has happened since. Please refresh and try again.";
        return Err(HubError::new(StatusCode::PRECONDITION_FAILED, message));
    }
    let mut files = head.files.clone();
    for operation in plan.operations {
        operation.apply(&mut files, &head.oid)?;
    }
    if !create_pr {
        return Ok((repo.commit(branch, plan.text, files).oid.clone(), None));
    }
    let (title, text) = (plan.text.title.clone(), plan.text.message.clone());
    let mut discussion = Discussion::new(title, text, plan.text.author.clone(), Status::Open);
    discussion.pull_request = Some(PullRequest { base: head.oid.clone(), merge_commit: None });
    let number = repo.open(discussion);
    let oid = repo.commit(&format!("refs/pr/{number}"), plan.text, files).oid.clone();
    Ok((oid, Some(number)))
}

impl Operation {
    fn apply(self, files: &mut Files, head: &str) -> Result<(), HubError> {
        match self {
            Self::Put(path, entry) => put_file(files, path, entry),
            Self::Delete(path) => {
                files.remove(&path).ok_or_else(|| HubError::entry_not_found(head))?;
            }
            Self::DeleteFolder(path) => {
                if remove_folder(files, &path) == 0 {
                    return Err(HubError::entry_not_found(head));
                }
            }
        }
        Ok(())
    }
}

/// Reads a JSON body whatever its Content-Type says: LFS has its own.
pub(super) fn body_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, HubError> {
    serde_json::from_slice(body).map_err(|error| HubError::bad_request(error.to_string()))
}
