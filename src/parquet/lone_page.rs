//! One page by itself, decompressed.

use bytes::Bytes;
use parquet::{
    column::page::{Page, PageReader},
    file::{metadata::ColumnChunkMetaData, serialized_reader::SerializedPageReader},
};

/// The page that these bytes, header included, are in `column`. `None` when they cannot be decompressed.
pub(super) fn lone_page(column: &ColumnChunkMetaData, page: &Bytes) -> Option<Page> {
    let alone = column
        .clone()
        .into_builder()
        .set_dictionary_page_offset(None)
        .set_data_page_offset(0)
        .set_total_compressed_size(i64::try_from(page.len()).ok()?)
        .build()
        .ok()?;
    SerializedPageReader::new(page.clone().into(), &alone, 0, None).ok()?.get_next_page().ok()?
}
