//! `POST|DELETE /api/datasets/{id}/branch/{name}` and `…/tag/{rev}`.

use std::time::SystemTime;

use axum::Json;
use axum::body::Bytes;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::commit::body_json;
use super::target::Target;
use crate::errors::HubError;
use crate::repo::{CommitText, Files, MAIN};
use crate::rights::{may_write, signed_in};

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct BranchRequest {
    starting_point: Option<String>,
    empty_branch: bool,
    overwrite: bool,
}

pub(super) async fn create_branch(target: Target, body: Bytes) -> Result<Json<Value>, HubError> {
    may_write(&target.caller, &target.repo)?;
    let request: BranchRequest = if body.is_empty() { BranchRequest::default() } else { body_json(&body)? };
    let author = signed_in(&target.caller)?.name.clone();
    let name = target.revision();
    let reference = full_name("refs/heads/", &name)?;
    target.state.change(&target.repo.id, |repo| {
        let exists = repo.refs.contains_key(&reference);
        if exists && !request.overwrite {
            return Err(HubError::conflict(format!("Reference already exists: {reference}")));
        }
        if request.empty_branch {
            let (title, message) = ("Initial commit".into(), String::new());
            repo.refs.remove(&reference);
            let text = CommitText { title, message, author, date: SystemTime::now() };
            repo.commit(&reference, text, Files::new());
        } else if !exists || request.starting_point.is_some() {
            let start = request.starting_point.as_deref().unwrap_or(MAIN);
            let oid = repo.resolve(start).ok_or_else(|| HubError::revision_not_found(start))?.oid.clone();
            repo.refs.insert(reference, oid);
        }
        Ok(Json(json!({})))
    })
}

pub(super) async fn delete_branch(target: Target) -> Result<Json<Value>, HubError> {
    may_write(&target.caller, &target.repo)?;
    let name = target.revision();
    if name == "main" {
        return Err(HubError::new(StatusCode::FORBIDDEN, "The default branch cannot be deleted"));
    }
    remove(&target, "refs/heads/", &name)
}

#[derive(Debug, Deserialize)]
struct TagRequest {
    tag: String,
}

pub(super) async fn create_tag(target: Target, body: Bytes) -> Result<Json<Value>, HubError> {
    may_write(&target.caller, &target.repo)?;
    let request: TagRequest = body_json(&body)?;
    let (revision, reference) = (target.revision(), full_name("refs/tags/", &request.tag)?);
    target.state.change(&target.repo.id, |repo| {
        let oid = repo.resolve(&revision).ok_or_else(|| HubError::revision_not_found(&revision))?.oid.clone();
        if repo.refs.contains_key(&reference) {
            return Err(HubError::conflict(format!("Tag already exists: {}", request.tag)));
        }
        repo.refs.insert(reference, oid);
        Ok(Json(json!({})))
    })
}

pub(super) async fn delete_tag(target: Target) -> Result<Json<Value>, HubError> {
    may_write(&target.caller, &target.repo)?;
    remove(&target, "refs/tags/", &target.revision())
}

fn remove(target: &Target, prefix: &str, name: &str) -> Result<Json<Value>, HubError> {
    let reference = full_name(prefix, name)?;
    target.state.change(&target.repo.id, |repo| match repo.refs.remove(&reference) {
        Some(_) => Ok(Json(json!({}))),
        None => Err(HubError::revision_not_found(name)),
    })
}

/// What git would take as a ref's name, roughly.
fn full_name(prefix: &str, name: &str) -> Result<String, HubError> {
    let bad = |c: char| c.is_whitespace() || c.is_control() || "~^:?*[\\".contains(c);
    let bad_part = |part: &str| part.is_empty() || part.starts_with('.') || part.ends_with(".lock");
    if name.contains("..") || name.contains(bad) || name.split('/').any(bad_part) {
        return Err(HubError::bad_request(format!("{name:?} is not a valid ref name")));
    }
    Ok(format!("{prefix}{name}"))
}
