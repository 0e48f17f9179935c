//! What a caller may choose about a file.

use serde::{Deserialize, Serialize};

/// How a Parquet file is written. All of it may be left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WriteOptions {
    /// How pages are compressed; those of media columns never are, for images and sounds are compressed already.
    pub compression: Codec,
    /// The most bytes of Arrow data in a row group; a row that is larger by itself has one of its own.
    pub row_group_bytes: u64,
    /// Whether pages end where their content says, and not where a count does: then an edit changes the pages it
    /// touches and no others, and a storage that knows the others already need not be sent them.
    pub content_defined_chunking: bool,
    /// Whether the file is for the Hub: then types that `datasets` cannot read are refused.
    pub for_hub: bool,
    /// Whether the file's SHA-256 is wanted.
    pub sha256: bool,
    /// The text of a `huggingface` key that says what columns mean, in place of that in the schema's metadata.
    pub features: Option<String>,
}

impl Default for WriteOptions {
    fn default() -> Self {
        Self {
            compression: Codec::default(),
            // What `datasets` takes (`config.MAX_ROW_GROUP_SIZE`), and what the Hub recommends.
            row_group_bytes: 100_000_000,
            content_defined_chunking: true,
            for_hub: false,
            sha256: false,
            features: None,
        }
    }
}

/// The codecs that a file can be written with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Codec {
    /// Zstandard, level 3: its own default.
    #[default]
    Zstd,
    /// Snappy: larger files, written and read faster.
    Snappy,
    /// Gzip, level 6.
    Gzip,
    /// LZ4 blocks (`LZ4_RAW`).
    Lz4,
    /// None.
    Uncompressed,
}
