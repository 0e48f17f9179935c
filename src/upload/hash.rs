//! The SHA-256 of a blob of any size, in bounded memory.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::{error::Result, http::Blob};

/// How much is in memory at a time, in bytes.
const PIECE: u64 = 4 << 20;

/// The SHA-256 of `blob` in hex, read piece by piece. `hashed` is told how many bytes are done.
///
/// # Errors
/// Those of reading the blob.
pub async fn sha256(blob: &impl Blob, hashed: impl Fn(u64)) -> Result<String> {
    let mut hash = Sha256::new();
    let mut at = 0;
    while at < blob.size() {
        let end = (at + PIECE).min(blob.size());
        hash.update(&blob.slice(at..end).bytes().await?);
        at = end;
        hashed(at);
    }
    Ok(hex(&hash.finalize()))
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
