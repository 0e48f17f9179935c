//! A file that is in memory already.

use std::ops::Range;

use bytes::Bytes;

use super::{ByteSource, check_bounds, slice};
use crate::error::Result;

/// Bytes under a name.
#[derive(Debug, Clone)]
pub struct MemorySource {
    name: String,
    bytes: Bytes,
}

impl MemorySource {
    /// A source of `bytes`, called `name` in messages.
    pub fn new(name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self { name: name.into(), bytes: bytes.into() }
    }
}

impl ByteSource for MemorySource {
    fn name(&self) -> &str {
        &self.name
    }

    fn byte_len(&self) -> u64 {
        self.bytes.len() as u64
    }

    async fn read(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        check_bounds(&self.name, self.byte_len(), ranges)?;
        Ok(ranges.iter().filter_map(|range| slice(&self.bytes, 0, range)).collect())
    }
}
