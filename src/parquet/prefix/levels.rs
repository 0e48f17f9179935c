//! How many rows begin in a data page of a column with repeated values: one wherever the repetition level is zero
//! (<https://parquet.apache.org/docs/file-format/nestedencoding/>).

use bytes::Bytes;
use parquet::{basic::Encoding, column::page::Page, file::metadata::ColumnChunkMetaData};

use crate::parquet::{
    levels::{Occurrences, occurrences},
    lone_page::lone_page,
    page_header::{DataPageV2, PageHeader, PageType},
    validate::unsound,
};

/// A page that decompresses to more than this is not opened to count its rows.
const MAX_PAGE_LEN: u64 = 64 << 20;

/// The number of rows that begin in the data page `page` (header included) of `column`. `None` when the page begins
/// within a row, or its levels cannot be read.
pub(super) fn num_rows(column: &ColumnChunkMetaData, header: &PageHeader, page: &Bytes) -> Option<u64> {
    let max_level = column.column_descr().max_rep_level();
    match header.page {
        PageType::DataV2(DataPageV2 { num_values, num_rows, repetition_levels_len, .. }) => {
            let start = usize::try_from(header.len).ok()?;
            let end = start.checked_add(usize::try_from(repetition_levels_len).ok()?)?;
            let counted = zeros(page.get(start..end)?, max_level, num_values)?;
            (counted == num_rows).then_some(counted)
        }
        PageType::Data { num_values, .. } => {
            if header.uncompressed_len > MAX_PAGE_LEN || unsound(column, header).is_some() {
                return None;
            }
            let page = decompress(column, page)?;
            let (len, levels) = page.split_first_chunk()?;
            let levels = levels.get(..usize::try_from(u32::from_le_bytes(*len)).ok()?)?;
            zeros(levels, max_level, num_values)
        }
        PageType::Dictionary { .. } | PageType::Index => None,
    }
}

/// The values of a data page of the first version, decompressed, when their levels are RLE-encoded. (The encoding
/// before that has been out of use since 2013.)
fn decompress(column: &ColumnChunkMetaData, page: &Bytes) -> Option<Bytes> {
    match lone_page(column, page)? {
        Page::DataPage { buf, rep_level_encoding: Encoding::RLE, .. } => Some(buf),
        _ => None,
    }
}

/// How many of the first `num_levels` levels are zero. `None` when the first is not, or when there are fewer.
fn zeros(levels: &[u8], max_level: i16, num_levels: u64) -> Option<u64> {
    let Occurrences { count, is_first } = occurrences(levels, max_level, num_levels, 0)?;
    (is_first || num_levels == 0).then_some(count)
}
