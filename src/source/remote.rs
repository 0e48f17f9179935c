//! A file on the Hub, read by HTTP ranges.
//!
//! The first range goes to the Hub, which answers large files with a redirect to a signed URL on another
//! origin. Where the answer came from is remembered, so that all further ranges go there at once, until that
//! origin answers 403 (the signature expired): then the Hub is asked again, once.

use std::{cell::RefCell, collections::HashMap, ops::Range, rc::Rc};

use bytes::{Bytes, BytesMut};
use futures_util::{FutureExt, StreamExt, TryStreamExt, lock::Mutex, stream};

use super::{
    ByteSource, RecentBytes, SharedCache, Traffic, cache::read_through, check_bounds, recent::MAX_READ_LEN,
    slice,
};
use crate::{
    error::{Error, ErrorKind, Result},
    http::{Attempt, Body, Response, Transport, origin, with_retries},
    hub::{Hub, refusal},
    path::RepoId,
    range::{Coalescing, ContentRange, SIDE_BY_SIDE, range_header, split},
};

/// A server that answers a range with the whole file is put up with up to this length, in bytes.
const MAX_WHOLE_FILE: u64 = 1 << 20;

/// What a session has learnt of files, by their address on the Hub: the signed URL that it led to, and the ETags
/// that they answered with. Shared by all reads of a session.
///
/// A signed URL is a capability: it stays in memory and out of every message.
#[derive(Clone, Default)]
pub struct Locations(Rc<RefCell<HashMap<String, Known>>>);

#[derive(Default)]
struct Known {
    location: Option<String>,
    /// The first ETag of each origin. The Hub and its storage have different ones.
    etags: HashMap<String, String>,
    /// Held by the read that asks the Hub, so that reads side by side resolve an address once.
    resolving: Rc<Mutex<()>>,
}

impl Locations {
    /// Where `url` led to, if that is known.
    pub fn get(&self, url: &str) -> Option<String> {
        self.0.borrow().get(url)?.location.clone()
    }

    /// Remembers that `url` led to `location`.
    pub fn learn(&self, url: &str, location: String) {
        self.0.borrow_mut().entry(url.to_owned()).or_default().location = Some(location);
    }

    /// Forgets `location`, unless a newer one was learnt in the meantime.
    fn forget(&self, url: &str, location: &str) {
        if let Some(known) = self.0.borrow_mut().get_mut(url)
            && known.location.as_deref() == Some(location)
        {
            known.location = None;
        }
    }

    /// Whether `etag` is the one that this origin has always answered with. The first is remembered.
    fn is_same(&self, url: &str, origin: &str, etag: &str) -> bool {
        let mut all = self.0.borrow_mut();
        let etags = &mut all.entry(url.to_owned()).or_default().etags;
        etags.entry(origin.to_owned()).or_insert_with(|| etag.to_owned()) == etag
    }

    fn resolving(&self, url: &str) -> Rc<Mutex<()>> {
        Rc::clone(&self.0.borrow_mut().entry(url.to_owned()).or_default().resolving)
    }
}

impl std::fmt::Debug for Locations {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Locations({})", self.0.borrow().len())
    }
}

/// One file at one commit.
#[derive(Debug)]
pub struct RemoteFile<T> {
    pub(super) hub: Rc<Hub<T>>,
    pub(super) locations: Locations,
    url: String,
    path: String,
    size: u64,
    coalescing: Coalescing,
    recent: Option<RecentBytes>,
    cache: SharedCache,
    traffic: Traffic,
}

impl<T: Transport> RemoteFile<T> {
    /// The file `path` of `size` bytes, as the listing of the commit `sha` has it. Sends nothing.
    pub fn new(
        hub: Rc<Hub<T>>,
        locations: Locations,
        repo: &RepoId,
        sha: &str,
        path: &str,
        size: u64,
    ) -> Self {
        let url = hub.resolve_url(repo, sha, path);
        Self {
            hub,
            locations,
            url,
            path: path.to_owned(),
            size,
            coalescing: Coalescing::default(),
            recent: None,
            cache: None,
            traffic: Traffic::default(),
        }
    }

    /// The same file, of which bytes may be here from earlier, and are kept for later.
    pub fn with_cache(self, cache: SharedCache) -> Self {
        Self { cache, ..self }
    }

    /// The same file, of which small reads are kept in memory for the next ones.
    pub fn with_recent(self, recent: RecentBytes) -> Self {
        Self { recent: Some(recent), ..self }
    }

    /// What its reads cost. Those that the cache answered cost nothing.
    pub fn traffic(&self) -> &Traffic {
        &self.traffic
    }

    /// The file's address on the Hub.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How ranges become requests.
    pub fn coalescing(&self) -> &Coalescing {
        &self.coalescing
    }

    /// Ranges from the cache, if there is one, and the rest by requests.
    async fn read_cached(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        match &self.cache {
            Some(cache) => {
                read_through(cache.as_ref(), &self.url, ranges, &|missing| {
                    async move { self.fetch(&missing).await }.boxed_local()
                })
                .await
            }
            None => self.fetch(ranges).await,
        }
    }

    /// Ranges by as few requests as is sensible, side by side.
    async fn fetch(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        let runs = self.coalescing.runs(ranges);
        let requests: Vec<_> = runs
            .iter()
            .enumerate()
            .flat_map(|(run, r)| split(r, self.coalescing.max_request).into_iter().map(move |r| (run, r)))
            .collect();
        let parts: Vec<(usize, Bytes)> = stream::iter(requests)
            .map(|(run, range)| async move { Ok::<_, Error>((run, self.read_range(range).await?)) })
            .buffered(SIDE_BY_SIDE)
            .try_collect()
            .await?;
        let runs: Vec<_> = runs.into_iter().zip(join(parts)).collect();
        Ok(ranges.iter().map(|range| cut(&runs, range)).collect())
    }

    /// One range by one request, tried again when it fails.
    async fn read_range(&self, range: Range<u64>) -> Result<Bytes> {
        let hub = &self.hub;
        let expected = range.end - range.start;
        with_retries(hub.transport(), hub.retry(), expected, || self.attempt(&range)).await.map_err(|error| {
            error.with("file", &self.path).with("range", format!("{}..{}", range.start, range.end))
        })
    }

    /// Asks where the file was found last; if that is not known or refused, asks the Hub.
    async fn attempt(&self, range: &Range<u64>) -> Attempt<Bytes> {
        if let Some(outcome) = self.attempt_known(range).await {
            return outcome;
        }
        let resolving = self.locations.resolving(&self.url);
        let turn = resolving.lock().await;
        // Another read may have resolved the address in the meantime.
        if self.locations.get(&self.url).is_some() {
            drop(turn);
            if let Some(outcome) = self.attempt_known(range).await {
                return outcome;
            }
        }
        match self.request(&self.url, range).await {
            Ok(response) => {
                if response.status == 206 && !self.hub.owns(&response.url) {
                    self.locations.learn(&self.url, response.url.clone());
                }
                self.receive(response, range).await
            }
            Err(error) => Attempt::from(Err(error)),
        }
    }

    /// Asks where the file was found last; `None` when that is not known, or its signature has expired.
    async fn attempt_known(&self, range: &Range<u64>) -> Option<Attempt<Bytes>> {
        let location = self.locations.get(&self.url)?;
        let outcome = match self.request(&location, range).await {
            Ok(response) if matches!(response.status, 401 | 403 | 404 | 410) => None,
            Ok(response) => Some(self.receive(response, range).await),
            Err(error) => Some(Attempt::from(Err(error))),
        };
        if !matches!(outcome, Some(Attempt::Done(_))) {
            self.locations.forget(&self.url, &location);
        }
        outcome
    }

    async fn request(&self, url: &str, range: &Range<u64>) -> Result<Response<T::Body>> {
        let request = self.hub.get(url).with_header("range", range_header(range));
        self.traffic.sent();
        self.hub.transport().send(&request).await
    }

    /// Checks that the answer is the range of the file that was listed, and reads it.
    async fn receive(&self, response: Response<T::Body>, range: &Range<u64>) -> Attempt<Bytes> {
        match response.status {
            206 => {}
            200 => return self.receive_whole(response, range).await,
            _ => return refusal("read range", response).await,
        }
        if let Some(value) = response.headers.get("content-range") {
            match ContentRange::parse(value) {
                Ok(answered) if answered.total.is_some_and(|total| total != self.size) => {
                    return Attempt::Failed(self.changed("length"));
                }
                Ok(answered) if answered.range == *range => {}
                Ok(_) => return Attempt::Again(self.wrong_range(value), None),
                Err(error) => return Attempt::Again(error, None),
            }
        }
        if let Err(error) = self.check_etag(&response) {
            return Attempt::Failed(error);
        }
        match self.body(response).await {
            Ok(body) if body.len() as u64 == range.end - range.start => Attempt::Done(body),
            Ok(body) => Attempt::Again(self.cut_short(body.len()), None),
            Err(error) => Attempt::from(Err(error)),
        }
    }

    /// A 200 for a range holds the whole file. Of a small file the range is cut out; a large one is refused
    /// before its body is read.
    async fn receive_whole(&self, response: Response<T::Body>, range: &Range<u64>) -> Attempt<Bytes> {
        if self.size > MAX_WHOLE_FILE {
            let message = "The server sends the whole file instead of a range, and the file is too large for that; \
                           a proxy or CDN between here and the Hub drops the Range header.";
            return Attempt::Failed(Error::new(ErrorKind::RangeUnsupported, "read range", message));
        }
        if let Err(error) = self.check_etag(&response) {
            return Attempt::Failed(error);
        }
        match self.body(response).await {
            Ok(body) if body.len() as u64 == self.size => match slice(&body, 0, range) {
                Some(bytes) => Attempt::Done(bytes),
                None => Attempt::Failed(self.changed("length")),
            },
            Ok(body) => Attempt::Again(self.cut_short(body.len()), None),
            Err(error) => Attempt::from(Err(error)),
        }
    }

    async fn body(&self, response: Response<T::Body>) -> Result<Bytes> {
        let body = response.body.bytes().await?;
        self.traffic.received(body.len());
        Ok(body)
    }

    /// All answers of one origin must carry the ETag of the first. Weak ones promise no equal bytes, so they
    /// are compared as they are: any difference means another version.
    fn check_etag<B>(&self, response: &Response<B>) -> Result<()> {
        match response.headers.get("etag") {
            Some(etag) if !self.locations.is_same(&self.url, origin(&response.url), etag) => {
                Err(self.changed("ETag"))
            }
            _ => Ok(()),
        }
    }

    fn changed(&self, what: &str) -> Error {
        let message =
            format!("The file's {what} is not what it was; it changed while it was read. Open it again.");
        Error::new(ErrorKind::Changed, "read range", message)
    }

    fn wrong_range(&self, value: &str) -> Error {
        Error::new(ErrorKind::RangeUnsupported, "read range", "The server answered with another range.")
            .with("content_range", value)
    }

    fn cut_short(&self, received: usize) -> Error {
        Error::new(ErrorKind::Network, "read range", "The answer was cut short.").with("received", received)
    }
}

impl<T: Transport> ByteSource for RemoteFile<T> {
    fn name(&self) -> &str {
        &self.path
    }

    fn byte_len(&self) -> u64 {
        self.size
    }

    /// Costs one request for each run of neighbouring ranges, and one more for each further 64 MiB of a run. Nothing for
    /// what was read just now, nor for what the cache has.
    async fn read(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        check_bounds(&self.path, self.size, ranges)?;
        let len: u64 = ranges.iter().map(|range| range.end - range.start).sum();
        match &self.recent {
            Some(recent) if len <= MAX_READ_LEN => {
                read_through(recent, &self.url, ranges, &|missing| {
                    async move { self.read_cached(&missing).await }.boxed_local()
                })
                .await
            }
            _ => self.read_cached(ranges).await,
        }
    }
}

/// Joins the parts of each run; a run of one part is not copied.
fn join(parts: Vec<(usize, Bytes)>) -> Vec<Bytes> {
    let mut runs: Vec<Vec<Bytes>> = Vec::new();
    for (run, bytes) in parts {
        match runs.get_mut(run) {
            Some(parts) => parts.push(bytes),
            None => runs.push(vec![bytes]),
        }
    }
    let whole = |parts: Vec<Bytes>| {
        let mut whole = BytesMut::with_capacity(parts.iter().map(Bytes::len).sum());
        parts.iter().for_each(|part| whole.extend_from_slice(part));
        whole.freeze()
    };
    runs.into_iter().map(|mut parts| if parts.len() == 1 { parts.remove(0) } else { whole(parts) }).collect()
}

/// The bytes of `range`, out of the run that holds it. An empty range lies in no run.
fn cut(runs: &[(Range<u64>, Bytes)], range: &Range<u64>) -> Bytes {
    let run = runs.partition_point(|(run, _)| run.start <= range.start).checked_sub(1);
    run.and_then(|run| runs.get(run))
        .and_then(|(run, bytes)| slice(bytes, run.start, range))
        .unwrap_or_default()
}
