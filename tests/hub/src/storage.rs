//! The storage origin: bytes of large files, out and in, for whoever holds a signed URL.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State as Shared};
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{get, put};
use sha2::{Digest, Sha256};

use crate::blob::{Blob, hex};
use crate::errors::HubError;
use crate::objects::Refusal;
use crate::params::Params;
use crate::range::file_answer;
use crate::repo::Repo;
use crate::repo_id::encode;
use crate::state::State;

pub(crate) fn router(state: Arc<State>) -> Router {
    Router::new()
        .route("/repos/{repo}/{oid}", get(read))
        .route("/uploads/{repo}/{oid}/{size}", put(write))
        .route("/parts/{upload}/{number}", put(write_part))
        .fallback(unknown)
        .with_state(state)
}

/// The signed URL of an LFS object, under the file name that the browser is to save it as.
pub(crate) fn read_url(
    state: &State,
    repo: &Repo,
    sha256: &str,
    blob: &Arc<Blob>,
    disposition: &str,
) -> String {
    let hub_id = repo.hub_id();
    state.objects.keep(&hub_id, sha256, blob);
    let path = format!("/repos/{hub_id}/{sha256}");
    let query = state.signer.query(&path, state.settings.read().url_lifetime_ms);
    let disposition = if disposition.is_empty() {
        String::new()
    } else {
        format!("response-content-disposition={}&", encode(disposition))
    };
    format!("{}{path}?{disposition}{query}", state.origins.storage)
}

/// The signed URL that takes an object as the body of one PUT.
pub(crate) fn write_url(state: &State, hub_id: &str, oid: &str, size: u64) -> String {
    signed(state, &format!("/uploads/{hub_id}/{oid}/{size}"))
}

/// The signed URL that takes a part of an upload, from 1.
pub(crate) fn part_url(state: &State, upload: &str, number: u64) -> String {
    signed(state, &format!("/parts/{upload}/{number}"))
}

fn signed(state: &State, path: &str) -> String {
    let query = state.signer.query(path, state.settings.read().url_lifetime_ms);
    format!("{}{path}?{query}", state.origins.storage)
}

async fn write(
    Shared(state): Shared<Arc<State>>,
    Path((hub_id, oid, size)): Path<(String, String, u64)>,
    query: Params,
    request: Request,
) -> Response<Body> {
    if !state.signer.allows(request.uri().path(), &query) {
        return expired();
    }
    match state.objects.put(&hub_id, &oid, size, request.into_body()).await {
        Ok(()) => stored(&format!("\"{}\"", oid.get(..32).unwrap_or_default())),
        Err(refusal) => refused(&refusal),
    }
}

async fn write_part(
    Shared(state): Shared<Arc<State>>,
    Path((upload, number)): Path<(String, u64)>,
    query: Params,
    request: Request,
) -> Response<Body> {
    if !state.signer.allows(request.uri().path(), &query) {
        return expired();
    }
    let Some(upload) = state.objects.upload(&upload) else {
        return xml_error(StatusCode::NOT_FOUND, "NoSuchUpload", "The specified upload does not exist.");
    };
    match upload.put_part(number, request.into_body()).await {
        Ok(etag) => stored(&etag),
        Err(refusal) => refused(&refusal),
    }
}

/// An object store answers a PUT with the ETag and no body; for a part, the client needs it.
fn stored(etag: &str) -> Response<Body> {
    let mut response = StatusCode::OK.into_response();
    if let Ok(etag) = HeaderValue::try_from(etag) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    response
}

fn refused(refusal: &Refusal) -> Response<Body> {
    match refusal {
        Refusal::Wrong(why) => xml_error(StatusCode::BAD_REQUEST, "BadDigest", why),
        Refusal::Broken(error) => xml_error(StatusCode::BAD_REQUEST, "IncompleteBody", &error.to_string()),
    }
}

fn expired() -> Response<Body> {
    xml_error(StatusCode::FORBIDDEN, "AccessDenied", "Request has expired")
}

async fn read(
    Shared(state): Shared<Arc<State>>,
    Path((hub_id, oid)): Path<(String, String)>,
    query: Params,
    request: Request,
) -> Result<Response<Body>, HubError> {
    let path = request.uri().path();
    if !state.signer.allows(path, &query) {
        return Ok(expired());
    }
    let Some(blob) = state.objects.get(&hub_id, &oid) else {
        return Ok(xml_error(StatusCode::NOT_FOUND, "NoSuchKey", "The specified key does not exist."));
    };
    // The CDN's ETag is its own: no hash that a client could know.
    let etag = hex(&Sha256::digest(path)).get(..32).unwrap_or_default().to_owned();
    let mut response =
        file_answer(request.method(), request.headers(), &blob, &format!("\"{etag}\"")).await?;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    if let Some(value) = query.get("response-content-disposition").and_then(|text| text.parse().ok()) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

async fn unknown() -> Response<Body> {
    xml_error(StatusCode::FORBIDDEN, "AccessDenied", "Access Denied")
}

/// An error as object stores write it.
pub(crate) fn xml_error(status: StatusCode, code: &str, message: &str) -> Response<Body> {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    let mut response = (status, text).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    response
}
