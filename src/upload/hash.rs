//! The SHA-256 of a blob of any size, in bounded memory.

use std::fmt::Write;

use futures_util::future::join;
use sha2::{Digest, Sha256};

use crate::{error::Result, http::Blob};

/// How much is in memory at a time, in bytes; twice. So little that progress is told often even on a busy machine.
const PIECE: u64 = 2 << 20;

/// Up to how many bytes the platform is asked first.
const AT_ONCE: u64 = 32 << 20;

/// The SHA-256 of `blob` in hex: the platform's where it has one, else of piece after piece, each read while the one before
/// it is hashed. `hashed` is told how many bytes are done.
///
/// # Errors
/// Those of reading the blob.
pub async fn sha256(blob: &impl Blob, hashed: impl Fn(u64)) -> Result<String> {
    if blob.size() <= AT_ONCE
        && let Some(hash) = blob.sha256().await?
    {
        hashed(blob.size());
        return Ok(hex(&hash));
    }
    let mut hash = Sha256::new();
    let mut piece = blob.slice(0..PIECE).bytes().await?;
    let mut at = 0;
    while !piece.is_empty() {
        at += piece.len() as u64;
        let next = blob.slice(at..at + PIECE);
        // The first of these is begun first.
        let (read, ()) = join(next.bytes(), async { hash.update(&piece) }).await;
        hashed(at);
        piece = read?;
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
