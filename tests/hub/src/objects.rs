//! LFS objects: the bytes that repos point at, per repo as on the Hub, and those on their way in.
//!
//! What is uploaded lies in a temporary folder that goes with the Hub.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use axum::body::Body;
use http_body_util::BodyExt;
use parking_lot::{Mutex, RwLock};
use sha2::{Digest, Sha256};

use crate::blob::{Blob, hex};
use crate::repo::Repo;

/// The object store of a Hub.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    /// By the repo's internal id and the SHA-256.
    known: RwLock<HashMap<(String, String), Arc<Blob>>>,
    uploads: Mutex<HashMap<String, Arc<Upload>>>,
    folder: OnceLock<PathBuf>,
    next: AtomicU64,
}

/// An object that comes in parts.
#[derive(Debug)]
pub(crate) struct Upload {
    pub(crate) hub_id: String,
    pub(crate) oid: String,
    pub(crate) size: u64,
    pub(crate) part_len: u64,
    file: PathBuf,
    /// Set when the object is complete and its file must not change any more.
    done: AtomicBool,
    /// ETags by part number, from 1.
    parts: Mutex<BTreeMap<u64, String>>,
}

/// Why bytes were not taken.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// They are not those that were announced.
    Wrong(String),
    /// They stopped coming.
    Broken(io::Error),
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        Self::Broken(error)
    }
}

impl Objects {
    pub(crate) fn get(&self, hub_id: &str, sha256: &str) -> Option<Arc<Blob>> {
        self.known.read().get(&(hub_id.to_owned(), sha256.to_owned())).cloned()
    }

    pub(crate) fn keep(&self, hub_id: &str, sha256: &str, blob: &Arc<Blob>) {
        self.known.write().entry((hub_id.to_owned(), sha256.to_owned())).or_insert_with(|| blob.clone());
    }

    /// The object of a repo, uploaded or in one of its commits. Files of the right length are hashed for it.
    pub(crate) async fn find(
        &self,
        repo: &Repo,
        sha256: &str,
        size: Option<u64>,
    ) -> io::Result<Option<Arc<Blob>>> {
        let hub_id = repo.hub_id();
        if let Some(blob) = self.get(&hub_id, sha256) {
            return Ok(Some(blob));
        }
        for blob in repo.lfs_blobs().filter(|blob| size.is_none_or(|size| size == blob.len())) {
            if blob.sha256().await? == sha256 {
                self.keep(&hub_id, sha256, blob);
                return Ok(Some(blob.clone()));
            }
        }
        Ok(None)
    }

    /// Forgets what a deleted repo had.
    pub(crate) fn forget(&self, hub_id: &str) {
        self.known.write().retain(|(owner, _), _| owner != hub_id);
        self.uploads.lock().retain(|_, upload| upload.hub_id != hub_id);
    }

    /// Takes a whole object.
    pub(crate) async fn put(&self, hub_id: &str, oid: &str, size: u64, body: Body) -> Result<(), Refusal> {
        let path = self.new_file()?;
        let written = write_body(&path, 0, size, body).await;
        match written {
            Ok(hash) if hash == oid => {
                let blob = Arc::new(Blob::disk(path, None)?);
                self.keep(hub_id, oid, &blob);
                Ok(())
            }
            other => {
                fs::remove_file(&path)?;
                other?;
                Err(Refusal::Wrong("the SHA-256 of the bytes is not the object's id".into()))
            }
        }
    }

    /// Opens an upload in parts and returns its id.
    pub(crate) fn open_upload(
        &self,
        hub_id: String,
        oid: String,
        size: u64,
        part_len: u64,
    ) -> io::Result<String> {
        let file = self.new_file()?;
        File::create(&file)?.set_len(size)?;
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let id =
            hex(&Sha256::digest(format!("{hub_id}/{oid}/{number}"))).get(..32).unwrap_or_default().to_owned();
        let (done, parts) = (AtomicBool::new(false), Mutex::default());
        let upload = Upload { hub_id, oid, size, part_len, file, done, parts };
        self.uploads.lock().insert(id.clone(), Arc::new(upload));
        Ok(id)
    }

    pub(crate) fn upload(&self, id: &str) -> Option<Arc<Upload>> {
        self.uploads.lock().get(id).cloned()
    }

    /// Makes an object of an upload whose parts are all there. Doing it again is no error, because the first
    /// answer may have been lost.
    pub(crate) async fn complete(&self, upload: &Upload, parts: &[(u64, String)]) -> Result<(), Refusal> {
        if self.get(&upload.hub_id, &upload.oid).is_some() {
            return Ok(());
        }
        upload.check(parts).map_err(Refusal::Wrong)?;
        let blob = Arc::new(Blob::disk(upload.file.clone(), None)?);
        if blob.sha256().await? != upload.oid {
            return Err(Refusal::Wrong("the SHA-256 of the parts is not the object's id".into()));
        }
        upload.done.store(true, Ordering::Relaxed);
        self.keep(&upload.hub_id, &upload.oid, &blob);
        Ok(())
    }

    /// Removes the temporary folder when the Hub stops.
    pub(crate) fn remove_folder(&self) {
        if let Some(folder) = self.folder.get() {
            // What cannot be removed is left to the system, as temporary files are.
            let _ = fs::remove_dir_all(folder);
        }
    }

    fn new_file(&self) -> io::Result<PathBuf> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let folder = self.folder.get_or_init(|| {
            // The address tells apart the Hubs of one process.
            let unique = format!("hubframe-hub-objects-{}-{:p}", std::process::id(), self);
            std::env::temp_dir().join(unique)
        });
        fs::create_dir_all(folder)?;
        Ok(folder.join(number.to_string()))
    }
}

impl Upload {
    pub(crate) fn num_parts(&self) -> u64 {
        self.size.div_ceil(self.part_len)
    }

    /// Takes a part, perhaps again, and returns its ETag with its quotes.
    pub(crate) async fn put_part(&self, number: u64, body: Body) -> Result<String, Refusal> {
        if self.done.load(Ordering::Relaxed) || !(1..=self.num_parts()).contains(&number) {
            return Err(Refusal::Wrong(format!("the upload does not want a part {number}")));
        }
        let start = (number - 1) * self.part_len;
        let len = self.part_len.min(self.size - start);
        let hash = write_body(&self.file, start, len, body).await?;
        let etag = format!("\"{}\"", hash.get(..32).unwrap_or_default());
        self.parts.lock().insert(number, etag.clone());
        Ok(etag)
    }

    /// Whether these are all parts, with the ETags they were given.
    fn check(&self, parts: &[(u64, String)]) -> Result<(), String> {
        let stored = self.parts.lock();
        let named: BTreeMap<u64, &str> =
            parts.iter().map(|(number, etag)| (*number, etag.as_str())).collect();
        for number in 1..=self.num_parts() {
            let etag = stored.get(&number).ok_or_else(|| format!("part {number} was not uploaded"))?;
            if named.get(&number) != Some(&etag.as_str()) {
                return Err(format!("part {number} is not named, or with another ETag"));
            }
        }
        if named.len() as u64 != self.num_parts() || named.len() != parts.len() {
            return Err("more parts are named than there are".into());
        }
        Ok(())
    }
}

/// Writes exactly `len` bytes at `start` and returns their SHA-256. The writes go to the system's cache, so
/// they are done where the bytes arrive.
async fn write_body(path: &PathBuf, start: u64, len: u64, mut body: Body) -> Result<String, Refusal> {
    let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
    file.seek(SeekFrom::Start(start))?;
    let (mut hash, mut written) = (Sha256::new(), 0);
    while let Some(frame) = body.frame().await {
        let Ok(bytes) = frame.map_err(io::Error::other)?.into_data() else { continue };
        written += bytes.len() as u64;
        if written > len {
            return Err(Refusal::Wrong(format!("more than the {len} bytes that were announced")));
        }
        hash.update(&bytes);
        file.write_all(&bytes)?;
    }
    if written < len {
        return Err(Refusal::Wrong(format!("{written} bytes, where {len} were announced")));
    }
    Ok(hex(&hash.finalize()))
}
