//! Where something stands in a repo's texts, so that every error can name the file and the line to mend.

use crate::error::{Error, ErrorKind};

pub(super) const OPERATION: &str = "resolve splits";

/// A line of a file of the repo, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) file: &'static str,
    pub(super) line: usize,
}

impl Place {
    /// An error in what stands here; `message` says how to mend it.
    pub(super) fn invalid(self, message: impl Into<String>) -> Error {
        self.error(ErrorKind::Invalid, message)
    }

    pub(super) fn error(self, kind: ErrorKind, message: impl Into<String>) -> Error {
        Error::new(kind, OPERATION, message).with("file", self.file).with("line", self.line)
    }
}
