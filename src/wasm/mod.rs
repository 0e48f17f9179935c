//! The edge: the only code that knows JavaScript. An exported function parses its options, awaits one core call,
//! and wraps the result.

mod aggregate;
mod blob;
mod convert;
mod early;
mod fetch;
mod local_file;
mod scan;
mod session;
mod store;
mod tables;
mod text;
mod uploader;
mod writer;

pub use scan::Scan;
pub use session::Session;
pub use tables::{guess_splits, unite, unite_batch};
pub use text::{Inspect, open_text, scan_text};
pub use uploader::Uploader;
pub use writer::ParquetWriter;
