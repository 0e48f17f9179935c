//! The bytes of a file as they are made, held until the caller takes them.

use std::{io, mem};

use bytes::Bytes;
use sha2::{Digest, Sha256};

/// Bytes are kept in pieces of this size: one large buffer would be copied each time it grew.
const PIECE_LEN: usize = 1 << 20;

/// A sink that counts, hashes and keeps what is written.
#[derive(Debug, Default)]
pub(super) struct Output {
    pieces: Vec<Bytes>,
    last: Vec<u8>,
    len: u64,
    hash: Option<Sha256>,
}

impl Output {
    pub(super) fn new(sha256: bool) -> Self {
        Self { hash: sha256.then(Sha256::new), ..Self::default() }
    }

    /// The number of bytes written so far.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// The bytes that were not taken yet.
    pub(super) fn take(&mut self) -> Vec<Bytes> {
        self.end_piece();
        mem::take(&mut self.pieces)
    }

    /// The SHA-256 of all bytes, in hexadecimal digits, if it was wanted.
    pub(super) fn sha256(&self) -> Option<String> {
        let digest = self.hash.clone()?.finalize();
        Some(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    fn end_piece(&mut self) {
        if !self.last.is_empty() {
            self.pieces.push(Bytes::from(mem::take(&mut self.last)));
        }
    }
}

impl io::Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.last.capacity() == 0 {
            self.last.reserve_exact(PIECE_LEN);
        }
        let fit = bytes.len().min(PIECE_LEN - self.last.len());
        let written = bytes.get(..fit).unwrap_or(bytes);
        self.last.extend_from_slice(written);
        self.len += written.len() as u64;
        if let Some(hash) = &mut self.hash {
            hash.update(written);
        }
        if self.last.len() == PIECE_LEN {
            self.end_piece();
        }
        Ok(written.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
