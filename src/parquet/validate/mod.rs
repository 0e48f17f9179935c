//! What is checked before the `parquet` crate decodes: numbers in footers and page headers that it would trust.
//!
//! In a browser a panic ends the worker, and so does an allocation that cannot be had. So nothing that would lead to
//! either reaches the decoder, and no lie about sizes and counts that would lead to wrong rows; what the decoder refuses
//! by itself is left to it. Only headers are looked at, which costs next to nothing beside decoding the pages; but see
//! [`delta`] and [`split`].

mod chunk;
mod delta;
mod footer;
mod page;
mod split;

use std::sync::Arc;

use bytes::Bytes;
use parquet::file::metadata::ParquetMetaData;

use self::chunk::{Chunk, Piece};
use crate::error::Result;

pub(super) use footer::sound_metadata;
pub(super) use page::unsound;

/// The column chunks that a read decodes, as far as their pages were not checked yet.
#[derive(Debug)]
pub(super) struct Unchecked(Vec<Chunk>);

impl Unchecked {
    /// Those of some row groups and leaf columns.
    pub(super) fn new(
        metadata: &Arc<ParquetMetaData>,
        row_groups: impl Iterator<Item = usize>,
        is_read: impl Fn(usize) -> bool,
    ) -> Self {
        let leaves = 0..metadata.file_metadata().schema_descr().num_columns();
        let leaves: Vec<usize> = leaves.filter(|leaf| is_read(*leaf)).collect();
        let chunks = row_groups.flat_map(|group| leaves.iter().map(move |leaf| (group, *leaf)));
        Self(chunks.filter_map(|(group, leaf)| Chunk::new(metadata, group, leaf)).collect())
    }

    /// Checks the pages that lie in these bytes of the file. A page is never handed over in two pieces.
    ///
    /// # Errors
    /// Kind `corrupt`, naming row group, column and offset.
    pub(super) fn check(&mut self, start: u64, bytes: &Bytes) -> Result<()> {
        let piece = Piece { start, bytes };
        self.0.iter().try_for_each(|chunk| chunk.check(&piece))?;
        self.0.retain(|chunk| !chunk.is_in(&piece));
        Ok(())
    }
}
