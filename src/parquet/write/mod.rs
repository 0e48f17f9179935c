//! Writing: record batches in, the bytes of a Parquet file out, piece by piece.
//!
//! What makes a file good for the Hub is decided here: row groups of bounded size, pages that a viewer can pick from,
//! content-defined chunking so that an edit uploads little, and features where `datasets` looks for them. Where the
//! bytes go, and how many files a table becomes, is for the caller.

mod columns;
mod conform;
mod failure;
mod options;
mod output;
mod properties;
mod stored;
mod weigh;
mod writer;

pub use options::{Codec, WriteOptions};
pub use writer::{Finished, ParquetWriter};
