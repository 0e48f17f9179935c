//! SHA-256 of large files on disk, kept between runs, so that a test run does not hash its fixtures again.
//!
//! An entry holds while the file's length and modification time do. The cache is a convenience: when it can
//! not be read or written, hashes are computed again, and nobody is told.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::blob::hex;

/// Smaller files are hashed faster than a cache is written.
const WORTH_KEEPING: u64 = 1 << 20;

/// The known hashes of the files under one data folder.
#[derive(Debug)]
pub(crate) struct HashCache {
    file: PathBuf,
    known: Mutex<HashMap<PathBuf, Known>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Known {
    len: u64,
    modified_ns: u128,
    sha256: String,
}

impl HashCache {
    /// Opens the cache of a data folder; it lies in the system's folder for temporary files.
    pub(crate) fn of(data: &Path) -> Self {
        let name = hex(&Sha256::digest(data.to_string_lossy().as_bytes()));
        let file =
            std::env::temp_dir().join(format!("hubframe-hub-hashes-{}.json", name.get(..16).unwrap_or("")));
        let known =
            fs::read(&file).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
        Self { file, known: Mutex::new(known) }
    }

    pub(crate) fn get(&self, path: &Path, len: u64, modified: SystemTime) -> Option<String> {
        let known = self.known.lock();
        let entry = known.get(path)?;
        (entry.len == len && entry.modified_ns == nanoseconds(modified)).then(|| entry.sha256.clone())
    }

    pub(crate) fn put(&self, path: &Path, len: u64, modified: SystemTime, sha256: &str) {
        if len < WORTH_KEEPING {
            return;
        }
        let entry = Known { len, modified_ns: nanoseconds(modified), sha256: sha256.to_owned() };
        let mut known = self.known.lock();
        known.insert(path.to_owned(), entry);
        let unique = self.file.with_extension(std::process::id().to_string());
        if let Ok(text) = serde_json::to_vec(&*known)
            && fs::write(&unique, text).is_ok()
        {
            // A failed rename leaves the old cache, which is as good.
            let _ = fs::rename(&unique, &self.file);
        }
    }
}

fn nanoseconds(time: SystemTime) -> u128 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos())
}
