//! Errors of writing.

use arrow_schema::ArrowError;
use parquet::errors::ParquetError;

use crate::error::{Error, ErrorKind};

pub(super) const WRITE: &str = "write parquet";

/// An error that the caller can mend.
pub(super) fn refused(kind: ErrorKind, message: impl Into<String>) -> Error {
    Error::new(kind, WRITE, message)
}

/// An error of the `parquet` crate.
pub(super) fn failed(error: ParquetError) -> Error {
    let text = error.to_string();
    let (kind, message) = match error {
        ParquetError::NYI(_) | ParquetError::ArrowError(_) => {
            (ErrorKind::Unsupported, "The table has a type that Parquet files cannot hold; drop that column.")
        }
        _ => (ErrorKind::Internal, "The rows could not be encoded."),
    };
    refused(kind, message).with_source(text)
}

/// An error of the Arrow crates while values are put into the form in which they are stored.
pub(super) fn arrow_failed(error: ArrowError) -> Error {
    refused(ErrorKind::Unsupported, "Some values do not fit the type in which Parquet files hold them.")
        .with_source(error.to_string())
}
