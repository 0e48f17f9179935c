//! `GET /api/datasets/{id}/tree/{rev}[/{path}]` (huggingface_hub `list_repo_tree`, @huggingface/hub
//! `list-files.ts`).

use std::io;

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::info::timestamp;
use super::target::{Place, Target};
use crate::errors::HubError;
use crate::lfs::{pointer, pointer_oid};
use crate::params::Params;
use crate::repo::{Entry, Files, Repo, directory_oid, under};
use crate::repo_id::encode;

/// A line of a listing.
#[derive(Debug)]
pub(super) enum Node<'a> {
    Directory(String),
    File(&'a str, &'a Entry),
}

pub(super) async fn tree(
    target: Target,
    query: Params,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, HubError> {
    let place = target.place()?;
    let Place { commit, revision, path } = &place;
    let nodes = list(&commit.files, path, query.flag("recursive"));
    let nodes = nodes.ok_or_else(|| HubError::path_not_found(path, revision, &commit.oid))?;

    let expand = query.flag("expand");
    let longest = {
        let settings = target.state.settings.read();
        if expand { settings.expanded_page_len } else { settings.page_len }
    };
    let len = query.number("limit").map_or(longest, |limit| limit.clamp(1, longest));
    let start = match query.get("cursor") {
        Some(cursor) => read_cursor(cursor).ok_or_else(|| HubError::bad_request("Invalid cursor"))?,
        None => 0,
    };
    let mut page = Vec::new();
    for node in nodes.iter().skip(start).take(len) {
        page.push(describe(node, &target.repo, &place, expand).await?);
    }
    let mut response = Json(page).into_response();
    if start + len < nodes.len() {
        let flags = format!("recursive={}&expand={expand}", query.flag("recursive"));
        let cursor = encode(&write_cursor(start + len));
        let next = format!("{}{}?{flags}&limit={len}&cursor={cursor}", target.base(&headers), uri.path());
        add_next(&mut response, &next);
    }
    Ok(response)
}

/// Adds the `Link` to the next page. Its URL is absolute: the JavaScript client wants a scheme in it.
pub(super) fn add_next(response: &mut Response, url: &str) {
    if let Ok(link) = HeaderValue::try_from(format!("<{url}>; rel=\"next\"")) {
        response.headers_mut().insert(header::LINK, link);
    }
}

/// What is at `path`: a file itself, a directory's children, or all below it, one level after the other
/// with directories first. None when there is nothing.
fn list<'a>(files: &'a Files, path: &str, recursive: bool) -> Option<Vec<Node<'a>>> {
    if let Some((path, entry)) = files.get_key_value(path) {
        return Some(vec![Node::File(path, entry)]);
    }
    let mut nodes = Vec::new();
    let mut pending = vec![path.to_owned()];
    while let Some(directory) = pending.pop() {
        let (directories, children) = children(files, &directory);
        pending.extend(directories.iter().rev().filter(|_| recursive).cloned());
        nodes.extend(directories.into_iter().map(Node::Directory));
        nodes.extend(children);
    }
    (path.is_empty() || !nodes.is_empty()).then_some(nodes)
}

fn children<'a>(files: &'a Files, directory: &str) -> (Vec<String>, Vec<Node<'a>>) {
    let prefix = if directory.is_empty() { String::new() } else { format!("{directory}/") };
    let (mut directories, mut children) = (Vec::<String>::new(), Vec::new());
    for (path, entry) in files.range(prefix.clone()..) {
        let Some(rest) = path.strip_prefix(&prefix) else { break };
        match rest.split_once('/') {
            None => children.push(Node::File(path, entry)),
            Some((name, _)) => {
                let inner = format!("{prefix}{name}");
                // Everything under one directory lies together in the map.
                if directories.last() != Some(&inner) {
                    directories.push(inner);
                }
            }
        }
    }
    (directories, children)
}

/// The JSON of one entry, as `tree` and `paths-info` give it.
pub(super) async fn describe(node: &Node<'_>, repo: &Repo, place: &Place, expand: bool) -> io::Result<Value> {
    let (path, mut line) = match node {
        Node::Directory(path) => {
            let oid = directory_oid(&place.commit.files, path);
            (path.as_str(), json!({ "type": "directory", "oid": oid, "size": 0, "path": path }))
        }
        Node::File(path, entry) => (*path, describe_file(path, entry).await?),
    };
    if expand && let Value::Object(fields) = &mut line {
        let last = repo.last_change(&place.commit, path);
        let commit = json!({ "id": last.oid, "title": last.title, "date": timestamp(last.date) });
        fields.insert("lastCommit".into(), commit);
        if matches!(node, Node::File(..)) {
            let scans = json!({
                "status": "safe",
                "avScan": { "status": "safe" },
                "pickleImportScan": { "status": "unscanned", "pickleImports": [] },
            });
            fields.insert("securityFileStatus".into(), scans);
        }
    }
    Ok(line)
}

async fn describe_file(path: &str, entry: &Entry) -> io::Result<Value> {
    let size = entry.blob.len();
    if !entry.lfs {
        let oid = entry.blob.git_oid().await?;
        return Ok(json!({ "type": "file", "oid": oid, "size": size, "path": path }));
    }
    let sha256 = entry.blob.sha256().await?;
    let pointer = pointer(sha256, size);
    Ok(json!({
        "type": "file",
        "oid": pointer_oid(&pointer),
        "size": size,
        "lfs": { "oid": sha256, "size": size, "pointerSize": pointer.len() },
        "path": path,
    }))
}

/// What is exactly at `path`, for `paths-info`.
pub(super) fn find<'a>(files: &'a Files, path: &str) -> Option<Node<'a>> {
    if let Some((path, entry)) = files.get_key_value(path) {
        return Some(Node::File(path, entry));
    }
    let exists = !path.is_empty() && under(files, path).next().is_some();
    exists.then(|| Node::Directory(path.to_owned()))
}

/// A cursor is opaque to clients: the number of entries before the page.
fn write_cursor(start: usize) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(format!("{{\"start\":{start}}}"))
}

fn read_cursor(cursor: &str) -> Option<usize> {
    let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    text.strip_prefix("{\"start\":")?.strip_suffix('}')?.parse().ok()
}
