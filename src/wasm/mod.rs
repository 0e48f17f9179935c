//! The edge: the only code that knows JavaScript. An exported function parses its options, awaits one core call,
//! and wraps the result.
//!
//! What is exported decides what a module weighs: the linker drops the core that no export reaches. So the feature `whole`
//! appears here and in Cargo.toml only.

mod aggregate;
#[cfg(feature = "whole")]
mod blob;
mod convert;
mod early;
mod fetch;
#[cfg(feature = "whole")]
mod local_file;
mod scan;
mod session;
mod store;
#[cfg(feature = "whole")]
mod tables;
#[cfg(feature = "whole")]
mod text;
#[cfg(feature = "whole")]
mod uploader;
#[cfg(feature = "whole")]
mod writer;

pub use scan::Scan;
pub use session::Session;
#[cfg(feature = "whole")]
pub use {
    tables::{guess_splits, unite, unite_batch},
    text::{Inspect, open_text, scan_text},
    uploader::Uploader,
    writer::ParquetWriter,
};
