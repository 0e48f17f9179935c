//! Errors of the `parquet` and `arrow` crates, in our terms.

use arrow_schema::ArrowError;
use parquet::errors::ParquetError;

use crate::error::{Error, ErrorKind};

/// The error that `error` stands for. Damaged bytes and things that cannot be read are told apart where the
/// library does; its messages are kept as the cause.
pub(crate) fn failed(operation: &'static str, error: ParquetError) -> Error {
    let text = error.to_string();
    if text.contains("Disabled feature at compile time: brotli") {
        let message = "The file is compressed with brotli, and this build has no brotli codec.";
        // Whoever has the other build knows by this fact that it would help.
        return Error::new(ErrorKind::Unsupported, operation, message).with("codec", "brotli");
    }
    // Its words are "The codec type LZO is not supported yet".
    let codec = text.split_once("codec type ").and_then(|(_, rest)| rest.split_whitespace().next());
    if let (ParquetError::NYI(_), Some(codec)) = (&error, codec) {
        let message = format!("The file is compressed with {codec}, which hubframe cannot read.");
        return Error::new(ErrorKind::Unsupported, operation, message).with("codec", codec);
    }
    let lower = text.to_ascii_lowercase();
    if lower.contains("utf-8") || lower.contains("utf8") {
        let message =
            "A text column holds bytes that are no UTF-8. Select the other columns, or write it as binary.";
        // Whoever can read such columns as bytes knows by this fact that it would help.
        return Error::new(ErrorKind::Corrupt, operation, message)
            .with("encoding", "utf-8")
            .with_source(text);
    }
    let (kind, message) = if text.contains("encrypted") || text.contains("decrypt") {
        (ErrorKind::Unsupported, "The file is encrypted, which hubframe cannot read.")
    } else {
        match error {
            ParquetError::NYI(_) => {
                (ErrorKind::Unsupported, "The file uses a feature that hubframe cannot read.")
            }
            _ => (ErrorKind::Corrupt, "The file is not a Parquet file, or it is damaged."),
        }
    };
    Error::new(kind, operation, message).with_source(text)
}

/// The same for an error of the Arrow crates.
pub(crate) fn arrow_failed(operation: &'static str, error: ArrowError) -> Error {
    failed(operation, ParquetError::from(error))
}
