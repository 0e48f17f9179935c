//! The number of values whose bytes are split into streams
//! (<https://parquet.apache.org/docs/file-format/data-pages/encodings/>, BYTE_STREAM_SPLIT).
//!
//! The decoder takes as many values as there are definition levels for them, and panics when the streams are shorter. So
//! pages of this encoding, which few writers use, are decompressed and counted before it gets them.

use bytes::Bytes;
use parquet::{basic::Type, file::metadata::ColumnChunkMetaData};

use crate::parquet::{
    levels::occurrences,
    lone_page::{lone_page, sections},
    page_header::{DataPageV2, PageHeader, PageType},
};

/// The number of the encoding in `parquet.thrift`.
const BYTE_STREAM_SPLIT: u64 = 9;

/// Whether a page, header included, has fewer split values than levels for them.
pub(super) fn is_unsound(column: &ColumnChunkMetaData, header: &PageHeader, page: &Bytes) -> bool {
    let (PageType::Data { encoding, num_values } | PageType::DataV2(DataPageV2 { encoding, num_values, .. })) =
        header.page
    else {
        return false;
    };
    let descriptor = column.column_descr();
    let value_len = match descriptor.physical_type() {
        Type::INT32 | Type::FLOAT => 4,
        Type::INT64 | Type::DOUBLE => 8,
        Type::FIXED_LEN_BYTE_ARRAY => usize::try_from(descriptor.type_length()).unwrap_or(0),
        // The decoder refuses these.
        Type::BOOLEAN | Type::INT96 | Type::BYTE_ARRAY => return false,
    };
    if encoding != BYTE_STREAM_SPLIT {
        return false;
    }
    let sound = || {
        let page = lone_page(column, page)?;
        let sections = sections(column, &page)?;
        let max_level = descriptor.max_def_level();
        let expected = match u16::try_from(max_level).ok()? {
            0 => num_values,
            present => occurrences(sections.definition_levels, max_level, num_values, present)?.count,
        };
        let found = sections.values.len().checked_div(value_len)?;
        (sections.values.len() % value_len == 0 && found as u64 >= expected).then_some(())
    };
    sound().is_none()
}
