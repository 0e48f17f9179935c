//! Text tables: CSV, TSV, JSON and JSON Lines files as record batches of bounded size.
//!
//! A file is read twice, in slices. [`inspect`] reads it whole once: it learns the encoding, the dialect, the type that
//! *every* value of a column fits, the number of rows, what is odd about the file (findings with lines), and where
//! some of its rows begin (checkpoints). A [`TextReader`] then makes batches of any rows, from the checkpoint before
//! them. Types come from all rows, never from a sample, so a late value cannot break a read or be lost; a local
//! file can afford the second pass. Nothing here does I/O: bytes come from a [`crate::source::ByteSource`].

mod build;
mod csv;
mod dialect;
mod encoding;
mod findings;
mod format;
mod guess;
mod inspect;
mod instant;
mod json;
mod kind;
mod layout;
mod options;
mod read;
mod rows;
mod typed;
mod unify;

#[cfg(test)]
mod tests;

pub(crate) use build::parse_texts;
pub use dialect::Dialect;
pub use encoding::Encoding;
pub use findings::{Finding, FindingKind, Severity};
pub use format::{Format, sniff_format};
pub use guess::{Guess, Seen};
pub use inspect::{Inspect, InspectedColumn, Inspection, Progress, inspect};
pub use kind::{Kind, NULL_WORDS};
pub use layout::{Checkpoint, TextLayout};
pub use options::TextOptions;
pub use read::TextReader;
pub(crate) use typed::features_of;
pub use unify::schema_of;
