//! `GET /api/datasets/{id}` and `…/revision/{rev}` (huggingface_hub `DatasetInfo`, @huggingface/hub
//! `dataset-info.ts`).

use std::io;
use std::time::SystemTime;

use axum::Json;
use serde_json::{Map, Value, json};

use super::target::Target;
use crate::card::metadata;
use crate::errors::HubError;
use crate::lfs::{pointer, pointer_oid};
use crate::params::Params;
use crate::repo::{Commit, Entry, MAIN, Repo};

/// How much of a README is searched for its YAML block.
const LONGEST_CARD: usize = 1 << 20;

/// Fields that only `expand` brings.
const ON_REQUEST: [&str; 3] = ["downloadsAllTime", "trendingScore", "resourceGroup"];

pub(super) async fn head(target: Target, query: Params) -> Result<Json<Value>, HubError> {
    let commit = target.repo.resolve(MAIN).ok_or_else(|| HubError::revision_not_found("main"))?;
    answer(&target.repo, commit, &query).await
}

pub(super) async fn revision(target: Target, query: Params) -> Result<Json<Value>, HubError> {
    answer(&target.repo, &target.place()?.commit, &query).await
}

/// Whether the caller may read the files.
pub(super) async fn auth_check(target: Target) -> Result<Json<Value>, HubError> {
    let commit = target.repo.resolve(MAIN).ok_or_else(|| HubError::revision_not_found("main"))?;
    target.may_read(commit)?;
    Ok(Json(json!({})))
}

async fn answer(repo: &Repo, commit: &Commit, query: &Params) -> Result<Json<Value>, HubError> {
    let card = match commit.files.get("README.md") {
        Some(readme) => metadata(&String::from_utf8_lossy(&readme.blob.head(LONGEST_CARD)?)).ok().flatten(),
        None => None,
    };
    let mut all = fields(repo, commit, card);
    let mut siblings = Vec::with_capacity(commit.files.len());
    for (path, entry) in &commit.files {
        let mut sibling = json!({ "rfilename": path });
        if query.flag("blobs") {
            add_blob(&mut sibling, entry).await?;
        }
        siblings.push(sibling);
    }
    all.insert("siblings".into(), siblings.into());
    let expand: Vec<&str> = query.all("expand").collect();
    if expand.is_empty() {
        all.retain(|name, _| !ON_REQUEST.contains(&name.as_str()));
    } else {
        all.retain(|name, _| name == "_id" || name == "id" || expand.contains(&name.as_str()));
    }
    Ok(Json(all.into()))
}

fn fields(repo: &Repo, commit: &Commit, card: Option<Value>) -> Map<String, Value> {
    let used: u64 = commit.files.values().map(|entry| entry.blob.len()).sum();
    let gated = Value::from(repo.gated);
    let fields = json!({
        "_id": repo.hub_id(),
        "id": repo.id.to_string(),
        "author": repo.id.namespace,
        "sha": commit.oid,
        "createdAt": timestamp(repo.created),
        "lastModified": timestamp(commit.date),
        "private": repo.private,
        "gated": gated,
        "disabled": false,
        "downloads": 0,
        "downloadsAllTime": 0,
        "likes": 0,
        "trendingScore": 0,
        "resourceGroup": null,
        "tags": tags(card.as_ref()),
        "cardData": card.unwrap_or_else(|| json!({})),
        "description": "",
        "citation": null,
        "key": "",
        "usedStorage": used,
        "mainSize": used,
    });
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// The card's tags, and the keys that the Hub makes tags of.
fn tags(card: Option<&Value>) -> Vec<String> {
    let mut tags = vec!["region:us".to_owned()];
    for key in ["language", "license", "task_categories", "size_categories", "tags"] {
        let values = match card.and_then(|card| card.get(key)) {
            Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(value)) => vec![value.as_str()],
            _ => Vec::new(),
        };
        let tag = |value: &str| if key == "tags" { value.to_owned() } else { format!("{key}:{value}") };
        tags.extend(values.into_iter().map(tag));
    }
    tags
}

async fn add_blob(sibling: &mut Value, entry: &Entry) -> io::Result<()> {
    let size = entry.blob.len();
    let (oid, lfs) = if entry.lfs {
        let sha256 = entry.blob.sha256().await?;
        let pointer = pointer(sha256, size);
        let lfs = json!({ "sha256": sha256, "size": size, "pointerSize": pointer.len() });
        (pointer_oid(&pointer), Some(lfs))
    } else {
        (entry.blob.git_oid().await?.to_owned(), None)
    };
    if let Value::Object(fields) = sibling {
        fields.insert("blobId".into(), oid.into());
        fields.insert("size".into(), size.into());
        fields.extend(lfs.map(|lfs| ("lfs".to_owned(), lfs)));
    }
    Ok(())
}

/// A time as the Hub writes it: UTC, milliseconds.
pub(super) fn timestamp(time: SystemTime) -> String {
    humantime::format_rfc3339_millis(time).to_string()
}
