//! The lazy table: which files it is made of, which of their columns and rows it shows, and how they are scanned.
//!
//! A [`Session`] holds what outlives one table: the Hub, the footers and signed URLs learnt so far. A [`Frame`]
//! is a table over a session. Work is cut into [`ScanTask`]s, which are plain data: any worker can run one.

mod adapt;
mod aggregate;
mod cast;
mod columns;
mod convert;
mod cost;
mod dataset;
mod explain;
mod filter;
mod footers;
mod ipc;
mod misfits;
mod open;
mod plan;
mod prefix;
mod prepare;
mod rows;
mod sample;
mod scan;
mod session;
mod spec;
mod survey;
mod table;
mod text;
mod unite;

pub use aggregate::{AggregatePlan, AggregateStep, AggregateTask};
pub use columns::ShownColumn;
pub use cost::Cost;
pub use dataset::{ConfigTable, Dataset, Instead, InsteadOrigin, LayoutTable, Problem, SplitTable};
pub use explain::{Explanation, Kept, PrunedRows, Share};
pub use ipc::{
    BatchDecoder, BatchEncoder, EncodedBatch, decode_schema, encode_schema, end_of_stream, slice_batch,
};
pub(crate) use open::is_parquet;
pub use rows::RowRange;
pub use sample::Sample;
pub use scan::Scan;
pub use session::Session;
pub use spec::{
    Column, CountPlan, DataFile, FileSet, FooterPiece, FrameSource, FrameSpec, KnownFooter, RowCount,
    ScanPlan, ScanTask, TextFile,
};
pub use survey::{Survey, SurveyedFile, SurveyedRowGroup};
pub use table::Frame;
pub use text::{TextScan, open_text};
pub use unite::{unite, unite_batch};
