//! The page index: where each data page of a column chunk lies and which rows it begins with (the offset index), and
//! what its values are bounded by (the column index) (<https://parquet.apache.org/docs/file-format/pageindex/>).
//!
//! It only saves bytes, so an index that contradicts the footer is left out, not reported.

use std::{ops::Range, sync::Arc};

use bytes::Bytes;
use parquet::{
    DecodeResult,
    file::{
        metadata::{
            ColumnChunkMask, ColumnChunkMetaData, PageIndexPolicy, ParquetMetaData,
            ParquetMetaDataPushDecoder,
            page_index::{PageIndex, PageIndexBuilder, PageIndexProvider},
        },
        page_index::offset_index::PageLocation,
    },
};

/// Which of the two indexes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The statistics of each page.
    Column,
    /// The places of each page.
    Offset,
}

/// Column chunks: those of some row groups (`None`: all), and in them of some leaf columns.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Chunks<'a> {
    pub(super) row_groups: Option<&'a [usize]>,
    pub(super) leaves: Option<&'a [usize]>,
}

impl Chunks<'_> {
    fn mask(self) -> ColumnChunkMask {
        let (row_groups, leaves) =
            (self.row_groups.map(<[usize]>::to_vec), self.leaves.map(<[usize]>::to_vec));
        match (row_groups, leaves) {
            (Some(row_groups), Some(leaves)) => ColumnChunkMask::row_groups_and_columns(row_groups, leaves),
            (Some(row_groups), None) => ColumnChunkMask::row_groups(row_groups),
            (None, Some(leaves)) => ColumnChunkMask::columns(leaves),
            (None, None) => ColumnChunkMask::all(),
        }
    }
}

/// The range that holds an index of these column chunks, when the file has one.
pub(super) fn range(metadata: &ParquetMetaData, kind: Kind, chunks: Chunks<'_>) -> Option<Range<u64>> {
    let wanted = |of: Option<&[usize]>, index: usize| of.is_none_or(|wanted| wanted.contains(&index));
    let groups = metadata.row_groups().iter().enumerate();
    groups
        .filter(|(index, _)| wanted(chunks.row_groups, *index))
        .flat_map(|(_, group)| group.columns().iter().enumerate())
        .filter(|(leaf, _)| wanted(chunks.leaves, *leaf))
        .filter_map(|(_, column)| place(column, kind))
        .reduce(|all, range| all.start.min(range.start)..all.end.max(range.end))
}

/// Decodes an index of these column chunks from the bytes of [`range`] and adds it to the metadata. `None` when
/// nothing of it is sound.
pub(super) fn load(
    metadata: ParquetMetaData,
    file_len: u64,
    kind: Kind,
    chunks: Chunks<'_>,
    range: Range<u64>,
    bytes: Bytes,
) -> Option<ParquetMetaData> {
    let before = metadata.page_index().cloned();
    let decoder = ParquetMetaDataPushDecoder::try_new_with_metadata(file_len, metadata.clone())
        .ok()?
        .with_page_index_policy(PageIndexPolicy::Skip)
        .with_page_index_mask(chunks.mask());
    let mut decoder = match kind {
        Kind::Column => decoder.with_column_index_policy(PageIndexPolicy::Optional),
        Kind::Offset => decoder.with_offset_index_policy(PageIndexPolicy::Optional),
    };
    decoder.push_range(range, bytes).ok()?;
    let DecodeResult::Data((_, Some(read))) = decoder.try_decode_page_index().ok()? else { return None };
    let index = merge(&metadata, before.as_deref(), &read);
    let index: Option<Arc<dyn PageIndexProvider>> =
        if index.has_offset_indexes() || index.has_column_indexes() { Some(Arc::new(index)) } else { None };
    index.map(|index| metadata.into_builder().set_page_index(Some(index)).build())
}

/// All that was known before, and what is sound of what was read now. Of a column index only its number of pages can
/// be checked, against the offset index, by whoever uses both.
fn merge(metadata: &ParquetMetaData, before: Option<&dyn PageIndexProvider>, read: &PageIndex) -> PageIndex {
    let num_columns = metadata.file_metadata().schema_descr().num_columns();
    let mut merged = PageIndexBuilder::new(metadata.num_row_groups(), num_columns);
    for (row_group, group) in metadata.row_groups().iter().enumerate() {
        for (column, chunk) in group.columns().iter().enumerate() {
            let known = before.and_then(|index| index.offset_index(row_group, column));
            let sound = read
                .offset_index(row_group, column)
                .filter(|index| is_sound(index.page_locations(), chunk, group.num_rows()));
            if let Some(index) = known.or(sound) {
                merged.put_offset_index(index.clone(), row_group, column);
            }
            let known = before.and_then(|index| index.column_index(row_group, column));
            if let Some(index) = known.or_else(|| read.column_index(row_group, column)) {
                merged.put_column_index(index.clone(), row_group, column);
            }
        }
    }
    merged.build()
}

/// Whether the pages lie inside their column chunk, one after the other, and their rows in the row group.
fn is_sound(pages: &[PageLocation], chunk: &ColumnChunkMetaData, num_rows: i64) -> bool {
    let start = chunk.dictionary_page_offset().unwrap_or_else(|| chunk.data_page_offset());
    let end = start.saturating_add(chunk.compressed_size());
    let in_chunk = pages.iter().all(|page| {
        page.compressed_page_size > 0
            && page.offset >= start
            && page
                .offset
                .checked_add(i64::from(page.compressed_page_size))
                .is_some_and(|page_end| page_end <= end)
            && (0..=num_rows).contains(&page.first_row_index)
    });
    let in_order = pages.iter().zip(pages.iter().skip(1)).all(|(page, next)| {
        page.offset.saturating_add(i64::from(page.compressed_page_size)) <= next.offset
            && page.first_row_index <= next.first_row_index
    });
    in_chunk && in_order && pages.first().is_some_and(|page| page.first_row_index == 0)
}

/// The footer's word on where an index of a column chunk lies.
fn place(column: &ColumnChunkMetaData, kind: Kind) -> Option<Range<u64>> {
    let (start, len) = match kind {
        Kind::Column => (column.column_index_offset()?, column.column_index_length()?),
        Kind::Offset => (column.offset_index_offset()?, column.offset_index_length()?),
    };
    let start = u64::try_from(start).ok()?;
    Some(start..start.checked_add(u64::try_from(len).ok()?)?)
}
