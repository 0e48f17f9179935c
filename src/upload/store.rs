//! Bringing the bytes of files to the Hub, ahead of the commit that names them.

use std::{cell::Cell, collections::HashMap};

use bytes::Bytes;
use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};

use super::{LargeFileTransfer, Object, Progress, Stage, Uploader, sha256};
use crate::{
    error::{Error, ErrorKind, Result},
    http::{Blob, UploadTransport},
    hub::{Candidate, LfsObject, UploadMode},
    path::RepoId,
};

/// Where a commit is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The repo.
    pub repo: RepoId,
    /// A branch, or a pull request's `refs/pr/N`.
    pub revision: String,
    /// Whether the commit opens a pull request. The branch stays as it is then.
    pub create_pr: bool,
}

/// A file to upload.
#[derive(Debug, Clone)]
pub struct LocalFile<B> {
    /// Its path in the repo.
    pub path: String,
    /// Its bytes.
    pub blob: B,
    /// Their SHA-256 in hex, where it is known; otherwise it is computed when it is needed.
    pub sha256: Option<String>,
}

/// A file whose bytes are ready for a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFile {
    /// Its path in the repo.
    pub path: String,
    /// The number of its bytes.
    pub size: u64,
    /// Where they are.
    #[serde(flatten)]
    pub content: Content,
}

/// Where the bytes of a [`StoredFile`] are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Content {
    /// In the Hub's object store, under this SHA-256.
    Oid(String),
    /// Here; they go into the commit.
    #[serde(with = "as_bytes")]
    Inline(Bytes),
}

/// The bytes of all files that go into one commit; the Hub's own bound is on the request.
const MAX_INLINE: u64 = 100 << 20;

impl<T: UploadTransport, X: LargeFileTransfer<T>> Uploader<T, X> {
    /// Makes files ready for a commit: large and binary ones are sent to the object store unless they are there already,
    /// small texts are read. Changes nothing that anybody sees.
    ///
    /// One request to ask how (for each 256 files), one to ask what is stored, then for each object that is not one for
    /// each part (5 at a time over all), one for the completion of parts and one to verify.
    ///
    /// # Errors
    /// Those of the requests, with the facts `file` and `stored`, which says how many files are. Trying again on this
    /// uploader sends nothing that is stored, not even a part.
    pub async fn store(
        &self,
        place: &Place,
        files: Vec<LocalFile<T::Blob>>,
        progress: &dyn Fn(Progress<'_>),
    ) -> Result<Vec<StoredFile>> {
        let samples = files.iter().map(candidate);
        let candidates = try_join_all(samples).await?;
        let modes = self.hub.preupload(&place.repo, &place.revision, &candidates, place.create_pr).await?;
        let mut ready = Vec::with_capacity(files.len());
        let mut objects: Vec<Object<T::Blob>> = Vec::new();
        let mut object_files = Vec::new();
        let mut known: HashMap<String, usize> = HashMap::new();
        let mut inline = 0;
        for (file, mode) in files.iter().zip(modes) {
            let size = file.blob.size();
            let content = match mode {
                UploadMode::Regular => {
                    inline += size;
                    read_inline(file, inline).await?
                }
                UploadMode::Lfs => {
                    let oid = self.object_id(file, progress).await?;
                    // Two files of one content are one object.
                    known.entry(oid.clone()).or_insert_with(|| {
                        let id = LfsObject { oid: oid.clone(), size };
                        objects.push(Object { id, blob: file.blob.clone() });
                        object_files.push(file.path.as_str());
                        objects.len()
                    });
                    Content::Oid(oid)
                }
            };
            ready.push(StoredFile { path: file.path.clone(), size, content });
        }
        self.send(place, &objects, &object_files, progress).await?;
        for file in &ready {
            progress(Progress { path: &file.path, stage: Stage::Stored, bytes: file.size, size: file.size });
        }
        Ok(ready)
    }

    async fn object_id(&self, file: &LocalFile<T::Blob>, progress: &dyn Fn(Progress<'_>)) -> Result<String> {
        match &file.sha256 {
            Some(known) => Ok(known.clone()),
            None => {
                let size = file.blob.size();
                let hashed =
                    |bytes| progress(Progress { path: &file.path, stage: Stage::Hashing, bytes, size });
                sha256(&file.blob, hashed).await.map_err(|error| error.with("file", &file.path))
            }
        }
    }

    async fn send(
        &self,
        place: &Place,
        objects: &[Object<T::Blob>],
        paths: &[&str],
        progress: &dyn Fn(Progress<'_>),
    ) -> Result<()> {
        if objects.is_empty() {
            return Ok(());
        }
        let done = Cell::new(0_usize);
        let sent = |index: usize, bytes| {
            let (path, size) = (paths.get(index), objects.get(index).map(|object| object.id.size));
            if let (Some(path), Some(size)) = (path, size) {
                progress(Progress { path, stage: Stage::Sending, bytes, size });
            }
        };
        let stored = |_| done.set(done.get() + 1);
        let all = self.transfer.store(&self.hub, place, objects, &sent, &stored).await;
        all.map_err(|error| error.with("stored", format!("{} of {} files", done.get(), objects.len())))
    }
}

async fn candidate<B: Blob>(file: &LocalFile<B>) -> Result<Candidate> {
    let sample = file.blob.slice(0..512).bytes().await.map_err(|error| error.with("file", &file.path))?;
    Ok(Candidate { path: file.path.clone(), size: file.blob.size(), sample })
}

async fn read_inline<B: Blob>(file: &LocalFile<B>, all: u64) -> Result<Content> {
    if all > MAX_INLINE {
        let message = format!(
            "The files that the Hub wants inside the commit come to more than {MAX_INLINE} bytes; upload fewer at a time."
        );
        return Err(Error::new(ErrorKind::Limit, "prepare upload", message).with("file", &file.path));
    }
    let bytes = file.blob.bytes().await.map_err(|error| error.with("file", &file.path))?;
    Ok(Content::Inline(bytes))
}

/// `Bytes` as a byte string, which crosses to JavaScript as a `Uint8Array`.
mod as_bytes {
    use bytes::Bytes;
    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        serde_bytes::deserialize::<Vec<u8>, D>(deserializer).map(Bytes::from)
    }
}
