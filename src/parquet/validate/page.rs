//! What the header of one page says, held against the page's length and its column.

use parquet::{
    basic::{Compression, Type},
    file::metadata::ColumnChunkMetaData,
};

use crate::parquet::page_header::{DataPageV2, PageHeader, PageType};

/// A page that is said to decompress to so many times its length is not believed before the footer agrees. Deflate
/// cannot do better; Zstandard and Brotli can.
const DEFLATE_RATIO: u64 = 1_032;

/// Every codec has a few bytes of its own, and some a smallest unit.
const SLACK: u64 = 1 << 10;

/// The dictionary encodings of `parquet.thrift`.
const DICTIONARY_ENCODINGS: [u64; 2] = [2, 8];

/// What of a page header cannot be, if anything is, as the rest of the sentence "A page header …".
pub(in crate::parquet) fn unsound(column: &ColumnChunkMetaData, header: &PageHeader) -> Option<&'static str> {
    if !decompresses(column, header) {
        return Some("promises more bytes than its page can decompress to");
    }
    match header.page {
        PageType::Dictionary { num_values }
            if num_values > most_plain_values(column, header.uncompressed_len) =>
        {
            Some("gives a dictionary more values than its page has room for")
        }
        PageType::DataV2(own) => unsound_v2(column, header, own),
        PageType::Dictionary { .. } | PageType::Data { .. } | PageType::Index => None,
    }
}

/// Whether the values of a data page are positions in the dictionary.
pub(super) fn is_dictionary_encoded(page: PageType) -> bool {
    match page {
        PageType::Data { encoding, .. } | PageType::DataV2(DataPageV2 { encoding, .. }) => {
            DICTIONARY_ENCODINGS.contains(&encoding)
        }
        PageType::Dictionary { .. } | PageType::Index => false,
    }
}

fn unsound_v2(column: &ColumnChunkMetaData, header: &PageHeader, own: DataPageV2) -> Option<&'static str> {
    let descriptor = column.column_descr();
    let levels_len = own.definition_levels_len + own.repetition_levels_len;
    if levels_len > header.compressed_len.min(header.uncompressed_len) {
        return Some("gives its levels more bytes than its page has");
    }
    if own.num_nulls > own.num_values || own.num_rows > own.num_values {
        return Some("counts more nulls or rows than values");
    }
    if descriptor.max_rep_level() == 0 && own.num_rows != own.num_values {
        return Some("counts other rows than values, in a column without repetition");
    }
    None
}

/// Whether the page can be as long as its header says, once it is decompressed.
fn decompresses(column: &ColumnChunkMetaData, header: &PageHeader) -> bool {
    let at_most = |ratio: u64| {
        header.uncompressed_len <= header.compressed_len.saturating_mul(ratio).saturating_add(SLACK)
    };
    match column.compression() {
        // Nothing is allocated.
        Compression::UNCOMPRESSED => true,
        // Three bytes copy at most 64.
        Compression::SNAPPY => at_most(22),
        // A byte of a length stands for 255.
        Compression::LZ4 | Compression::LZ4_RAW => at_most(255),
        Compression::GZIP(_) => at_most(DEFLATE_RATIO),
        _ => {
            let total = u64::try_from(column.uncompressed_size()).unwrap_or(0);
            at_most(DEFLATE_RATIO) || header.uncompressed_len <= total
        }
    }
}

/// How many values in plain encoding so many bytes hold at most.
fn most_plain_values(column: &ColumnChunkMetaData, len: u64) -> u64 {
    let value_len = match column.column_type() {
        Type::BOOLEAN => return len.saturating_mul(8),
        Type::INT32 | Type::FLOAT | Type::BYTE_ARRAY => 4,
        Type::INT64 | Type::DOUBLE => 8,
        Type::INT96 => 12,
        Type::FIXED_LEN_BYTE_ARRAY => u64::try_from(column.column_descr().type_length()).unwrap_or(0),
    };
    len.checked_div(value_len).unwrap_or(u64::MAX)
}
