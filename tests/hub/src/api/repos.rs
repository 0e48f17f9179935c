//! `POST /api/repos/create`, `DELETE /api/repos/delete`, `POST /api/validate-yaml`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};

use super::commit::{Content, body_json};
use super::target::base;
use crate::account::Caller;
use crate::card;
use crate::errors::HubError;
use crate::plant;
use crate::repo::Repo;
use crate::repo_id::RepoId;
use crate::rights::{may_create, may_delete, signed_in};
use crate::state::State;

#[derive(Debug, Deserialize)]
struct CreateRequest {
    name: String,
    organization: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    visibility: Option<String>,
    private: Option<bool>,
    license: Option<String>,
    #[serde(default)]
    files: Vec<FirstFile>,
}

#[derive(Debug, Deserialize)]
struct FirstFile {
    path: String,
    #[serde(flatten)]
    content: Content,
}

pub(super) async fn create(
    Shared(state): Shared<Arc<State>>,
    caller: Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, HubError> {
    let request: CreateRequest = body_json(&body)?;
    let id = named_repo(&caller, &request.name, request.organization.as_deref(), request.kind.as_deref())?;
    may_create(&caller, &id.namespace)?;
    let mut repo = Repo::new(id, SystemTime::now());
    repo.private = match (request.visibility.as_deref(), request.private) {
        (Some("private"), _) | (None, Some(true)) => true,
        (None | Some("public"), _) => false,
        (Some(other), _) => return Err(HubError::bad_request(format!("unknown visibility {other:?}"))),
    };
    repo.created_by_app = signed_in(&caller)?.grant.as_ref().map(|grant| grant.client_id.clone());
    let mut files = BTreeMap::new();
    if let Some(license) = request.license {
        files.insert("README.md".to_owned(), format!("---\nlicense: {license}\n---\n").into_bytes().into());
    }
    for file in request.files {
        files.insert(file.path, file.content.bytes()?);
    }
    plant::first_files(&mut repo, files)?;

    let url = format!("{}/datasets/{}", base(&state, &headers), repo.id);
    let answer = json!({ "url": url, "name": repo.id.to_string(), "id": repo.hub_id() });
    if state.add(repo) { Ok(Json(answer)) } else { Err(HubError::repo_exists(&url)) }
}

#[derive(Debug, Deserialize)]
struct DeleteRequest {
    name: String,
    organization: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

pub(super) async fn delete(
    Shared(state): Shared<Arc<State>>,
    caller: Caller,
    body: Bytes,
) -> Result<&'static str, HubError> {
    let request: DeleteRequest = body_json(&body)?;
    let id = named_repo(&caller, &request.name, request.organization.as_deref(), request.kind.as_deref())?;
    may_delete(&caller, &*state.repo(&id, &caller)?)?;
    if state.uproot(&id) { Ok("OK") } else { Err(HubError::repo_not_found()) }
}

#[derive(Debug, Deserialize)]
struct Card {
    content: String,
}

/// What Python asks before every commit that touches README.md.
pub(super) async fn validate_yaml(body: Bytes) -> Result<Json<Value>, HubError> {
    let card: Card = body_json(&body)?;
    match card::metadata(&card.content) {
        Ok(Some(_)) => Ok(Json(json!({ "errors": [], "warnings": [] }))),
        Ok(None) => {
            let warning = json!({ "message": "empty or missing yaml metadata in repo card" });
            Ok(Json(json!({ "errors": [], "warnings": [warning] })))
        }
        Err(why) => Err(HubError::invalid_card(&why)),
    }
}

/// The dataset repo of a request that names its parts. Without an organisation it is the caller's own.
fn named_repo(
    caller: &Caller,
    name: &str,
    organization: Option<&str>,
    kind: Option<&str>,
) -> Result<RepoId, HubError> {
    let user = signed_in(caller)?;
    if kind != Some("dataset") {
        return Err(HubError::bad_request("the local Hub has repos of type \"dataset\" only"));
    }
    RepoId::parse(&format!("{}/{name}", organization.unwrap_or(&user.name))).map_err(HubError::bad_request)
}
