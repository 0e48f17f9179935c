//! Which objects the object store lacks, and where to send them: `POST /{type}s/{id}.git/info/lfs/objects/batch`
//! (git-lfs `docs/api/batch.md`; huggingface_hub `lfs.py` for parts).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Hub, LFS_JSON};
use crate::{
    error::{Error, ErrorKind, Result},
    http::{Method, Transport},
    path::RepoId,
};

/// An object by its content.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LfsObject {
    /// The SHA-256 of its bytes, in hex.
    pub oid: String,
    /// Their number.
    pub size: u64,
}

/// How to send an object that the store lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LfsUpload {
    /// Where its bytes go.
    pub action: UploadAction,
    /// Whom to tell when they are there, if anybody.
    pub verify: Option<Verify>,
}

/// Where the bytes of an object go. The URLs are signed, and live about an hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UploadAction {
    /// In one `PUT` to this URL.
    Basic(String),
    /// In parts.
    Multipart(Multipart),
}

/// An upload in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Multipart {
    /// The length of every part but the last, in bytes.
    pub part_len: u64,
    /// The URL of each part.
    pub parts: Vec<String>,
    /// The URL that makes an object of them.
    pub complete: String,
}

/// Whom to tell of a stored object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verify {
    /// Their URL.
    pub href: String,
}

const ASK: &str = "ask the object store";

#[derive(Deserialize)]
struct Answer {
    objects: Vec<Object>,
}

#[derive(Deserialize)]
struct Object {
    oid: String,
    error: Option<Refusal>,
    actions: Option<Actions>,
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    code: u16,
    #[serde(default)]
    message: String,
}

#[derive(Deserialize)]
struct Actions {
    upload: Option<Action>,
    verify: Option<Action>,
}

#[derive(Deserialize)]
struct Action {
    href: String,
    #[serde(default)]
    header: BTreeMap<String, serde_json::Value>,
}

impl<T: Transport> Hub<T> {
    /// Asks how to send objects, in the order of `objects`; `None` for one that is stored already. One request.
    ///
    /// # Errors
    /// Kind `forbidden`, `not_found`, and what the store has against an object.
    pub async fn lfs_batch(
        &self,
        repo: &RepoId,
        revision: &str,
        objects: &[LfsObject],
    ) -> Result<Vec<Option<LfsUpload>>> {
        let url =
            format!("{}/{}/{repo}.git/info/lfs/objects/batch", self.endpoint, repo.repo_type().plural());
        let body = json!({
            "operation": "upload",
            "transfers": ["basic", "multipart"],
            "objects": objects,
            "hash_algo": "sha256",
            "ref": { "name": revision },
        });
        let request = self
            .request(Method::Post, &url)
            .with_header("accept", LFS_JSON)
            .with_header("content-type", LFS_JSON)
            .with_body(body.to_string().into_bytes());
        let answer = self.send_json::<Answer>(ASK, &request).await;
        let (answer, _) = answer.map_err(|error| error.with("repo", repo))?;
        objects.iter().map(|object| how(object, &answer)).collect()
    }
}

fn how(object: &LfsObject, answer: &Answer) -> Result<Option<LfsUpload>> {
    let error = |kind, message: String| Error::new(kind, ASK, message).with("oid", &object.oid);
    let judged = answer.objects.iter().find(|judged| judged.oid == object.oid);
    let Some(judged) = judged else {
        return Err(error(
            ErrorKind::Server,
            "The store did not say how to send this object; try again.".into(),
        ));
    };
    if let Some(Refusal { code, message }) = &judged.error {
        let kind = if *code == 403 { ErrorKind::Forbidden } else { ErrorKind::Invalid };
        return Err(error(kind, format!("The store refuses this object: {message}")).with("status", code));
    }
    let Some(Actions { upload: Some(upload), verify }) = &judged.actions else { return Ok(None) };
    let verify = verify.as_ref().map(|verify| Verify { href: verify.href.clone() });
    Ok(Some(LfsUpload {
        action: action(object, upload).map_err(|why| error(ErrorKind::Server, why))?,
        verify,
    }))
}

/// An upload in parts gives its part length and the URL of each part where others give headers.
fn action(object: &LfsObject, upload: &Action) -> Result<UploadAction, String> {
    let Some(part_len) = upload.header.get("chunk_size") else {
        return Ok(UploadAction::Basic(upload.href.clone()));
    };
    let number = |value: &serde_json::Value| value.as_u64().or_else(|| value.as_str()?.parse().ok());
    let part_len = number(part_len).filter(|len| *len > 0);
    let part_len = part_len.ok_or("The store gives a part length that is no number; try again.")?;
    let mut parts: Vec<(u64, &str)> =
        upload.header.iter().filter_map(|(key, url)| Some((key.parse().ok()?, url.as_str()?))).collect();
    parts.sort_unstable();
    if parts.len() as u64 != object.size.div_ceil(part_len) {
        return Err(format!(
            "The store wants {} parts of {part_len} bytes for an object of {} bytes; try again.",
            parts.len(),
            object.size
        ));
    }
    let parts = parts.into_iter().map(|(_, url)| url.to_owned()).collect();
    Ok(UploadAction::Multipart(Multipart { part_len, parts, complete: upload.href.clone() }))
}
