//! Making and removing repos: `POST /api/repos/create`, `DELETE /api/repos/delete` (huggingface_hub `hf_api.py`).

use std::cell::Cell;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::Hub;
use crate::{
    error::{Error, ErrorKind, Result},
    http::{Attempt, Method, Transport, with_retries},
    path::RepoId,
};

/// What a new repo is to be like.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct NewRepo {
    /// Visible to its namespace only.
    pub private: bool,
    /// A repo that is there already is no error.
    pub exist_ok: bool,
    /// The identifier of a license, such as `apache-2.0`, for the new card.
    pub license: Option<String>,
}

/// A repo after [`Hub::create_repo`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreatedRepo {
    /// The repo, `namespace/name`.
    pub repo: String,
    /// The address of its page.
    pub url: String,
    /// Whether it was made now; otherwise it had been there, and nothing about it was changed.
    pub created: bool,
}

const CREATE: &str = "create repo";
const DELETE: &str = "delete repo";

/// What the Hub says of a repo. The 409 of one that exists holds it, too.
#[derive(Deserialize)]
struct Answer {
    url: String,
}

impl<T: Transport> Hub<T> {
    /// Makes a repo with one branch, `main`. One request.
    ///
    /// An answer that was lost is asked for again; that the repo is there then is taken as the answer.
    ///
    /// # Errors
    /// Kind `conflict` when it exists and `exist_ok` is not set, `unauthorized`, `forbidden` in a namespace that is not
    /// the token's.
    pub async fn create_repo(&self, repo: &RepoId, new: &NewRepo) -> Result<CreatedRepo> {
        let mut body = json!({
            "name": repo.name(),
            "organization": repo.namespace(),
            "type": repo.repo_type().singular(),
            "visibility": if new.private { "private" } else { "public" },
        });
        if let (Some(license), Json::Object(fields)) = (&new.license, &mut body) {
            fields.insert("license".to_owned(), license.as_str().into());
        }
        let request = self.json_request(Method::Post, &format!("{}/api/repos/create", self.endpoint), &body);
        let unanswered = Cell::new(false);
        let created = with_retries(&self.transport, &self.retry, 0, || async {
            let was_unanswered = unanswered.replace(true);
            let outcome = self.attempt_json::<Answer>(CREATE, &request).await;
            unanswered.set(was_unanswered || is_uncertain(&outcome));
            match outcome {
                Attempt::Done((answer, _)) => Attempt::Done((answer.url, true)),
                Attempt::Failed(error) if is_busy(&error) => Attempt::Again(error, None),
                Attempt::Failed(error) if is_status(&error, "409") && (new.exist_ok || was_unanswered) => {
                    Attempt::Done((
                        format!("{}/{}s/{repo}", self.endpoint, repo.repo_type().singular()),
                        was_unanswered,
                    ))
                }
                Attempt::Failed(error) if is_status(&error, "409") => Attempt::Failed(exists()),
                Attempt::Failed(error) => Attempt::Failed(error),
                Attempt::Again(error, wait) => Attempt::Again(error, wait),
            }
        });
        let created: Result<_> = created.await;
        let (url, created) = created.map_err(|error| error.with("repo", repo))?;
        Ok(CreatedRepo { repo: repo.to_string(), url, created })
    }

    /// Removes a repo with all that was ever in it. One request.
    ///
    /// # Errors
    /// Kind `not_found` when there is none, `unauthorized`, `forbidden`.
    pub async fn delete_repo(&self, repo: &RepoId) -> Result<()> {
        let body = json!({
            "name": repo.name(),
            "organization": repo.namespace(),
            "type": repo.repo_type().singular(),
        });
        let request =
            self.json_request(Method::Delete, &format!("{}/api/repos/delete", self.endpoint), &body);
        let unanswered = Cell::new(false);
        let deleted = with_retries(&self.transport, &self.retry, 0, || async {
            let was_unanswered = unanswered.replace(true);
            let outcome = self.attempt(DELETE, &request).await;
            unanswered.set(was_unanswered || is_uncertain(&outcome));
            match outcome {
                Attempt::Done(_) => Attempt::Done(()),
                Attempt::Failed(error) if is_status(&error, "404") && was_unanswered => Attempt::Done(()),
                Attempt::Failed(error) => Attempt::Failed(error),
                Attempt::Again(error, wait) => Attempt::Again(error, wait),
            }
        });
        let deleted: Result<_> = deleted.await;
        deleted.map_err(|error| error.with("repo", repo))
    }
}

/// Whether the Hub may have acted although its answer is missing or an error of its own.
fn is_uncertain<R>(outcome: &Attempt<R>) -> bool {
    matches!(outcome, Attempt::Again(error, _) if matches!(error.kind(), ErrorKind::Network | ErrorKind::Server))
}

fn is_status(error: &Error, status: &str) -> bool {
    error.get("status") == Some(status)
}

/// The one 409 that passes: another request is changing the repo right now.
fn is_busy(error: &Error) -> bool {
    is_status(error, "409") && error.message().contains("conflicting operation")
}

fn exists() -> Error {
    let message =
        "A repo of this name exists already; choose another name, or set existOk to write to this one.";
    Error::new(ErrorKind::Conflict, CREATE, message).with("status", 409)
}
