//! Where the bytes of a file come from: a [`ByteSource`] has a length and answers ranges.
//!
//! The length is known before anything is read (from the listing), so no source ever probes for it.

mod cache;
mod memory;
mod recent;
mod remote;
mod traffic;

#[cfg(test)]
mod tests;

use std::{future::Future, ops::Range};

use bytes::Bytes;

use crate::error::{Error, ErrorKind, Result};

pub use cache::{RangeCache, SharedCache};
pub use memory::MemorySource;
pub use recent::RecentBytes;
pub use remote::{Locations, RemoteFile};
pub use traffic::{Amount, Traffic};

/// A file that is read by ranges.
pub trait ByteSource {
    /// The name of the file, for messages.
    fn name(&self) -> &str;

    /// Its length in bytes.
    fn byte_len(&self) -> u64;

    /// Reads ranges, side by side where that helps, and returns their bytes in the order asked for.
    ///
    /// # Errors
    /// Kind `corrupt` for a range that reaches beyond the end: whoever asked was misled by the file's content.
    /// Otherwise whatever keeps the source from answering. All ranges fail together.
    fn read(&self, ranges: &[Range<u64>]) -> impl Future<Output = Result<Vec<Bytes>>>;
}

/// Refuses ranges that do not lie in a file of `len` bytes.
fn check_bounds(name: &str, len: u64, ranges: &[Range<u64>]) -> Result<()> {
    match ranges.iter().find(|range| range.start > range.end || range.end > len) {
        None => Ok(()),
        Some(range) => Err(Error::new(
            ErrorKind::Corrupt,
            "read range",
            "The file points beyond its own end; it is damaged or was cut short.",
        )
        .with("file", name)
        .with("range", format!("{}..{}", range.start, range.end))
        .with("length", len)),
    }
}

/// The part `range` of `bytes`, which begin at `start` in the file.
fn slice(bytes: &Bytes, start: u64, range: &Range<u64>) -> Option<Bytes> {
    let from = usize::try_from(range.start.checked_sub(start)?).ok()?;
    let to = usize::try_from(range.end.checked_sub(start)?).ok()?;
    (from <= to && to <= bytes.len()).then(|| bytes.slice(from..to))
}
