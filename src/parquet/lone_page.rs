//! One page by itself, decompressed, and the parts of it.

use bytes::Bytes;
use parquet::{
    basic::Encoding,
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

/// What a data page holds (<https://parquet.apache.org/docs/file-format/data-pages/>).
pub(super) struct Sections<'a> {
    /// Empty where the column has no definition levels.
    pub(super) definition_levels: &'a [u8],
    pub(super) values: &'a [u8],
}

/// The sections of a page. `None` for a dictionary page, levels that reach beyond the page, and levels in the encoding
/// that has been out of use since 2013.
pub(super) fn sections<'a>(column: &ColumnChunkMetaData, page: &'a Page) -> Option<Sections<'a>> {
    let descriptor = column.column_descr();
    match page {
        Page::DataPage { buf, def_level_encoding, rep_level_encoding, .. } => {
            let levels = |max_level: i16, encoding: &Encoding, bytes: &'a [u8]| match encoding {
                _ if max_level == 0 => Some((&[][..], bytes)),
                Encoding::RLE => {
                    let (len, rest) = bytes.split_first_chunk()?;
                    rest.split_at_checked(usize::try_from(u32::from_le_bytes(*len)).ok()?)
                }
                _ => None,
            };
            let (_, rest) = levels(descriptor.max_rep_level(), rep_level_encoding, buf)?;
            let (definition_levels, values) = levels(descriptor.max_def_level(), def_level_encoding, rest)?;
            Some(Sections { definition_levels, values })
        }
        Page::DataPageV2 { buf, def_levels_byte_len, rep_levels_byte_len, .. } => {
            let (_, rest) = buf.split_at_checked(usize::try_from(*rep_levels_byte_len).ok()?)?;
            let (definition_levels, values) =
                rest.split_at_checked(usize::try_from(*def_levels_byte_len).ok()?)?;
            Some(Sections { definition_levels, values })
        }
        Page::DictionaryPage { .. } => None,
    }
}
