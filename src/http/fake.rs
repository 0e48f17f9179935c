//! A transport for unit tests: answers come from a closure, time passes at once, randomness is zero.

use std::{
    cell::RefCell,
    future::{Future, poll_fn},
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;

use super::{Body, Headers, Request, Response, Transport};
use crate::error::{Error, ErrorKind, Result};

/// An answer of the fake server.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Where the request ended up; empty for the request's own URL.
    pub(crate) url: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
}

type Server = dyn Fn(&Request) -> Option<Answer>;

/// See the module.
#[derive(Default)]
pub(crate) struct FakeTransport {
    server: Option<Box<Server>>,
    slept: RefCell<Vec<Duration>>,
    requests: RefCell<Vec<Request>>,
}

impl FakeTransport {
    /// `None` from the server is a dropped connection.
    pub(crate) fn new(server: impl Fn(&Request) -> Option<Answer> + 'static) -> Self {
        Self { server: Some(Box::new(server)), ..Self::default() }
    }

    pub(crate) fn slept(&self) -> Vec<Duration> {
        self.slept.borrow().clone()
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.borrow().clone()
    }
}

impl Transport for FakeTransport {
    type Body = Bytes;

    async fn send(&self, request: &Request) -> Result<Response<Bytes>> {
        self.requests.borrow_mut().push(request.clone());
        let answer = self.server.as_ref().and_then(|server| server(request));
        let answer = answer.ok_or_else(|| Error::new(ErrorKind::Network, "request", "Connection reset."))?;
        Ok(Response {
            status: answer.status,
            url: if answer.url.is_empty() { request.url.clone() } else { answer.url },
            headers: answer.headers.into_iter().map(|(k, v)| (k.to_owned(), v)).collect::<Headers>(),
            body: answer.body,
        })
    }

    /// Completes on its second poll, so that whatever races it and is ready wins; counts only when it completes.
    async fn sleep(&self, duration: Duration) {
        let mut polled = false;
        poll_fn(|context: &mut Context<'_>| {
            if std::mem::replace(&mut polled, true) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        self.slept.borrow_mut().push(duration);
    }

    fn random(&self) -> f64 {
        0.0
    }
}

impl Body for Bytes {
    async fn bytes(self) -> Result<Bytes> {
        Ok(self)
    }
}

/// Polls a future to its end on this thread. Everything fake is ready after a few polls.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..100_000 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
    unreachable!("a future on fake transport never became ready")
}
