//! What tests against the local Hub share: a native transport, a session on it, and a runtime to wait in.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "each test uses its part")]

mod native;

use std::{
    future::Future,
    path::{Path, PathBuf},
    rc::Rc,
    time::Duration,
};

use hubframe::{
    Result,
    frame::{Frame, Session},
    http::RetryPolicy,
    hub::Hub,
};
use hubframe_hub::{Origin, RunningHub};
pub(crate) use native::NativeTransport;

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
