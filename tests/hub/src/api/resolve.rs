//! `/datasets/{id}/resolve/{rev}/{path}` and `/raw/…`: the way to a file's bytes.
//!
//! A small file is a 307 to the Hub's own cache route, with a relative Location; an LFS file is a 302 to a
//! signed URL of the storage origin, with its size and hash in `X-Linked-*` headers that no browser sees.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::target::{Place, Target};
use crate::blob::Blob;
use crate::errors::{HubError, X_REPO_COMMIT};
use crate::lfs::{is_binary, pointer, pointer_oid};
use crate::params::Params;
use crate::range::file_answer;
use crate::repo::Entry;
use crate::repo_id::{encode, encode_path};
use crate::storage::read_url;

const X_LINKED_SIZE: HeaderName = HeaderName::from_static("x-linked-size");
const X_LINKED_ETAG: HeaderName = HeaderName::from_static("x-linked-etag");

pub(super) async fn resolve(target: Target, query: Params) -> Result<Response, HubError> {
    let place = target.place()?;
    target.may_read(&place.commit)?;
    let entry = file(&place)?;
    if entry.lfs {
        return to_storage(&target, &place, entry, &query).await;
    }
    let id = &target.repo.id;
    let path = encode_path(&place.path);
    let asked = encode(&format!("/datasets/{id}/resolve/{}/{}", place.revision, place.path));
    let etag = format!("\"{}\"", entry.blob.git_oid().await?);
    let commit = &place.commit.oid;
    let location =
        format!("/api/resolve-cache/datasets/{id}/{commit}/{path}?{asked}=&etag={}", encode(&etag));
    let mut response = redirect(StatusCode::TEMPORARY_REDIRECT, "Temporary Redirect", &location);
    insert(&mut response, header::ETAG, &etag);
    insert(&mut response, X_REPO_COMMIT, commit);
    Ok(response)
}

/// The Hub's own cache of small files, by commit.
pub(super) async fn cached(target: Target, method: Method, headers: HeaderMap) -> Result<Response, HubError> {
    let place = target.place()?;
    target.may_read(&place.commit)?;
    let entry = file(&place)?;
    let etag = format!("\"{}\"", entry.blob.git_oid().await?);
    plain(&method, &headers, &entry.blob, &etag, &place).await
}

/// The bytes as git has them: of an LFS file, the pointer.
pub(super) async fn raw(target: Target, method: Method, headers: HeaderMap) -> Result<Response, HubError> {
    let place = target.place()?;
    target.may_read(&place.commit)?;
    let entry = file(&place)?;
    if !entry.lfs {
        let etag = format!("\"{}\"", entry.blob.git_oid().await?);
        return plain(&method, &headers, &entry.blob, &etag, &place).await;
    }
    let pointer = pointer(entry.blob.sha256().await?, entry.blob.len());
    let etag = format!("\"{}\"", pointer_oid(&pointer));
    plain(&method, &headers, &Blob::memory(pointer), &etag, &place).await
}

fn file(place: &Place) -> Result<&Entry, HubError> {
    place.commit.files.get(&place.path).ok_or_else(|| HubError::entry_not_found(&place.commit.oid))
}

async fn plain(
    method: &Method,
    headers: &HeaderMap,
    blob: &Blob,
    etag: &str,
    place: &Place,
) -> Result<Response, HubError> {
    let mut response: Response<Body> = file_answer(method, headers, blob, etag).await?;
    let kind =
        if is_binary(&blob.head(512)?) { "application/octet-stream" } else { "text/plain; charset=utf-8" };
    insert(&mut response, header::CONTENT_TYPE, kind);
    insert(&mut response, header::CONTENT_DISPOSITION, &disposition(&place.path, "inline"));
    insert(&mut response, X_REPO_COMMIT, &place.commit.oid);
    Ok(response)
}

async fn to_storage(
    target: &Target,
    place: &Place,
    entry: &Entry,
    query: &Params,
) -> Result<Response, HubError> {
    let sha256 = entry.blob.sha256().await?;
    let disposition = match (query.flag("noContentDisposition"), query.flag("download")) {
        (true, _) => String::new(),
        (false, true) => disposition(&place.path, "attachment"),
        (false, false) => disposition(&place.path, "inline"),
    };
    let url = read_url(&target.state, &target.repo, sha256, &entry.blob, &disposition);
    let mut response = redirect(StatusCode::FOUND, "Found", &url);
    insert(&mut response, X_REPO_COMMIT, &place.commit.oid);
    insert(&mut response, X_LINKED_SIZE, &entry.blob.len().to_string());
    insert(&mut response, X_LINKED_ETAG, &format!("\"{sha256}\""));
    insert(&mut response, header::ACCEPT_RANGES, "bytes");
    Ok(response)
}

fn redirect(status: StatusCode, word: &str, location: &str) -> Response {
    let mut response = (status, format!("{word}. Redirecting to {location}")).into_response();
    insert(&mut response, header::LOCATION, location);
    response
}

/// The name under which a browser saves the file.
fn disposition(path: &str, kind: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let plain: String =
        name.chars().map(|c| if c.is_ascii_graphic() && c != '"' { c } else { '_' }).collect();
    format!("{kind}; filename*=UTF-8''{}; filename=\"{plain}\";", encode(name))
}

fn insert(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::try_from(value) {
        response.headers_mut().insert(name, value);
    }
}
