//! Bodies that the core only holds the handle of: a file of hundreds of megabytes goes from the platform's storage to
//! the network without passing through the core's memory.
//!
//! In the browser a blob is a `Blob`, in tests it is bytes in memory.

use std::{
    future::{Future, ready},
    ops::Range,
};

use bytes::Bytes;

use super::{Request, Response, Transport};
use crate::error::Result;

/// A handle of immutable bytes that the platform keeps. Cloning and slicing copy nothing.
pub trait Blob: Clone {
    /// The number of bytes.
    fn size(&self) -> u64;

    /// The bytes of `range`, cut off at the end.
    fn slice(&self, range: Range<u64>) -> Self;

    /// Reads all of it into memory; slice it first.
    ///
    /// # Errors
    /// Kind `changed` when the file behind it was changed or removed.
    fn bytes(&self) -> impl Future<Output = Result<Bytes>>;

    /// The SHA-256 of all of it as the platform computes it, where it does: faster than the core can, but of no more bytes
    /// than fit into the platform's memory at once.
    ///
    /// # Errors
    /// As [`Blob::bytes`].
    fn sha256(&self) -> impl Future<Output = Result<Option<Vec<u8>>>> {
        ready(Ok(None))
    }
}

/// A transport that can send blobs.
pub trait UploadTransport: Transport {
    /// The platform's blobs.
    type Blob: Blob;

    /// Sends a request whose body is `blob`. `sent` is told how many bytes have left so far, as often as the platform
    /// says so, which may be never.
    ///
    /// # Errors
    /// As [`Transport::send`]. Dropping the future aborts the request.
    fn upload(
        &self,
        request: &Request,
        blob: &Self::Blob,
        sent: impl Fn(u64),
    ) -> impl Future<Output = Result<Response<Self::Body>>>;
}

impl Blob for Bytes {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn slice(&self, range: Range<u64>) -> Self {
        let end = range.end.min(self.size());
        // Below the length, which is a `usize`.
        self.slice(range.start.min(end) as usize..end as usize)
    }

    async fn bytes(&self) -> Result<Bytes> {
        Ok(self.clone())
    }
}
