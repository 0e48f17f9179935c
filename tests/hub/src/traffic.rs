//! What was requested: one log entry per request, from its first byte to its end, and sums over the log.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use axum::http::{HeaderMap, HeaderName, Method, header, request};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::origin::Origin;

/// One request and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogEntry {
    /// The place among all requests of both origins since the Hub's start.
    pub number: u64,
    /// Which server was asked.
    pub origin: Origin,
    /// The HTTP method.
    pub method: String,
    /// The path as it was sent, still percent-encoded.
    pub path: String,
    /// The query as it was sent, without the `?`; empty when there is none.
    pub query: String,
    /// The `Range` header.
    pub range: Option<String>,
    /// Whether an `Authorization` header was there. The token itself is not kept.
    pub authorization: bool,
    /// The `Origin` header: a browser's page, or `null` after a redirect to another origin.
    pub page_origin: Option<String>,
    /// The status that was answered; none while the answer waits, or when none was given.
    pub status: Option<u16>,
    /// Body bytes handed to the socket. The system may buffer some megabytes that a client never reads.
    pub bytes_sent: u64,
    /// Body bytes received.
    pub bytes_received: u64,
    /// The kind of the fault that was applied.
    pub fault: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// When the request came, in milliseconds after the Hub's start.
    pub started_ms: u64,
    /// How long it took until the last body byte was handed over, or until it broke.
    pub duration_ms: Option<u64>,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Not yet.
    Open,
    /// The whole answer was sent.
    Done,
    /// The client went away first.
    Aborted,
    /// A fault cut the connection.
    Cut,
}

/// Sums over the requests of one origin.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Requests by method, without `OPTIONS`.
    pub requests: BTreeMap<String, u64>,
    /// `OPTIONS` requests.
    pub preflights: u64,
    /// Body bytes handed to the socket.
    pub bytes_sent: u64,
    /// Body bytes received.
    pub bytes_received: u64,
    /// Requests whose client went away before the end.
    pub aborted: u64,
    /// Requests with an `Authorization` header.
    pub authorized: u64,
    /// Requests being answered now.
    pub in_flight: u64,
    /// The most of them at one time since the last reset, those waiting for their turn included.
    pub peak_in_flight: u64,
}

impl Counters {
    /// All requests but the preflights.
    pub fn total(&self) -> u64 {
        self.requests.values().sum()
    }
}

/// The log of one origin.
#[derive(Debug)]
pub(crate) struct Traffic {
    start: Instant,
    next: Arc<AtomicU64>,
    log: Mutex<Vec<SharedEntry>>,
    in_flight: AtomicUsize,
    peak: AtomicUsize,
}

type SharedEntry = Arc<Mutex<LogEntry>>;

impl Traffic {
    /// `next` numbers the requests of all origins.
    pub(crate) fn new(start: Instant, next: Arc<AtomicU64>) -> Arc<Self> {
        let (in_flight, peak) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Arc::new(Self { start, next, log: Mutex::default(), in_flight, peak })
    }

    pub(crate) fn begin(self: &Arc<Self>, origin: Origin, request: &request::Parts) -> Record {
        let text = |name: HeaderName| header_text(&request.headers, name);
        let entry = Arc::new(Mutex::new(LogEntry {
            number: self.next.fetch_add(1, Ordering::Relaxed),
            origin,
            method: request.method.to_string(),
            path: request.uri.path().to_owned(),
            query: request.uri.query().unwrap_or_default().to_owned(),
            range: text(header::RANGE),
            authorization: request.headers.contains_key(header::AUTHORIZATION),
            page_origin: text(header::ORIGIN),
            status: None,
            bytes_sent: 0,
            bytes_received: 0,
            fault: None,
            outcome: Outcome::Open,
            started_ms: self.start.elapsed().as_millis() as u64,
            duration_ms: None,
        }));
        self.log.lock().push(entry.clone());
        let now = self.in_flight.fetch_add(1, Ordering::Relaxed) + 1;
        self.peak.fetch_max(now, Ordering::Relaxed);
        Record { entry, traffic: self.clone(), started: Instant::now() }
    }

    pub(crate) fn entries(&self) -> Vec<LogEntry> {
        self.log.lock().iter().map(|entry| entry.lock().clone()).collect()
    }

    pub(crate) fn counters(&self) -> Counters {
        let mut sums = Counters {
            in_flight: self.in_flight.load(Ordering::Relaxed) as u64,
            peak_in_flight: self.peak.load(Ordering::Relaxed) as u64,
            ..Counters::default()
        };
        for entry in self.log.lock().iter() {
            let entry = entry.lock();
            if entry.method == Method::OPTIONS.as_str() {
                sums.preflights += 1;
            } else {
                *sums.requests.entry(entry.method.clone()).or_default() += 1;
            }
            sums.bytes_sent += entry.bytes_sent;
            sums.bytes_received += entry.bytes_received;
            sums.aborted += u64::from(entry.outcome == Outcome::Aborted);
            sums.authorized += u64::from(entry.authorization);
        }
        sums
    }

    /// Forgets all requests so far. Those still open are not heard of again.
    pub(crate) fn reset(&self) {
        self.log.lock().clear();
        self.peak.store(self.in_flight.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}

/// The open log entry of a request. Dropping it before [`Record::finish`] means that the client went away.
#[derive(Debug)]
pub(crate) struct Record {
    entry: SharedEntry,
    traffic: Arc<Traffic>,
    started: Instant,
}

impl Record {
    /// For counting the request's body, which is read elsewhere.
    pub(crate) fn received(&self) -> Received {
        Received(self.entry.clone())
    }

    pub(crate) fn fault(&self, kind: &str) {
        self.entry.lock().fault = Some(kind.to_owned());
    }

    pub(crate) fn status(&self, status: u16) {
        self.entry.lock().status = Some(status);
    }

    pub(crate) fn sent(&self, bytes: usize) {
        self.entry.lock().bytes_sent += bytes as u64;
    }

    pub(crate) fn is_cut(&self) -> bool {
        self.entry.lock().outcome == Outcome::Cut
    }

    /// The first call decides.
    pub(crate) fn finish(&self, outcome: Outcome) {
        let mut entry = self.entry.lock();
        if entry.outcome == Outcome::Open {
            entry.outcome = outcome;
        }
        entry.duration_ms.get_or_insert_with(|| self.started.elapsed().as_millis() as u64);
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        self.finish(Outcome::Aborted);
        self.traffic.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Counts the body bytes of one request.
#[derive(Debug)]
pub(crate) struct Received(SharedEntry);

impl Received {
    pub(crate) fn add(&self, bytes: usize) {
        self.0.lock().bytes_received += bytes as u64;
    }

    /// A fault ended the body, and with it the connection.
    pub(crate) fn cut(&self) {
        self.0.lock().outcome = Outcome::Cut;
    }
}

fn header_text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}
