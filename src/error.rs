//! The one error type of the crate. A caller acts on its [`ErrorKind`]; a person reads its message.
//!
//! Modules build errors with [`Error::new`] and add what they know (`file`, `url`, `offset`, …) with
//! [`Error::with`] on the way up, so that the final text names the file, the place and the way out.

use std::{collections::BTreeMap, fmt};

use serde::{Serialize, Serializer, ser::SerializeStruct};

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, in terms of what a caller can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument is wrong: an unknown column, a malformed path. Mend the call.
    Invalid,
    /// The repo, revision or file does not exist, or is hidden from this token.
    NotFound,
    /// The Hub does not know the token, or wants one. Sign in.
    Unauthorized,
    /// The dataset is gated: its owner's conditions must be accepted on its Hub page first.
    Gated,
    /// The token is known and has no right to do this.
    Forbidden,
    /// Somebody else changed the repo in between, or what would be created exists already.
    Conflict,
    /// Too many requests. Retried with back-off before it is reported.
    RateLimited,
    /// The server failed (5xx). Retried before it is reported.
    Server,
    /// No answer: connection refused or dropped, DNS, CORS. Retried before it is reported.
    Network,
    /// The server answered a range request with something else than the range.
    RangeUnsupported,
    /// A file changed while it was read, so that its parts do not belong together.
    Changed,
    /// The bytes are not what their format promises.
    Corrupt,
    /// Valid, but hubframe cannot do it (a codec, an encrypted file, a type).
    Unsupported,
    /// A bound that the caller set, or a default bound on memory, would be exceeded.
    Limit,
    /// The caller cancelled.
    Aborted,
    /// A bug in hubframe. Please report it.
    Internal,
}

impl ErrorKind {
    /// The stable name of this kind, as JavaScript sees it in `HubframeError.code`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::NotFound => "not_found",
            Self::Unauthorized => "unauthorized",
            Self::Gated => "gated",
            Self::Forbidden => "forbidden",
            Self::Conflict => "conflict",
            Self::RateLimited => "rate_limited",
            Self::Server => "server",
            Self::Network => "network",
            Self::RangeUnsupported => "range_unsupported",
            Self::Changed => "changed",
            Self::Corrupt => "corrupt",
            Self::Unsupported => "unsupported",
            Self::Limit => "limit",
            Self::Aborted => "aborted",
            Self::Internal => "internal",
        }
    }

    /// Whether the same call may succeed later without any change on the caller's side.
    pub fn is_retryable(self) -> bool {
        matches!(self, Self::RateLimited | Self::Server | Self::Network | Self::Changed)
    }
}

/// An error: its kind, the operation that failed, a sentence, facts, and the cause if another library had one.
///
/// Boxed inside, so that a `Result` of it is one word larger than its value.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    operation: &'static str,
    message: String,
    context: Vec<(&'static str, String)>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of `kind` in `operation` (a few words: `"read footer"`), said in one sentence that names the way out.
    pub fn new(kind: ErrorKind, operation: &'static str, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, operation, message: message.into(), context: Vec::new(), source: None }))
    }

    /// Adds a fact, such as `("file", path)`. A key that is there already keeps its first, innermost value.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl fmt::Display) -> Self {
        if self.get(key).is_none() {
            self.0.context.push((key, value.to_string()));
        }
        self
    }

    /// Sets the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// What a caller can do about it.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What was being done.
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// The sentence alone, without context or cause.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The message with its facts and its cause: all that there is to tell, but for what was being done.
    pub fn sentence(&self) -> String {
        let Inner { message, context, source, .. } = &*self.0;
        let facts: Vec<String> = context.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        let facts = if facts.is_empty() { String::new() } else { format!(" ({})", facts.join(", ")) };
        let cause = source.as_ref().map(|source| format!(": {source}")).unwrap_or_default();
        format!("{message}{facts}{cause}")
    }

    /// The facts, innermost first.
    pub fn context(&self) -> &[(&'static str, String)] {
        &self.0.context
    }

    /// One fact by its key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.context.iter().find(|(k, _)| *k == key).map(|(_, value)| value.as_str())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.operation(), self.sentence())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

/// As plain data: `code`, `message`, `retryable`, `operation`, `context`, and `cause` where there is one.
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Inner { kind, operation, message, context, source } = &*self.0;
        let context: BTreeMap<_, _> = context.iter().map(|(key, value)| (*key, value)).collect();
        let cause = source.as_ref().map(ToString::to_string);
        let mut data = serializer.serialize_struct("Error", 5 + usize::from(cause.is_some()))?;
        data.serialize_field("code", kind.code())?;
        data.serialize_field("message", message)?;
        data.serialize_field("retryable", &kind.is_retryable())?;
        data.serialize_field("operation", operation)?;
        data.serialize_field("context", &context)?;
        match cause {
            Some(cause) => data.serialize_field("cause", &cause)?,
            None => data.skip_field("cause")?,
        }
        data.end()
    }
}

/// Adds a fact to the error of a `Result` on its way up.
pub trait ResultExt<T> {
    /// Adds `(key, value)` as [`Error::with`] does; `value` is only formatted when there is an error.
    fn context(self, key: &'static str, value: impl fmt::Display) -> Result<T>;
}

impl<T> ResultExt<T> for Result<T> {
    fn context(self, key: &'static str, value: impl fmt::Display) -> Result<T> {
        self.map_err(|error| error.with(key, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_names_operation_facts_and_cause() {
        let error = Error::new(ErrorKind::Corrupt, "read footer", "The file does not end in PAR1.")
            .with("file", "data/a.parquet")
            .with("file", "ignored: the innermost wins")
            .with("offset", 12)
            .with_source("short read");
        assert_eq!(
            error.to_string(),
            "read footer: The file does not end in PAR1. (file: data/a.parquet, offset: 12): short read"
        );
        assert_eq!(error.get("offset"), Some("12"));
        assert_eq!(error.kind().code(), "corrupt");
    }
}
