//! The settings of the `parquet` crate's writer, each with its reason.

use arrow_schema::{DataType, Field};
use parquet::{
    basic::{Compression, GzipLevel, ZstdLevel},
    file::{
        metadata::KeyValue,
        properties::{
            CdcOptions, DEFAULT_CREATED_BY, EnabledStatistics, WriterProperties, WriterPropertiesBuilder,
        },
    },
    schema::types::ColumnPath,
};

use super::{Codec, WriteOptions, columns::Columns, failure::failed};
use crate::{
    error::Result,
    features::{Feature, FeatureKind, Features},
};

/// The metadata key under which `datasets` writes how pages were cut.
const CHUNKING_KEY: &str = "content_defined_chunking";

/// Where pages end, in bytes of values. A quarter of what pyarrow takes: the first rows of a file then cost a quarter,
/// and a storage's chunks (64 kB on the Hub) are still smaller than most pages.
const CHUNKING: CdcOptions =
    CdcOptions { min_chunk_size: 64 << 10, max_chunk_size: 256 << 10, norm_level: 0 };

/// The longest dictionary. The crate's 1 MiB would be read for the first row of every column, and changes with any
/// value that comes first.
const MAX_DICTIONARY_LEN: usize = 128 << 10;

/// Rows and bytes of a page where counts decide; with content-defined chunking they must not, or pages after an edit
/// would be cut at other rows than before.
const MAX_PAGE_ROWS: usize = 20_000;
const MAX_PAGE_LEN: usize = 256 << 10;

/// The bytes of a value that statistics show.
const MAX_STATISTICS_LEN: usize = 64;

/// The zstd level: the library's own default.
const ZSTD_LEVEL: i32 = 3;

/// The properties of a file with these columns.
///
/// # Errors
/// Kind `internal` if the crate refuses a level.
pub(super) fn writer_properties(columns: &Columns, options: &WriteOptions) -> Result<WriterProperties> {
    let mut properties = WriterProperties::builder()
        .set_created_by(format!(
            "hubframe version {} (build {DEFAULT_CREATED_BY})",
            env!("CARGO_PKG_VERSION")
        ))
        .set_compression(compression(options.compression)?)
        .set_dictionary_page_size_limit(MAX_DICTIONARY_LEN)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_statistics_truncate_length(Some(MAX_STATISTICS_LEN))
        .set_column_index_truncate_length(Some(MAX_STATISTICS_LEN))
        // The caller bounds row groups, by bytes and rows.
        .set_max_row_group_row_count(None);
    // `ARROW:schema` has the same text: pyarrow looks there, others here.
    let mut key_values =
        vec![KeyValue::new(Features::METADATA_KEY.to_owned(), columns.features.to_metadata_json())];
    if options.content_defined_chunking {
        let CdcOptions { min_chunk_size, max_chunk_size, norm_level } = CHUNKING;
        let chunking = serde_json::json!({
            "min_chunk_size": min_chunk_size, "max_chunk_size": max_chunk_size, "norm_level": norm_level,
        });
        key_values.push(KeyValue::new(CHUNKING_KEY.to_owned(), chunking.to_string()));
        properties = properties
            .set_content_defined_chunking(Some(CHUNKING))
            .set_data_page_row_count_limit(usize::MAX)
            .set_data_page_size_limit(4 * MAX_PAGE_LEN);
    } else {
        properties =
            properties.set_data_page_row_count_limit(MAX_PAGE_ROWS).set_data_page_size_limit(MAX_PAGE_LEN);
    }
    properties = properties.set_key_value_metadata(Some(key_values));
    for field in columns.schema.fields() {
        if let Some(feature) = columns.features.get(field.name()) {
            properties = without_media(properties, field, feature, vec![field.name().clone()]);
        }
    }
    Ok(properties.build())
}

fn compression(codec: Codec) -> Result<Compression> {
    Ok(match codec {
        Codec::Zstd => Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL).map_err(failed)?),
        Codec::Snappy => Compression::SNAPPY,
        Codec::Gzip => Compression::GZIP(GzipLevel::default()),
        Codec::Lz4 => Compression::LZ4_RAW,
        Codec::Uncompressed => Compression::UNCOMPRESSED,
    })
}

/// Leaves the bytes of media files as they are, which are compressed already: plain, without dictionary or statistics,
/// as `datasets` writes them.
fn without_media(
    properties: WriterPropertiesBuilder,
    field: &Field,
    feature: &Feature,
    mut path: Vec<String>,
) -> WriterPropertiesBuilder {
    match (&feature.kind, field.data_type()) {
        (FeatureKind::Media(_), DataType::Struct(_)) => {
            path.push("bytes".to_owned());
            let leaf = ColumnPath::new(path);
            properties
                .set_column_compression(leaf.clone(), Compression::UNCOMPRESSED)
                .set_column_dictionary_enabled(leaf.clone(), false)
                .set_column_statistics_enabled(leaf, EnabledStatistics::None)
        }
        (FeatureKind::Struct(features), DataType::Struct(fields)) => {
            fields.iter().fold(properties, |properties, field| match features.get(field.name()) {
                Some(feature) => {
                    let path = path.iter().chain([field.name()]).cloned().collect();
                    without_media(properties, field, feature, path)
                }
                None => properties,
            })
        }
        (
            FeatureKind::List { feature, .. } | FeatureKind::LargeList { feature },
            DataType::List(element) | DataType::LargeList(element) | DataType::FixedSizeList(element, _),
        ) => {
            path.extend(["list".to_owned(), element.name().clone()]);
            without_media(properties, element, feature, path)
        }
        _ => properties,
    }
}
