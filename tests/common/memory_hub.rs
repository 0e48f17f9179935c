//! A Hub in memory with one repo of one file: a user's whole read, from the path to the rows, without a network.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "each test uses its part")]

use std::{
    future::{Future, ready},
    pin::pin,
    rc::Rc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use hubframe::{
    Result,
    frame::{Frame, Session},
    http::{Body, Request, Response, RetryPolicy, Transport},
    hub::Hub,
};

/// Answers at once: the commit, the listing of the one file, and ranges of it.
pub(crate) struct MemoryHub(Bytes);

impl MemoryHub {
    /// A session on a Hub with this file, and a table of it.
    pub(crate) async fn open(file: Bytes) -> Result<(Rc<Session<Self>>, Frame<Self>)> {
        let hub = Hub::new(Self(file), "https://hub.test", None, RetryPolicy::default())?;
        let session = Rc::new(Session::new(hub));
        let path = "hf://datasets/user/name/file.parquet".to_owned();
        let frame = session.read_parquet(&[path], None).await?;
        Ok((session, frame))
    }

    fn answer(&self, request: &Request) -> (u16, Vec<(String, String)>, Bytes) {
        if request.url.contains("/revision/") {
            return (200, Vec::new(), Bytes::from_static(br#"{"sha":"c0ffee"}"#));
        }
        if request.url.contains("/tree/") {
            let len = self.0.len();
            let entry = format!(r#"[{{"type":"file","path":"file.parquet","size":{len},"oid":"o"}}]"#);
            return (200, Vec::new(), entry.into());
        }
        let range = request.header("range").and_then(|range| range.strip_prefix("bytes=")).unwrap();
        let (first, last) = range.split_once('-').unwrap();
        let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
        let headers = vec![("content-range".to_owned(), format!("bytes {first}-{last}/{}", self.0.len()))];
        (206, headers, self.0.slice(first..=last))
    }
}

/// A body that is there.
pub(crate) struct Whole(Bytes);

impl Body for Whole {
    async fn bytes(self) -> Result<Bytes> {
        Ok(self.0)
    }
}

impl Transport for MemoryHub {
    type Body = Whole;

    async fn send(&self, request: &Request) -> Result<Response<Whole>> {
        let (status, headers, body) = self.answer(request);
        let headers = headers.into_iter().collect();
        Ok(Response { status, url: request.url.clone(), headers, body: Whole(body) })
    }

    fn sleep(&self, _: Duration) -> impl Future<Output = ()> {
        ready(())
    }

    fn random(&self) -> f64 {
        0.5
    }
}

/// The output of a future that only waits for a [`MemoryHub`], which never lets it wait.
pub(crate) fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("everything is in memory"),
    }
}
