//! Git LFS as the Hub speaks it: batch, verify, and the completion of uploads in parts (git-lfs `docs/api`,
//! huggingface_hub `lfs.py`).

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::commit::body_json;
use super::target::Target;
use crate::errors::HubError;
use crate::objects::Refusal;
use crate::params::Params;
use crate::rights::may_contribute;
use crate::state::State;
use crate::storage::{part_url, write_url};

const LFS_JSON: HeaderValue = HeaderValue::from_static("application/vnd.git-lfs+json");

#[derive(Debug, Deserialize)]
struct BatchRequest {
    operation: String,
    #[serde(default)]
    transfers: Vec<String>,
    objects: Vec<Object>,
}

#[derive(Debug, Deserialize)]
struct Object {
    oid: String,
    size: u64,
}

/// Whoever may open a pull request may store objects; the commit decides.
pub(super) async fn batch(target: Target, headers: HeaderMap, body: Bytes) -> Result<Response, HubError> {
    may_contribute(&target.caller, &target.repo)?;
    let request: BatchRequest = body_json(&body)?;
    if request.operation != "upload" {
        let message = format!("operation {:?}: this Hub serves downloads by resolve only", request.operation);
        return Err(HubError::new(StatusCode::UNPROCESSABLE_ENTITY, message));
    }
    let multipart = request.transfers.iter().any(|transfer| transfer == "multipart");
    let part_len = target.state.settings.read().part_len.max(1);
    let verify = format!("{}/datasets/{}.git/info/lfs/objects/verify", target.base(&headers), target.repo.id);
    let (mut objects, mut in_parts) = (Vec::new(), false);
    for object in &request.objects {
        let mut line = json!({ "oid": object.oid, "size": object.size, "authenticated": true });
        let Value::Object(fields) = &mut line else { continue };
        let is_sha256 = object.oid.len() == 64 && object.oid.bytes().all(|b| b.is_ascii_hexdigit());
        if !is_sha256 {
            fields.insert("error".into(), json!({ "code": 422, "message": "oid is not a SHA-256" }));
        } else if target.state.objects.find(&target.repo, &object.oid, Some(object.size)).await?.is_none() {
            let parts = multipart && object.size > part_len;
            in_parts |= parts;
            let upload =
                if parts { upload_parts(&target, &headers, object)? } else { upload(&target, object) };
            let actions = json!({ "upload": upload, "verify": { "href": verify } });
            fields.insert("actions".into(), actions);
        }
        objects.push(line);
    }
    let transfer = if in_parts { "multipart" } else { "basic" };
    let answer = Json(json!({ "transfer": transfer, "objects": objects, "hash_algo": "sha256" }));
    Ok(([(header::CONTENT_TYPE, LFS_JSON)], answer).into_response())
}

fn upload(target: &Target, object: &Object) -> Value {
    let href = write_url(&target.state, &target.repo.hub_id(), &object.oid, object.size);
    json!({ "href": href, "expires_in": expires_in(&target.state) })
}

/// `header` holds what is none: the part length, and the URL of every part under its number.
fn upload_parts(target: &Target, headers: &HeaderMap, object: &Object) -> Result<Value, HubError> {
    let state = &target.state;
    let part_len = state.settings.read().part_len.max(1);
    let id = state.objects.open_upload(target.repo.hub_id(), object.oid.clone(), object.size, part_len)?;
    let mut header = Map::from_iter([("chunk_size".to_owned(), part_len.to_string().into())]);
    for number in 1..=object.size.div_ceil(part_len) {
        header.insert(format!("{number:05}"), part_url(state, &id, number).into());
    }
    let signature = state.signer.query(&completion(&id), state.settings.read().url_lifetime_ms);
    let href = format!("{}/api/complete_multipart?uploadId={id}&{signature}", target.base(headers));
    Ok(json!({ "href": href, "header": header, "expires_in": expires_in(state) }))
}

fn expires_in(state: &State) -> u64 {
    state.settings.read().url_lifetime_ms / 1000
}

/// What is signed for the completion of an upload; the URL has the id in its query.
fn completion(upload: &str) -> String {
    format!("/api/complete_multipart/{upload}")
}

#[derive(Debug, Deserialize)]
struct Completion {
    oid: String,
    parts: Vec<Part>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    part_number: u64,
    etag: String,
}

/// No token is asked for: the URL is signed.
pub(super) async fn complete(
    Shared(state): Shared<Arc<State>>,
    query: Params,
    body: Bytes,
) -> Result<Json<Value>, HubError> {
    let id = query.get("uploadId").unwrap_or_default();
    if !state.signer.allows(&completion(id), &query) {
        return Err(HubError::new(StatusCode::FORBIDDEN, "The completion URL has expired"));
    }
    let request: Completion = body_json(&body)?;
    let upload =
        state.objects.upload(id).ok_or_else(|| HubError::bad_request("The upload does not exist"))?;
    if upload.oid != request.oid {
        return Err(HubError::bad_request("The upload is of another object"));
    }
    let parts: Vec<_> = request.parts.into_iter().map(|part| (part.part_number, part.etag)).collect();
    match state.objects.complete(&upload, &parts).await {
        Ok(()) => Ok(Json(json!({ "oid": upload.oid, "size": upload.size }))),
        Err(Refusal::Wrong(why)) => Err(HubError::bad_request(why)),
        Err(Refusal::Broken(error)) => Err(error.into()),
    }
}

pub(super) async fn verify(target: Target, body: Bytes) -> Result<Json<Value>, HubError> {
    may_contribute(&target.caller, &target.repo)?;
    let object: Object = body_json(&body)?;
    match target.state.objects.find(&target.repo, &object.oid, Some(object.size)).await? {
        Some(blob) if blob.len() == object.size => Ok(Json(json!({}))),
        Some(_) => Err(HubError::new(StatusCode::UNPROCESSABLE_ENTITY, "The object has another size")),
        None => Err(HubError::new(StatusCode::NOT_FOUND, "The object was not uploaded")),
    }
}
