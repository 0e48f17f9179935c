//! The offset index: where each data page of a column chunk lies, and which rows it begins with
//! (<https://parquet.apache.org/docs/file-format/pageindex/>).
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

/// The range that holds the offset index of these row groups (`None`: all), when the file has one.
pub(super) fn range(metadata: &ParquetMetaData, row_groups: Option<&[usize]>) -> Option<Range<u64>> {
    let wanted = |index: &usize| row_groups.is_none_or(|wanted| wanted.contains(index));
    (0..metadata.num_row_groups())
        .filter(wanted)
        .filter_map(|index| metadata.row_groups().get(index))
        .flat_map(|group| group.columns())
        .filter_map(offset_index_range)
        .reduce(|all, range| all.start.min(range.start)..all.end.max(range.end))
}

/// Decodes the offset index of the row groups in `mask` from the bytes of [`range`] and adds it to the metadata.
/// `None` when nothing of it is sound.
pub(super) fn load(
    metadata: ParquetMetaData,
    file_len: u64,
    mask: ColumnChunkMask,
    range: Range<u64>,
    bytes: Bytes,
) -> Option<ParquetMetaData> {
    let before = metadata.page_index().cloned();
    let mut decoder = ParquetMetaDataPushDecoder::try_new_with_metadata(file_len, metadata.clone())
        .ok()?
        .with_column_index_policy(PageIndexPolicy::Skip)
        .with_offset_index_policy(PageIndexPolicy::Optional)
        .with_offset_index_mask(mask);
    decoder.push_range(range, bytes).ok()?;
    let DecodeResult::Data((_, Some(read))) = decoder.try_decode_page_index().ok()? else { return None };
    let index = merge(&metadata, before.as_deref(), &read);
    let index: Option<Arc<dyn PageIndexProvider>> =
        if index.has_offset_indexes() { Some(Arc::new(index)) } else { None };
    index.map(|index| metadata.into_builder().set_page_index(Some(index)).build())
}

/// All that was known before, and what is sound of what was read now.
fn merge(metadata: &ParquetMetaData, before: Option<&dyn PageIndexProvider>, read: &PageIndex) -> PageIndex {
    let num_columns = metadata.file_metadata().schema_descr().num_columns();
    let mut merged = PageIndexBuilder::new(metadata.num_row_groups(), num_columns);
    for (row_group, group) in metadata.row_groups().iter().enumerate() {
        for (column, chunk) in group.columns().iter().enumerate() {
            let known = before.and_then(|index| index.offset_index(row_group, column));
            let read = read
                .offset_index(row_group, column)
                .filter(|index| is_sound(index.page_locations(), chunk, group.num_rows()));
            if let Some(index) = known.or(read) {
                merged.put_offset_index(index.clone(), row_group, column);
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

/// The footer's word on where a column chunk's offset index lies.
fn offset_index_range(column: &ColumnChunkMetaData) -> Option<Range<u64>> {
    let start = u64::try_from(column.offset_index_offset()?).ok()?;
    let len = u64::try_from(column.offset_index_length()?).ok()?;
    Some(start..start.checked_add(len)?)
}
