//! The storage origin: bytes of large files, for whoever holds a signed URL.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State as Shared};
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use sha2::{Digest, Sha256};

use crate::blob::{Blob, hex};
use crate::errors::HubError;
use crate::params::Params;
use crate::range::file_answer;
use crate::repo::Repo;
use crate::repo_id::encode;
use crate::state::State;

pub(crate) fn router(state: Arc<State>) -> Router {
    Router::new().route("/repos/{repo}/{oid}", get(read)).fallback(unknown).with_state(state)
}

/// The signed URL of an LFS object, under the file name that the browser is to save it as.
pub(crate) fn read_url(
    state: &State,
    repo: &Repo,
    sha256: &str,
    blob: &Arc<Blob>,
    disposition: &str,
) -> String {
    state.keep_object(sha256, blob);
    let path = format!("/repos/{}/{sha256}", repo.hub_id());
    let query = state.signer.query(&path, state.settings.read().url_lifetime_ms);
    let disposition = if disposition.is_empty() {
        String::new()
    } else {
        format!("response-content-disposition={}&", encode(disposition))
    };
    format!("{}{path}?{disposition}{query}", state.origins.storage)
}

async fn read(
    Shared(state): Shared<Arc<State>>,
    query: Params,
    request: Request,
) -> Result<Response<Body>, HubError> {
    let path = request.uri().path();
    if !state.signer.allows(path, &query) {
        return Ok(xml_error(StatusCode::FORBIDDEN, "AccessDenied", "Request has expired"));
    }
    let Some(blob) = path.rsplit('/').next().and_then(|oid| state.object(oid)) else {
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
