//! Bringing the bytes of files to the Hub, ahead of the commit that names them.

use std::{
    cell::{Cell, OnceCell},
    collections::HashSet,
    future::Future,
    pin::pin,
};

use bytes::Bytes;
use futures_util::{
    StreamExt, TryStreamExt,
    future::{Either, select, try_join_all},
    stream::FuturesUnordered,
};
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

/// How many bytes of files are hashed before they are sent: while that many are on their way, the next are hashed.
const GROUP: u64 = 32 << 20;

impl<T: UploadTransport, X: LargeFileTransfer<T>> Uploader<T, X> {
    /// Makes files ready for a commit: large and binary ones are sent to the object store unless they are there already,
    /// small texts are read. Changes nothing that anybody sees.
    ///
    /// One request to ask how (for each 256 files), one to ask what is stored (for each 32 MiB of files), then for each
    /// object that is not one for each part (5 at a time over all), one for the completion of parts and one to verify.
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
        let contents: Vec<OnceCell<Content>> = files.iter().map(|_| OnceCell::new()).collect();
        let mut large = Vec::new();
        let mut inline = 0;
        for ((file, content), mode) in files.iter().zip(&contents).zip(modes) {
            match mode {
                UploadMode::Lfs => large.push(Large { file, content }),
                UploadMode::Regular => {
                    inline += file.blob.size();
                    let _ = content.set(read_inline(file, inline).await?);
                }
            }
        }
        self.send_large(place, &large, progress).await?;
        let ready = |(file, content): (&LocalFile<T::Blob>, OnceCell<Content>)| {
            let (path, size) = (file.path.clone(), file.blob.size());
            let content = content.into_inner()?;
            progress(Progress { path: &file.path, stage: Stage::Stored, bytes: size, size });
            Some(StoredFile { path, size, content })
        };
        Ok(files.iter().zip(contents).filter_map(ready).collect())
    }

    /// Sends files to the object store. While some are sent, the next are hashed.
    async fn send_large(
        &self,
        place: &Place,
        large: &[Large<'_, T::Blob>],
        progress: &dyn Fn(Progress<'_>),
    ) -> Result<()> {
        let done = &Cell::new(0_usize);
        let mut known = HashSet::new();
        let mut sending = FuturesUnordered::new();
        for group in groups(large) {
            let oids = try_join_all(group.iter().map(|large| object_id(large.file, progress)));
            let oids = alongside(oids, &mut sending).await??;
            let mut objects = Vec::with_capacity(group.len());
            for (Large { file, content }, oid) in group.iter().zip(oids) {
                // Two files of one content are one object.
                if known.insert(oid.clone()) {
                    let id = LfsObject { oid: oid.clone(), size: file.blob.size() };
                    objects.push((file.path.as_str(), Object { id, blob: file.blob.clone() }));
                }
                let _ = content.set(Content::Oid(oid));
            }
            sending.push(async move {
                let sent = self.send(place, objects, done, progress).await;
                sent.map_err(|error| error.with("stored", format!("{} of {} files", done.get(), large.len())))
            });
        }
        sending.try_collect().await
    }

    async fn send(
        &self,
        place: &Place,
        objects: Vec<(&str, Object<T::Blob>)>,
        done: &Cell<usize>,
        progress: &dyn Fn(Progress<'_>),
    ) -> Result<()> {
        let (paths, objects): (Vec<&str>, Vec<Object<T::Blob>>) = objects.into_iter().unzip();
        let sent = |index: usize, bytes| {
            if let (Some(path), Some(object)) = (paths.get(index), objects.get(index)) {
                progress(Progress { path, stage: Stage::Sending, bytes, size: object.id.size });
            }
        };
        let stored = |_| done.set(done.get() + 1);
        self.transfer.store(&self.hub, place, &objects, &sent, &stored).await
    }
}

/// A file for the object store, and the place for its name there.
struct Large<'a, B> {
    file: &'a LocalFile<B>,
    content: &'a OnceCell<Content>,
}

/// Files that are hashed and sent together, in their order: so many bytes at least, but for the last ones.
fn groups<'a, 'b, B: Blob>(large: &'a [Large<'b, B>]) -> Vec<&'a [Large<'b, B>]> {
    let mut bytes = 0;
    let goes_on = move |before: &Large<'_, B>, _: &Large<'_, B>| {
        bytes += before.file.blob.size();
        let goes_on = bytes < GROUP;
        bytes = if goes_on { bytes } else { 0 };
        goes_on
    };
    large.chunk_by(goes_on).collect()
}

/// What a future comes to, while others go on. An error of theirs ends it.
async fn alongside<T>(
    future: impl Future<Output = T>,
    others: &mut FuturesUnordered<impl Future<Output = Result<()>>>,
) -> Result<T> {
    let mut future = pin!(future);
    while !others.is_empty() {
        match select(future.as_mut(), others.next()).await {
            Either::Left((output, _)) => return Ok(output),
            Either::Right((ended, _)) => ended.transpose()?,
        };
    }
    Ok(future.await)
}

async fn object_id<B: Blob>(file: &LocalFile<B>, progress: &dyn Fn(Progress<'_>)) -> Result<String> {
    if let Some(known) = &file.sha256 {
        return Ok(known.clone());
    }
    let (path, size) = (file.path.as_str(), file.blob.size());
    let hashed = |bytes| progress(Progress { path, stage: Stage::Hashing, bytes, size });
    sha256(&file.blob, hashed).await.map_err(|error| error.with("file", path))
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
