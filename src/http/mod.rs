//! HTTP as the core sees it: plain [`Request`] and [`Response`] values, and the [`Transport`] that carries them.
//!
//! In the browser the transport is `fetch` (`wasm/fetch.rs`); the tests bring a native one. Nothing here knows
//! the Hub. Dropping the future of a request aborts it, which is how cancellation works everywhere.

mod blob;
mod retry;

#[cfg(test)]
pub(crate) mod fake;

use std::{fmt, future::Future, time::Duration};

use bytes::Bytes;

use crate::error::{Error, Result};

pub use blob::{Blob, UploadTransport};
pub(crate) use retry::server_wait;
pub use retry::{Attempt, RetryPolicy, with_retries};

/// Carries requests. One implementation a platform, so `Send` is not asked for.
pub trait Transport {
    /// The body of a response, before it was read.
    type Body: Body;

    /// Sends a request and returns when the answer's headers are there, whatever its status. Redirects are
    /// followed; the `Authorization` header is not carried to another origin.
    ///
    /// # Errors
    /// Kind `network` when there is no answer. Dropping the future aborts the request.
    fn send(&self, request: &Request) -> impl Future<Output = Result<Response<Self::Body>>>;

    /// Completes after `duration`.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()>;

    /// Told that a request which ended with `error` is sent again after `wait`. By default nobody minds.
    fn waits(&self, _error: &Error, _wait: Duration) {}

    /// A number in `0.0..1.0`, for the jitter of retries.
    fn random(&self) -> f64;
}

/// A response body that was not read yet. Dropping it aborts the transfer.
pub trait Body {
    /// Reads the body to its end.
    ///
    /// # Errors
    /// Kind `network` when the connection breaks before the promised length.
    fn bytes(self) -> impl Future<Output = Result<Bytes>>;
}

/// A request method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Sends a body to be acted on.
    Post,
    /// Stores a body at an address.
    Put,
    /// Removes.
    Delete,
}

impl Method {
    /// The method as it stands in the request line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// A request.
#[derive(Clone)]
pub struct Request {
    /// Its method.
    pub method: Method,
    /// The absolute URL.
    pub url: String,
    /// Header names in lower case, and their values.
    pub headers: Vec<(&'static str, String)>,
    /// The body, for what is not a `GET`.
    pub body: Option<Bytes>,
}

impl Request {
    /// A `GET` without headers.
    pub fn get(url: impl Into<String>) -> Self {
        Self::new(Method::Get, url)
    }

    /// A request without headers or a body.
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        Self { method, url: url.into(), headers: Vec::new(), body: None }
    }

    /// Sets the body.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Adds a header; `name` in lower case.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
    }
}

/// Shows the method and the URL without its query, which may be a signature, and no header value.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method.as_str(), without_query(&self.url))
    }
}

/// The head of an answer, with its body still to be read.
#[derive(Debug)]
pub struct Response<B> {
    /// The status code.
    pub status: u16,
    /// The URL that answered, after redirects.
    pub url: String,
    /// The headers that the platform shows. A browser hides what CORS does not expose.
    pub headers: Headers,
    /// The body.
    pub body: B,
}

/// Response headers; names compare without regard to case.
#[derive(Debug, Clone, Default)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// The value of the first header of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

impl FromIterator<(String, String)> for Headers {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(headers: I) -> Self {
        Self(headers.into_iter().collect())
    }
}

/// The URL up to its query, for messages: a query may hold a signature.
pub fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or(url)
}

/// Scheme, host and port of an absolute URL, such as `https://huggingface.co`.
pub fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |scheme| scheme + 3);
    let end = url.get(host..).and_then(|rest| rest.find(['/', '?', '#'])).map_or(url.len(), |end| host + end);
    url.get(..end).unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins() {
        assert_eq!(origin("https://a.co:81/b?c"), "https://a.co:81");
        assert_eq!(origin("https://a.co"), "https://a.co");
        assert_eq!(origin("https://a.co?x"), "https://a.co");
    }

    #[test]
    fn secrets_do_not_show() {
        let request =
            Request::get("https://cdn.co/x?Signature=s").with_header("authorization", "Bearer hf_t");
        assert_eq!(format!("{request:?}"), "GET https://cdn.co/x");
    }
}
