//! Signed URLs of the storage origin. Whoever holds one may use it until it expires; nothing else is asked.

use std::hash::{BuildHasher, RandomState};
use std::time::{SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use parking_lot::RwLock;
use sha2::Sha256;

use crate::blob::hex;
use crate::params::Params;

/// Signs paths with a key that lives as long as the process, or until all URLs are made to expire.
#[derive(Debug)]
pub(crate) struct Signer {
    key: RwLock<[u8; 16]>,
}

impl Signer {
    pub(crate) fn new() -> Self {
        Self { key: RwLock::new(random_key()) }
    }

    /// The query that makes `path` usable for `lifetime_ms` from now. `Expires` counts milliseconds, unlike
    /// the real CDN's, so that a test need not wait for a whole second.
    pub(crate) fn query(&self, path: &str, lifetime_ms: u64) -> String {
        let expires = now_ms() + lifetime_ms;
        format!("Expires={expires}&Signature={}", self.signature(path, expires))
    }

    /// Whether the URL was signed here, for this path, and is still valid.
    pub(crate) fn allows(&self, path: &str, query: &Params) -> bool {
        let expires = query.get("Expires").and_then(|text| text.parse::<u64>().ok());
        expires.is_some_and(|expires| {
            expires > now_ms() && query.get("Signature") == Some(self.signature(path, expires).as_str())
        })
    }

    /// Makes every URL given out so far expire at once.
    pub(crate) fn expire_all(&self) {
        *self.key.write() = random_key();
    }

    fn signature(&self, path: &str, expires: u64) -> String {
        let key = *self.key.read();
        // HMAC takes keys of any length, so this is never an empty signature.
        let mac = Hmac::<Sha256>::new_from_slice(&key);
        mac.map_or_else(
            |_| String::new(),
            |mac| hex(&mac.chain_update(format!("{path}\n{expires}")).finalize().into_bytes()),
        )
    }
}

fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

/// The standard library's hash seeds are random per call, which is enough to tell old URLs from new.
fn random_key() -> [u8; 16] {
    let half = || RandomState::new().hash_one(now_ms());
    (u128::from(half()) << 64 | u128::from(half())).to_le_bytes()
}
