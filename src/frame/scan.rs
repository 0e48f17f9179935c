//! Running a task: fetch, decode, adapt, one batch at a time, with the next row group on its way while the
//! present one is decoded.

use std::{
    future::{Future, poll_fn},
    ops::Range,
    pin::Pin,
    rc::Rc,
    task::Poll,
};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use bytes::Bytes;

use super::{
    ScanTask, Session, adapt::Adapter, ipc::decode_schema, prefix::read_prefixes, prepare::Prepared,
    session::repo_id,
};
use crate::{
    error::{Error, ErrorKind, Result, ResultExt},
    http::Transport,
    parquet::{Filter, Footer, ReadStep, Reader},
    path::RepoId,
    range::coalesce,
    source::{ByteSource, RemoteFile, Traffic},
};

/// A task under way. Dropping it aborts its requests.
#[derive(Debug)]
pub struct Scan<T> {
    session: Rc<Session<T>>,
    task: ScanTask,
    repo: RepoId,
    schema: SchemaRef,
    source: Rc<RemoteFile<T>>,
    state: State<T>,
}

#[derive(Debug)]
enum State<T> {
    Idle,
    Reading(Box<Reading<T>>),
    Finished,
}

impl<T: Transport + 'static> Scan<T> {
    pub(super) fn new(session: Rc<Session<T>>, task: ScanTask) -> Result<Self> {
        let repo = repo_id(&task.repo_type, &task.repo)?;
        let schema = decode_schema(&task.schema)?;
        let source = Rc::new(session.remote_file(&repo, &task.sha, &task.file));
        Ok(Self { session, task, repo, schema, source, state: State::Idle })
    }

    /// The schema of the batches.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// What it has cost so far.
    pub fn traffic(&self) -> &Traffic {
        self.source.traffic()
    }

    /// The next rows, or `None` after the last.
    ///
    /// Costs, for each row group, one request for each run of neighbouring column chunks (or pages, when not all
    /// rows are wanted and the file has an offset index); and before the first batch one or two for the footer,
    /// when the task does not bring it.
    ///
    /// # Errors
    /// Kind `corrupt` or `unsupported` for what is in the file; `changed` when it is not the file that was listed;
    /// and those of requests. The scan is over after an error.
    pub async fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        let next = self.try_next().await.context("file", &self.task.file.path);
        if !matches!(next, Ok(Some(_))) {
            self.state = State::Finished;
        }
        next
    }

    async fn try_next(&mut self) -> Result<Option<RecordBatch>> {
        if let State::Idle = self.state {
            self.state = State::Reading(Box::new(self.start().await?));
        }
        match &mut self.state {
            State::Reading(reading) => reading.next().await,
            State::Idle | State::Finished => Ok(None),
        }
    }

    /// Reads the footer and plans the read.
    async fn start(&self) -> Result<Reading<T>> {
        let Self { session, task, repo, schema, source, .. } = self;
        let Prepared { footer, options, .. } =
            session.prepare(repo, task, schema.fields().clone(), source).await?;
        let filtered = options.filter.iter().flat_map(Filter::columns).collect::<Vec<_>>();
        let footer = footer.with_bytes(schema.fields(), &filtered)?.map_or(footer, Rc::new);
        let adapter = Adapter::new(schema, &options.schema(&footer))?;
        let footer = read_prefixes(&**source, footer, &options).await?;
        let reader = Reader::new(&footer, &options)?;
        // Whoever wants some rows may have them after any row group.
        let eager = options.limit.is_none();
        Ok(Reading {
            source: Rc::clone(source),
            footer,
            reader,
            adapter,
            eager,
            ahead: None,
            asked: Vec::new(),
        })
    }
}

/// The read of some row groups.
struct Ahead {
    ranges: Vec<Range<u64>>,
    pieces: Coming,
}

/// Bytes on their way, or there.
enum Coming {
    Later(Pin<Box<dyn Future<Output = Result<Pieces>>>>),
    Now(Result<Pieces>),
}

/// Runs of bytes with their offsets.
type Pieces = Vec<(u64, Bytes)>;

struct Reading<T> {
    source: Rc<RemoteFile<T>>,
    footer: Rc<Footer>,
    reader: Reader,
    adapter: Adapter,
    /// Whether the next row groups are fetched before they are asked for.
    eager: bool,
    ahead: Option<Ahead>,
    /// What the decoder asked for last, to notice when it asks for the same again.
    asked: Vec<Range<u64>>,
}

impl<T: Transport + 'static> Reading<T> {
    async fn next(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            match self.reader.step()? {
                ReadStep::Batch(batch) => return Ok(Some(self.adapter.adapt(&batch)?)),
                ReadStep::Finished => return Ok(None),
                ReadStep::NeedsData(ranges) => self.feed(ranges).await?,
            }
        }
    }

    /// Gives the decoder the next row groups' bytes, and sets out for those of the ones after it.
    async fn feed(&mut self, needed: Vec<Range<u64>>) -> Result<()> {
        if self.ahead.is_none() {
            self.ahead = self.next_wave();
        }
        let pieces = match self.ahead.take_if(|ahead| ahead.serves(&needed)) {
            Some(ahead) => ahead.pieces().await?,
            None if self.asked == needed => {
                let message = "The decoder asks for the same bytes again.";
                return Err(Error::new(ErrorKind::Internal, "read rows", message));
            }
            // Which pages hold rows that pass a filter was not known before.
            None => {
                let read = self.fetch(needed.clone());
                self.asked = needed;
                read.pieces().await?
            }
        };
        for (start, bytes) in pieces {
            self.reader.push(start, bytes)?;
        }
        if self.eager && self.ahead.is_none() {
            self.ahead = match self.next_wave() {
                Some(ahead) => Some(ahead.started().await),
                None => None,
            };
        }
        Ok(())
    }

    /// The read of the next row groups that need any bytes, not started yet.
    fn next_wave(&mut self) -> Option<Ahead> {
        let ranges = std::iter::from_fn(|| self.reader.take_ahead()).find(|ranges| !ranges.is_empty())?;
        Some(self.fetch(ranges))
    }

    /// The read of ranges, as far as they are not known, not started yet.
    fn fetch(&self, ranges: Vec<Range<u64>>) -> Ahead {
        let known = |range: &Range<u64>| Some((range.start, self.footer.known_bytes(range)?));
        let mut pieces: Pieces = ranges.iter().filter_map(known).collect();
        let runs = unknown_runs(&self.footer, &ranges);
        if runs.is_empty() {
            return Ahead { ranges, pieces: Coming::Now(Ok(pieces)) };
        }
        let source = Rc::clone(&self.source);
        let read = async move {
            let bytes = source.read(&runs).await?;
            pieces.extend(runs.iter().map(|run| run.start).zip(bytes));
            Ok(pieces)
        };
        Ahead { ranges, pieces: Coming::Later(Box::pin(read)) }
    }
}

/// What must be read for these ranges. Neighbours become one piece, so that a column chunk is never in two.
pub(super) fn unknown_runs(footer: &Footer, ranges: &[Range<u64>]) -> Vec<Range<u64>> {
    let unknown = ranges.iter().filter(|range| footer.known_bytes(range).is_none());
    coalesce(&unknown.cloned().collect::<Vec<_>>(), 0)
}

impl Ahead {
    /// Whether any of these ranges is in this read.
    fn serves(&self, needed: &[Range<u64>]) -> bool {
        let holds = |run: &Range<u64>, range: &Range<u64>| run.start <= range.start && range.end <= run.end;
        let runs = coalesce(&self.ranges, 0);
        needed.iter().any(|range| runs.iter().any(|run| holds(run, range)))
    }

    async fn pieces(self) -> Result<Pieces> {
        match self.pieces {
            Coming::Now(pieces) => pieces,
            Coming::Later(pieces) => pieces.await,
        }
    }

    /// Polls a read once, which sends its requests; they go on while the page does other things.
    async fn started(self) -> Self {
        let Coming::Later(mut pieces) = self.pieces else { return self };
        let first = poll_fn(|context| {
            Poll::Ready(match pieces.as_mut().poll(context) {
                Poll::Ready(pieces) => Some(pieces),
                Poll::Pending => None,
            })
        });
        let pieces = match first.await {
            Some(pieces) => Coming::Now(pieces),
            None => Coming::Later(pieces),
        };
        Self { pieces, ..self }
    }
}

impl<T> std::fmt::Debug for Reading<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reading").field("reader", &self.reader).finish_non_exhaustive()
    }
}
