//! Request and response bodies on their way through the network of an origin: counted, paced, and broken
//! when a fault says so.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Sleep, sleep, sleep_until};

use crate::network::Direction;
use crate::server::Side;
use crate::traffic::{Outcome, Received, Record};

/// Bytes that pass at one time on a paced line.
const PACED_PIECE: usize = 32 << 10;

/// How long the connection gets to write out what precedes a cut.
const FLUSH: Duration = Duration::from_millis(5);

/// What a fault does to a response body.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct BodyFault {
    /// Where the body ends, as if that were all of it.
    pub(crate) end: Option<u64>,
    /// Where the body stops before its end, and how.
    pub(crate) stop: Option<(u64, Stop)>,
    /// Whether every byte is inverted.
    pub(crate) invert: bool,
}

/// How a body stops before its end.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stop {
    /// Nothing more comes.
    Stall,
    /// The connection is closed.
    Cut,
}

/// A response body. It holds the request's place in the network until it is dropped.
pub(crate) struct SentBody {
    inner: Body,
    side: Arc<Side>,
    record: Record,
    fault: BodyFault,
    /// The length that the headers promise.
    promised: Option<u64>,
    sent: u64,
    /// Bytes of a frame that have not been passed on yet.
    rest: Bytes,
    /// A piece held back until the line has carried it.
    held: Option<(Bytes, Pin<Box<Sleep>>)>,
    /// Set while what came before a cut is being flushed.
    cutting: Option<Pin<Box<Sleep>>>,
    _place: Option<OwnedSemaphorePermit>,
}

impl SentBody {
    pub(crate) fn new(
        inner: Body,
        side: Arc<Side>,
        record: Record,
        fault: BodyFault,
        promised: Option<u64>,
        place: Option<OwnedSemaphorePermit>,
    ) -> Self {
        if promised == Some(0) || inner.is_end_stream() {
            record.finish(Outcome::Done);
        }
        let (rest, held, cutting) = (Bytes::new(), None, None);
        Self { inner, side, record, fault, promised, sent: 0, rest, held, cutting, _place: place }
    }

    /// Fetches the next bytes into `rest`; false at the end.
    fn poll_rest(&mut self, cx: &mut Context<'_>) -> Poll<Result<bool, axum::Error>> {
        while self.rest.is_empty() {
            match ready!(Pin::new(&mut self.inner).poll_frame(cx)) {
                None => return Poll::Ready(Ok(false)),
                Some(Err(error)) => return Poll::Ready(Err(error)),
                Some(Ok(frame)) => self.rest = frame.into_data().unwrap_or_default(),
            }
        }
        Poll::Ready(Ok(true))
    }

    /// Cuts the next piece off `rest`.
    fn next_piece(&mut self) -> Bytes {
        let mut len = self.rest.len();
        for end in [self.fault.end, self.fault.stop.map(|(at, _)| at)].into_iter().flatten() {
            len = len.min(end.saturating_sub(self.sent) as usize);
        }
        if self.side.network.is_paced() {
            len = len.min(PACED_PIECE);
        }
        let piece = self.rest.split_to(len);
        if self.fault.invert { piece.iter().map(|byte| !byte).collect() } else { piece }
    }

    /// Counts a piece that goes out now.
    fn pass(&mut self, piece: Bytes) -> Frame<Bytes> {
        self.sent += piece.len() as u64;
        self.record.sent(piece.len());
        // The connection drops a body once its whole length is out, without asking for its end.
        if self.promised == Some(self.sent) {
            self.record.finish(Outcome::Done);
        }
        Frame::data(piece)
    }

    fn poll_stop(&mut self, stop: Stop, cx: &mut Context<'_>) -> Poll<axum::Error> {
        let Stop::Cut = stop else { return Poll::Pending };
        // An error now would take what is still buffered with it.
        let flushed = self.cutting.get_or_insert_with(|| Box::pin(sleep(FLUSH)));
        ready!(flushed.as_mut().poll(cx));
        self.record.finish(Outcome::Cut);
        Poll::Ready(axum::Error::new(io::Error::other("cut by a fault")))
    }
}

impl HttpBody for SentBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Some((piece, turn)) = &mut self.held {
            ready!(turn.as_mut().poll(cx));
            let piece = std::mem::take(piece);
            self.held = None;
            return Poll::Ready(Some(Ok(self.pass(piece))));
        }
        match self.fault.stop {
            Some((at, stop)) if at == self.sent => {
                return self.poll_stop(stop, cx).map(|error| Some(Err(error)));
            }
            _ => {}
        }
        let ended = self.fault.end == Some(self.sent);
        match if ended { Ok(false) } else { ready!(self.poll_rest(cx)) } {
            Ok(true) => {}
            Ok(false) => {
                self.record.finish(Outcome::Done);
                return Poll::Ready(None);
            }
            Err(error) => return Poll::Ready(Some(Err(error))),
        }
        let piece = self.next_piece();
        match self.side.network.reserve(Direction::Down, piece.len()) {
            None => Poll::Ready(Some(Ok(self.pass(piece)))),
            Some(until) => {
                self.held = Some((piece, Box::pin(sleep_until(until))));
                self.poll_frame(cx)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.promised == Some(self.sent) || (self.promised.is_none() && self.inner.is_end_stream())
    }

    /// Unknown: the headers say it, and a fault may make them lie.
    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

/// A request body.
pub(crate) struct ReceivedBody {
    inner: Incoming,
    side: Arc<Side>,
    received: Received,
    /// Where the connection is cut, if a fault says so.
    cut_after: Option<u64>,
    is_cut: bool,
    taken: u64,
    /// Bytes that came, held back until the line has carried them.
    held: Option<(Bytes, Pin<Box<Sleep>>)>,
}

impl ReceivedBody {
    pub(crate) fn new(inner: Incoming, side: Arc<Side>, received: Received, cut_after: Option<u64>) -> Self {
        Self { inner, side, received, cut_after, is_cut: false, taken: 0, held: None }
    }
}

impl HttpBody for ReceivedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        loop {
            if let Some((bytes, turn)) = &mut self.held {
                ready!(turn.as_mut().poll(cx));
                let bytes = std::mem::take(bytes);
                self.held = None;
                return Poll::Ready(Some(Ok(Frame::data(bytes))));
            }
            if self.is_cut {
                self.received.cut();
                return Poll::Ready(Some(Err(axum::Error::new(io::Error::other("cut by a fault")))));
            }
            let Some(frame) = ready!(Pin::new(&mut self.inner).poll_frame(cx)) else {
                return Poll::Ready(None);
            };
            let Ok(mut bytes) = frame.map_err(axum::Error::new)?.into_data() else { continue };
            let left = self.cut_after.map_or(u64::MAX, |end| end - self.taken);
            if bytes.len() as u64 > left {
                bytes.truncate(left as usize);
                self.is_cut = true;
            }
            self.taken += bytes.len() as u64;
            self.received.add(bytes.len());
            match self.side.network.reserve(Direction::Up, bytes.len()) {
                Some(until) => self.held = Some((bytes, Box::pin(sleep_until(until)))),
                None => return Poll::Ready(Some(Ok(Frame::data(bytes)))),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.held.is_none() && !self.is_cut && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        if self.held.is_some() || self.is_cut { SizeHint::default() } else { self.inner.size_hint() }
    }
}
