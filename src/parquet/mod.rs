//! The Parquet format without any I/O: what a footer says, which bytes a read needs, and how they become batches.
//!
//! Everything here takes bytes and answers "read these ranges" or a value. Terms are those of the Parquet
//! specification (<https://parquet.apache.org/docs/file-format/>).

mod failure;
mod footer;
mod levels;
mod lone_page;
mod page_header;
mod page_index;
mod plan;
mod prefix;
mod projection;
mod prune;
mod read;
mod schema;
mod validate;
mod write;

pub use footer::{Footer, FooterStep, KnownBytes};
pub use plan::{RowGroupRows, batch_rows, row_groups, row_runs};
pub use prefix::{Prefix, prefixes};
pub use prune::{ExactBounds, Filter, Lookup, Pruned, PrunedBy, Remaining};
pub use read::{ReadOptions, ReadStep, Reader, Wave};
pub use schema::{bytes_type, plain_schema};
pub use write::{Codec, Finished, ParquetWriter, WriteOptions};
