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
    ScanTask, Session, adapt::Adapter, footers::read_piece, ipc::decode_schema, prefix::read_prefixes,
    session::repo_id,
};
use crate::{
    error::{Error, ErrorKind, Result, ResultExt},
    http::Transport,
    parquet::{Footer, ReadOptions, ReadStep, Reader, row_groups},
    path::RepoId,
    range::coalesce,
    source::{ByteSource, RemoteFile},
};

/// A task under way. Dropping it aborts its requests.
#[derive(Debug)]
pub struct Scan<T> {
    session: Rc<Session<T>>,
    task: ScanTask,
    repo: RepoId,
    schema: SchemaRef,
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
        Ok(Self { session, task, repo, schema, state: State::Idle })
    }

    /// The schema of the batches.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
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
        let Self { session, task, repo, schema, .. } = self;
        let mut footer = session.footer(repo, &task.sha, &task.file).await?;
        let source = Rc::new(session.remote_file(repo, &task.sha, &task.file));
        let rows = task.rows.start..task.rows.end.unwrap_or_else(|| footer.num_rows());
        let row_groups = row_groups(&footer, &rows);
        let partial: Vec<usize> =
            row_groups.iter().filter(|group| !group.whole).map(|group| group.row_group).collect();
        if let Some(range) = footer.missing_index(&partial) {
            let piece = read_piece(&*source, range).await?;
            footer = Rc::new(Footer::clone(&footer).add_index(&partial, piece)?);
            session.footers.put(source.url(), &footer);
        }
        let columns = schema.fields().iter().map(|field| field.name().clone()).collect();
        let options = ReadOptions { columns: Some(columns), row_groups };
        let footer = read_prefixes(&*source, footer, &options).await?;
        let reader = Reader::new(&footer, &options)?;
        let adapter = Adapter::new(SchemaRef::clone(schema), reader.schema())?;
        Ok(Reading { source, footer, reader, adapter, ahead: None, asked: Vec::new() })
    }
}

/// Bytes on their way, or there.
enum Ahead {
    Coming(Pin<Box<dyn Future<Output = Result<Pieces>>>>),
    There(Result<Pieces>),
}

/// Runs of bytes with their offsets.
type Pieces = Vec<(u64, Bytes)>;

struct Reading<T> {
    source: Rc<RemoteFile<T>>,
    footer: Rc<Footer>,
    reader: Reader,
    adapter: Adapter,
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

    /// Gives the decoder the next row group's bytes, and sets out for those of the one after it.
    async fn feed(&mut self, needed: Vec<Range<u64>>) -> Result<()> {
        let ahead = match self.ahead.take() {
            Some(ahead) => Some(ahead),
            None => self.fetch_ahead(),
        };
        let pieces = match ahead {
            Some(Ahead::There(pieces)) => pieces?,
            Some(Ahead::Coming(pieces)) => pieces.await?,
            // Not foreseen, which the plan's promise excludes; still, what is asked for is read, once.
            None if self.asked == needed => {
                let message = "The decoder asks for the same bytes again.";
                return Err(Error::new(ErrorKind::Internal, "read rows", message));
            }
            None => {
                self.asked = needed.clone();
                let bytes = self.source.read(&needed).await?;
                needed.iter().map(|range| range.start).zip(bytes).collect()
            }
        };
        for (start, bytes) in pieces {
            self.reader.push(start, bytes)?;
        }
        self.ahead = match self.fetch_ahead() {
            Some(ahead) => Some(started(ahead).await),
            None => None,
        };
        Ok(())
    }

    /// The read of the next row group that needs any bytes, not started yet.
    fn fetch_ahead(&mut self) -> Option<Ahead> {
        let ranges = std::iter::from_fn(|| self.reader.take_ahead()).find(|ranges| !ranges.is_empty())?;
        let known = |range: &Range<u64>| Some((range.start, self.footer.known_bytes(range)?));
        let mut pieces: Pieces = ranges.iter().filter_map(known).collect();
        let unknown: Vec<_> = ranges.into_iter().filter(|range| known(range).is_none()).collect();
        // Neighbours become one piece, so that a column chunk is never in two.
        let runs = coalesce(&unknown, 0);
        if runs.is_empty() {
            return Some(Ahead::There(Ok(pieces)));
        }
        let source = Rc::clone(&self.source);
        Some(Ahead::Coming(Box::pin(async move {
            let bytes = source.read(&runs).await?;
            pieces.extend(runs.iter().map(|run| run.start).zip(bytes));
            Ok(pieces)
        })))
    }
}

impl<T> std::fmt::Debug for Reading<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reading").field("reader", &self.reader).finish_non_exhaustive()
    }
}

/// Polls a read once, which sends its requests; they go on while the page does other things.
async fn started(ahead: Ahead) -> Ahead {
    let Ahead::Coming(mut coming) = ahead else { return ahead };
    let first = poll_fn(|context| {
        Poll::Ready(match coming.as_mut().poll(context) {
            Poll::Ready(pieces) => Some(pieces),
            Poll::Pending => None,
        })
    })
    .await;
    match first {
        Some(pieces) => Ahead::There(pieces),
        None => Ahead::Coming(coming),
    }
}
