//! How large files get to the Hub. [`LfsTransfer`] is the way that every Hub takes: Git LFS, in one piece or in parts.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    future::Future,
};

use futures_util::{StreamExt, TryStreamExt, future::try_join_all, stream};

use super::{Place, permits::Permits};
use crate::{
    error::{ErrorKind, Result},
    http::{Blob, UploadTransport},
    hub::{Hub, LfsObject, LfsUpload, Multipart, UploadAction, hidden_etag},
};

/// A large file to send.
#[derive(Debug, Clone)]
pub struct Object<B> {
    /// What the store calls it.
    pub id: LfsObject,
    /// Its bytes.
    pub blob: B,
}

/// A way to bring large files to the Hub, after which a commit can name them by their SHA-256.
pub trait LargeFileTransfer<T: UploadTransport> {
    /// Stores all of `objects` that are not stored yet. `sent(i, n)` says that `n` bytes of object `i` have left, and
    /// `stored(i)` that all of them have arrived.
    ///
    /// # Errors
    /// When one cannot be stored. What was stored stays so, and need not be sent again.
    fn store(
        &self,
        hub: &Hub<T>,
        place: &Place,
        objects: &[Object<T::Blob>],
        sent: &dyn Fn(usize, u64),
        stored: &dyn Fn(usize),
    ) -> impl Future<Output = Result<()>>;
}

/// How many requests carry bytes at one time: a browser opens six connections to one host.
const CONNECTIONS: usize = 5;
/// How many objects are under way at one time: while some are sent, others are completed and verified.
const OBJECTS: usize = 8;
/// How many objects one batch request asks about, as `huggingface_hub` does.
const BATCH: usize = 256;

/// Git LFS, with the Hub's extension for parts (huggingface_hub `lfs.py`).
#[derive(Debug)]
pub struct LfsTransfer {
    /// Uploads in parts that have begun, by repo and object.
    begun: RefCell<HashMap<(String, String), Begun>>,
    /// To send bytes.
    connections: Permits,
}

impl Default for LfsTransfer {
    fn default() -> Self {
        Self { begun: RefCell::default(), connections: Permits::new(CONNECTIONS) }
    }
}

/// An upload in parts, as far as it is.
#[derive(Debug, Clone)]
struct Begun {
    multipart: Multipart,
    /// The ETag of each part that is stored.
    etags: Vec<Option<String>>,
}

impl<T: UploadTransport> LargeFileTransfer<T> for LfsTransfer {
    async fn store(
        &self,
        hub: &Hub<T>,
        place: &Place,
        objects: &[Object<T::Blob>],
        sent: &dyn Fn(usize, u64),
        stored: &dyn Fn(usize),
    ) -> Result<()> {
        let ids: Vec<LfsObject> = objects.iter().map(|object| object.id.clone()).collect();
        let batches = ids.chunks(BATCH).map(|ids| hub.lfs_batch(&place.repo, &place.revision, ids));
        let uploads: Vec<_> = try_join_all(batches).await?.into_iter().flatten().collect();
        let sending = &Sending { hub, place };
        let jobs = objects.iter().zip(uploads).enumerate().map(|(index, (object, upload))| async move {
            if let Some(upload) = upload {
                self.send(sending, object, upload, &|bytes| sent(index, bytes)).await?;
            }
            stored(index);
            Ok(())
        });
        stream::iter(jobs).buffer_unordered(OBJECTS).try_collect().await
    }
}

/// What the sending of every object shares.
struct Sending<'a, T> {
    hub: &'a Hub<T>,
    place: &'a Place,
}

impl LfsTransfer {
    async fn send<T: UploadTransport>(
        &self,
        sending: &Sending<'_, T>,
        object: &Object<T::Blob>,
        upload: LfsUpload,
        sent: &dyn Fn(u64),
    ) -> Result<()> {
        let Sending { hub, place, .. } = sending;
        let mut upload = upload;
        if let Err(error) = self.send_to(sending, object, &upload.action, sent).await {
            // The signed URLs are older than they may be: ask for others, once.
            if error.kind() != ErrorKind::Forbidden {
                return Err(error);
            }
            self.begun.borrow_mut().remove(&key(place, object));
            let again = hub.lfs_batch(&place.repo, &place.revision, std::slice::from_ref(&object.id)).await?;
            let Some(renewed) = again.into_iter().flatten().next() else { return Ok(()) };
            upload = renewed;
            self.send_to(sending, object, &upload.action, sent).await?;
        }
        match &upload.verify {
            Some(verify) => hub.verify_object(verify, &object.id).await,
            None => Ok(()),
        }
    }

    async fn send_to<T: UploadTransport>(
        &self,
        sending: &Sending<'_, T>,
        object: &Object<T::Blob>,
        action: &UploadAction,
        sent: &dyn Fn(u64),
    ) -> Result<()> {
        match action {
            UploadAction::Basic(url) => {
                let _connection = self.connections.acquire().await;
                sending.hub.put_blob(url, &object.blob, sent).await.map(drop)
            }
            UploadAction::Multipart(multipart) => self.send_parts(sending, object, multipart, sent).await,
        }
    }

    async fn send_parts<T: UploadTransport>(
        &self,
        sending: &Sending<'_, T>,
        object: &Object<T::Blob>,
        multipart: &Multipart,
        sent: &dyn Fn(u64),
    ) -> Result<()> {
        let key = key(sending.place, object);
        let Begun { multipart, etags } = self.begin(&key, multipart);
        let len =
            |part: usize| part_range(&multipart, object, part).map_or(0, |range| range.end - range.start);
        let done: u64 = (0..).zip(&etags).filter(|(_, etag)| etag.is_some()).map(|(part, _)| len(part)).sum();
        let meter = Meter { done: Cell::new(done), under_way: RefCell::default(), sent };
        let missing = (0..).zip(etags.iter().zip(&multipart.parts)).filter(|(_, (etag, _))| etag.is_none());
        let jobs = missing.map(|(part, (_, url))| {
            let (meter, key, multipart) = (&meter, &key, &multipart);
            async move {
                let _connection = self.connections.acquire().await;
                let range = part_range(multipart, object, part).unwrap_or_default();
                let blob = object.blob.slice(range.clone());
                let etag = sending.hub.put_blob(url, &blob, |bytes| meter.report(part, bytes)).await?;
                self.learn(key, part, etag.ok_or_else(|| hidden_etag(url))?);
                meter.finish(part, range.end - range.start);
                Ok(())
            }
        });
        stream::iter(jobs).buffer_unordered(CONNECTIONS).try_collect::<()>().await?;
        let etags = self.begun.borrow().get(&key).map(|begun| begun.etags.clone()).unwrap_or_default();
        let etags: Vec<String> = etags.into_iter().flatten().collect();
        let completed = sending.hub.complete_multipart(&multipart.complete, &object.id.oid, &etags).await;
        // What the store says of its parts is final, so they are of no more use; without an answer they still are.
        if completed.as_ref().map_or_else(|error| !error.kind().is_retryable(), |()| true) {
            self.begun.borrow_mut().remove(&key);
        }
        completed
    }

    /// The upload that was begun earlier, else this one.
    fn begin(&self, key: &(String, String), multipart: &Multipart) -> Begun {
        let fresh = || Begun { multipart: multipart.clone(), etags: vec![None; multipart.parts.len()] };
        self.begun.borrow_mut().entry(key.clone()).or_insert_with(fresh).clone()
    }

    fn learn(&self, key: &(String, String), part: usize, etag: String) {
        if let Some(slot) = self.begun.borrow_mut().get_mut(key).and_then(|begun| begun.etags.get_mut(part)) {
            *slot = Some(etag);
        }
    }
}

/// Adds up the bytes of parts that are sent side by side, some of them again.
struct Meter<'a> {
    done: Cell<u64>,
    under_way: RefCell<HashMap<usize, u64>>,
    sent: &'a dyn Fn(u64),
}

impl Meter<'_> {
    fn report(&self, part: usize, bytes: u64) {
        self.under_way.borrow_mut().insert(part, bytes);
        let under_way: u64 = self.under_way.borrow().values().sum();
        (self.sent)(self.done.get() + under_way);
    }

    fn finish(&self, part: usize, len: u64) {
        self.under_way.borrow_mut().remove(&part);
        self.done.set(self.done.get() + len);
        let under_way: u64 = self.under_way.borrow().values().sum();
        (self.sent)(self.done.get() + under_way);
    }
}

fn key<B>(place: &Place, object: &Object<B>) -> (String, String) {
    (place.repo.to_string(), object.id.oid.clone())
}

fn part_range<B>(multipart: &Multipart, object: &Object<B>, part: usize) -> Option<std::ops::Range<u64>> {
    let start = u64::try_from(part).ok()?.checked_mul(multipart.part_len)?;
    Some(start..start.saturating_add(multipart.part_len).min(object.id.size))
}
