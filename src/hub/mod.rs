//! The Hub's HTTP API: one file per area, each holding its request builder and its response parser.
//!
//! Every call here is retried, because repeating it changes nothing more; where an answer that was lost makes a
//! difference, the call says so. Headers beyond the CORS safelist, `HEAD`, suffix ranges and `Authorization` without
//! need are avoided, because each costs a browser a preflight request.

mod answer;
mod commit;
mod lfs_batch;
mod lfs_upload;
mod preupload;
mod refs;
mod repos;
mod resolve;
mod revision;
mod tree;
mod validate_yaml;
mod whoami;
mod whole_file;

#[cfg(test)]
mod tests;

use std::fmt;

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::{
    error::{Error, ErrorKind, Result},
    http::{
        Attempt, Body, Headers, Method, Request, RetryPolicy, Transport, origin, with_retries, without_query,
    },
};

pub(crate) use answer::{check, refusal};
pub use commit::{Commit, Committed, Operation};
pub use lfs_batch::{LfsObject, LfsUpload, Multipart, UploadAction, Verify};
use lfs_upload::LFS_JSON;
pub(crate) use lfs_upload::hidden_etag;
pub use preupload::{Candidate, UploadMode};
pub use refs::{GitRef, Refs};
pub use repos::{CreatedRepo, NewRepo};
pub use revision::Revision;
pub use tree::{Entry, EntryKind};
pub use whoami::{Identity, Organization};
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
        self.request(Method::Get, url)
    }

    /// A request of `url`, with the token exactly when the URL is on the Hub's own origin.
    fn request(&self, method: Method, url: &str) -> Request {
        let request = Request::new(method, url);
        match &self.token {
            Some(token) if self.owns(url) => request.with_header("authorization", format!("Bearer {token}")),
            _ => request,
        }
    }

    /// A request of `url` whose body is JSON.
    fn json_request(&self, method: Method, url: &str, body: &Json) -> Request {
        self.request(method, url)
            .with_header("content-type", "application/json")
            .with_body(body.to_string().into_bytes())
    }

    /// Gets JSON. Retried.
    async fn get_json<D: DeserializeOwned>(
        &self,
        operation: &'static str,
        url: &str,
    ) -> Result<(D, Headers)> {
        self.send_json(operation, &self.get(url)).await
    }

    /// Sends a request that is answered by JSON. Retried.
    async fn send_json<D: DeserializeOwned>(
        &self,
        operation: &'static str,
        request: &Request,
    ) -> Result<(D, Headers)> {
        let len = request.body.as_ref().map_or(0, |body| body.len() as u64);
        with_retries(&self.transport, &self.retry, len, || self.attempt_json(operation, request)).await
    }

    /// One attempt at a request that is answered by JSON.
    async fn attempt_json<D: DeserializeOwned>(
        &self,
        operation: &'static str,
        request: &Request,
    ) -> Attempt<(D, Headers)> {
        let (body, headers) = match self.attempt(operation, request).await {
            Attempt::Done(answer) => answer,
            Attempt::Failed(error) => return Attempt::Failed(error),
            Attempt::Again(error, wait) => return Attempt::Again(error, wait),
        };
        match serde_json::from_slice(&body) {
            Ok(value) => Attempt::Done((value, headers)),
            // A proxy's page, or an answer that was cut short: worth another try.
            Err(error) => Attempt::Again(not_json(operation, &request.url).with_source(error), None),
        }
    }

    /// One attempt at a request: sent, its status checked, its answer read.
    async fn attempt(&self, operation: &'static str, request: &Request) -> Attempt<(Bytes, Headers)> {
        let at = without_query(&request.url);
        let response = match self.transport.send(request).await {
            Ok(response) => response,
            Err(error) => return Attempt::from(Err(error.with("url", at))),
        };
        let response = match check(operation, response).await {
            Attempt::Done(response) => response,
            Attempt::Failed(error) => return Attempt::Failed(error),
            Attempt::Again(error, wait) => return Attempt::Again(error, wait),
        };
        let body = response.body.bytes().await;
        Attempt::from(body.map(|body| (body, response.headers)).map_err(|error| error.with("url", at)))
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
        .with("url", without_query(url))
}
