//! What tests against the local Hub share: a native transport, a session on it, and a runtime to wait in.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "each test uses its part")]

use std::{
    future::Future,
    path::{Path, PathBuf},
    rc::Rc,
    time::Duration,
};

use bytes::Bytes;
use hubframe::{
    Error, ErrorKind, Result,
    frame::{Frame, Session},
    http::{Body, Request, Response, RetryPolicy, Transport},
    hub::Hub,
};
use hubframe_hub::{Origin, RunningHub};

/// HTTP by `reqwest`, which follows redirects and drops `Authorization` on the way to another origin, as
/// browsers do.
#[derive(Debug)]
pub(crate) struct NativeTransport(reqwest::Client);

/// A body still arriving.
#[derive(Debug)]
pub(crate) struct NativeBody(reqwest::Response);

impl NativeTransport {
    pub(crate) fn new() -> Self {
        Self(reqwest::Client::builder().build().unwrap())
    }
}

impl Transport for NativeTransport {
    type Body = NativeBody;

    async fn send(&self, request: &Request) -> Result<Response<NativeBody>> {
        let method = request.method.as_str().parse().unwrap();
        let mut builder = self.0.request(method, &request.url);
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        if let Some(body) = &request.body {
            builder = builder.body(body.clone());
        }
        let answer = builder.send().await.map_err(|error| network(&error))?;
        let text = |(name, value): (&_, &reqwest::header::HeaderValue)| {
            let name: &reqwest::header::HeaderName = name;
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        Ok(Response {
            status: answer.status().as_u16(),
            url: answer.url().to_string(),
            headers: answer.headers().iter().map(text).collect(),
            body: NativeBody(answer),
        })
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn random(&self) -> f64 {
        0.5
    }
}

impl Body for NativeBody {
    async fn bytes(self) -> Result<Bytes> {
        self.0.bytes().await.map_err(|error| network(&error))
    }
}

fn network(error: &reqwest::Error) -> Error {
    // Without the URL, which may be signed.
    let source = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    Error::new(ErrorKind::Network, "request", "There was no answer.").with_source(source)
}

/// Retries as in production, but so soon that a test can wait for them.
pub(crate) fn impatient() -> RetryPolicy {
    RetryPolicy {
        first_wait: Duration::from_millis(2),
        max_wait: Duration::from_millis(10),
        rate_limit_wait: Duration::from_millis(5),
        timeout: Duration::from_millis(1_000),
        ..RetryPolicy::default()
    }
}

/// A session on a local Hub.
pub(crate) fn session(hub: &RunningHub, token: Option<&str>) -> Rc<Session<NativeTransport>> {
    session_with(hub, token, impatient())
}

/// A session on a local Hub that tries again as `retry` says.
pub(crate) fn session_with(
    hub: &RunningHub,
    token: Option<&str>,
    retry: RetryPolicy,
) -> Rc<Session<NativeTransport>> {
    let hub = Hub::new(NativeTransport::new(), hub.endpoint(), token.map(str::to_owned), retry).unwrap();
    Rc::new(Session::new(hub))
}

/// The folder of the fixtures.
pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// Opens one path.
pub(crate) async fn read(hub: &RunningHub, path: &str) -> Result<Frame<NativeTransport>> {
    session(hub, None).read_parquet(&[path.to_owned()], None).await
}

/// Waits for a future on this thread.
pub(crate) fn wait<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Requests that the client sent since the last reset: those that reached the Hub, and those sent straight to
/// storage. A redirect's second half is not a request of the client's.
pub(crate) fn requests(hub: &RunningHub) -> u64 {
    let redirected = hub.log().iter().filter(|entry| matches!(entry.status, Some(301..=308))).count() as u64;
    hub.counters(Origin::Hub).total() + hub.counters(Origin::Storage).total() - redirected
}

/// Body bytes that both origins sent since the last reset.
pub(crate) fn bytes(hub: &RunningHub) -> u64 {
    hub.counters(Origin::Hub).bytes_sent + hub.counters(Origin::Storage).bytes_sent
}
