//! The Hub's HTTP API: one file per area, each holding its request builder and its response parser.
//!
//! Every call here reads, changes nothing, and is retried. Headers beyond the CORS safelist, `HEAD`, suffix
//! ranges and `Authorization` without need are avoided, because each costs a browser a preflight request.

mod answer;
mod resolve;
mod revision;
mod tree;
mod whole_file;

#[cfg(test)]
mod tests;

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::DeserializeOwned;

use crate::{
    error::{Error, ErrorKind, Result},
    http::{Attempt, Body, Headers, Request, RetryPolicy, Transport, origin, with_retries},
};

pub(crate) use answer::{check, refusal};
pub use revision::Revision;
pub use tree::{Entry, EntryKind};
pub use whole_file::WholeFile;

/// The public Hub.
pub const DEFAULT_ENDPOINT: &str = "https://huggingface.co";

/// A client of one Hub, with one identity.
pub struct Hub<T> {
    transport: T,
    endpoint: String,
    token: Option<String>,
    retry: RetryPolicy,
}

impl<T: Transport> Hub<T> {
    /// A client of the Hub at `endpoint` (an origin, such as [`DEFAULT_ENDPOINT`]), anonymous without a token.
    ///
    /// # Errors
    /// Kind `invalid` when the endpoint is no http address or the token holds characters that a header cannot.
    pub fn new(transport: T, endpoint: &str, token: Option<String>, retry: RetryPolicy) -> Result<Self> {
        let invalid = |message| Error::new(ErrorKind::Invalid, "connect", message);
        let endpoint = endpoint.trim_end_matches('/');
        if !endpoint.starts_with("https://") && !endpoint.starts_with("http://") {
            return Err(invalid("The endpoint must be an address such as https://huggingface.co.")
                .with("endpoint", endpoint));
        }
        if token
            .as_ref()
            .is_some_and(|token| token.is_empty() || !token.bytes().all(|b| b.is_ascii_graphic()))
        {
            return Err(invalid("The token is empty or holds spaces or control characters; copy it again."));
        }
        Ok(Self { transport, endpoint: endpoint.to_owned(), token, retry })
    }

    /// The Hub's address, without a final slash.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The transport, for reads that go elsewhere than to the Hub.
    pub fn transport(&self) -> &T {
        &self.transport
    }

    /// When to try again.
    pub fn retry(&self) -> &RetryPolicy {
        &self.retry
    }

    /// Whether `url` is on the Hub's own origin: the only one that may see the token.
    pub fn owns(&self, url: &str) -> bool {
        origin(url) == origin(&self.endpoint)
    }

    /// A `GET` of `url`, with the token exactly when the URL is on the Hub's own origin.
    pub(crate) fn get(&self, url: &str) -> Request {
        let request = Request::get(url);
        match &self.token {
            Some(token) if self.owns(url) => request.with_header("authorization", format!("Bearer {token}")),
            _ => request,
        }
    }

    /// Gets JSON. Retried.
    async fn get_json<D: DeserializeOwned>(
        &self,
        operation: &'static str,
        url: &str,
    ) -> Result<(D, Headers)> {
        with_retries(&self.transport, &self.retry, 0, || async {
            let response = match self.transport.send(&self.get(url)).await {
                Ok(response) => response,
                Err(error) => return Attempt::from(Err(error.with("url", crate::http::without_query(url)))),
            };
            let response = match check(operation, response).await {
                Attempt::Done(response) => response,
                Attempt::Failed(error) => return Attempt::Failed(error),
                Attempt::Again(error, wait) => return Attempt::Again(error, wait),
            };
            let body = match response.body.bytes().await {
                Ok(body) => body,
                Err(error) => return Attempt::from(Err(error.with("url", crate::http::without_query(url)))),
            };
            match serde_json::from_slice(&body) {
                Ok(value) => Attempt::Done((value, response.headers)),
                // A proxy's page, or an answer that was cut short: worth another try.
                Err(error) => Attempt::Again(not_json(operation, url).with_source(error), None),
            }
        })
        .await
    }
}

/// Shows the endpoint and whether there is a token, never the token.
impl<T> fmt::Debug for Hub<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hub")
            .field("endpoint", &self.endpoint)
            .field("signed_in", &self.token.is_some())
            .finish_non_exhaustive()
    }
}

/// Everything but RFC 3986's unreserved characters is escaped, so that a name is always one path segment.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// One path segment: a revision such as `refs/convert/parquet` becomes `refs%2Fconvert%2Fparquet`.
fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// A path in a repo, escaped segment by segment.
fn segments(path: &str) -> String {
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

fn not_json(operation: &'static str, url: &str) -> Error {
    Error::new(ErrorKind::Server, operation, "The Hub's answer is not the JSON that was expected.")
        .with("url", crate::http::without_query(url))
}
