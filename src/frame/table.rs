//! [`Frame`]: the lazy table as Rust code uses it. The JavaScript package has its twin, over the same plans.

use std::{rc::Rc, sync::Arc};

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::{Field, Schema, SchemaRef};

use super::{
    Explanation, FrameSpec, RowRange, Sample, ScanTask, Session, Survey,
    adapt::FIT_COLUMNS,
    columns::{ShownColumn, project, renamed, select, unknown},
    filter::checked,
    ipc::decode_schema,
};
use crate::{
    error::{Error, ErrorKind, Result},
    expr::Expr,
    http::Transport,
};

/// A table of Parquet files on the Hub. Immutable and lazy: only what is `async` sends requests.
#[derive(Debug)]
pub struct Frame<T> {
    session: Rc<Session<T>>,
    spec: FrameSpec,
    /// The columns as the files call them.
    projected: SchemaRef,
    /// The columns as the frame calls them.
    schema: SchemaRef,
}

impl<T: Transport + 'static> Frame<T> {
    /// A frame over plain data.
    ///
    /// # Errors
    /// Kind `invalid` for a column that the schema has not, and for a filter that does not fit it.
    pub fn new(session: Rc<Session<T>>, spec: FrameSpec) -> Result<Self> {
        let all = decode_schema(&spec.arrow_schema)?;
        let projected = project(&all, spec.columns.as_deref())?;
        let schema = renamed(&projected, spec.columns.as_deref());
        if let Some(filter) = &spec.filter {
            checked(filter, &all)?;
        }
        Ok(Self { session, spec, projected, schema })
    }

    /// The session that reads it.
    pub(super) fn session(&self) -> &Rc<Session<T>> {
        &self.session
    }

    /// The frame as plain data.
    pub fn spec(&self) -> &FrameSpec {
        &self.spec
    }

    /// The schema of its columns.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The names of its columns, in order.
    pub fn columns(&self) -> Vec<&str> {
        self.schema.fields().iter().map(|field| field.name().as_str()).collect()
    }

    /// The number of partitions: its files.
    pub fn num_partitions(&self) -> usize {
        self.spec.files.len()
    }

    /// Only these columns, in this order: `"a"`, or `"image.path"` for a field of a struct column, which is then a
    /// struct of the fields that are named.
    ///
    /// # Errors
    /// Kind `invalid` for a column that the frame has not, naming the nearest.
    pub fn select(&self, columns: &[&str]) -> Result<Self> {
        let columns = select(&self.schema, &self.shown(), columns)?;
        self.with(FrameSpec { columns: Some(columns), ..self.spec.clone() })
    }

    /// The same columns, some of them by new names. [`Frame::filter`] goes on by the names in the files.
    ///
    /// # Errors
    /// Kind `invalid` for a column that the frame has not, naming the nearest, and for a name that it has then twice.
    pub fn rename(&self, names: &[(&str, &str)]) -> Result<Self> {
        if let Some((name, _)) = names.iter().find(|(name, _)| self.schema.index_of(name).is_err()) {
            return Err(unknown(&self.schema, name));
        }
        let mut columns = self.shown();
        for column in &mut columns {
            if let Some((_, name)) = names.iter().find(|(name, _)| *name == column.name) {
                column.name = (*name).to_owned();
            }
        }
        for (position, column) in columns.iter().enumerate() {
            if columns.iter().take(position).any(|earlier| earlier.name == column.name) {
                let message = format!("Two columns would be called {:?}.", column.name);
                return Err(Error::new(ErrorKind::Invalid, "rename columns", message));
            }
        }
        self.with(FrameSpec { columns: Some(columns), ..self.spec.clone() })
    }

    fn shown(&self) -> Vec<ShownColumn> {
        self.spec.columns.clone().unwrap_or_else(|| ShownColumn::all(&self.projected))
    }

    /// All columns but these.
    ///
    /// # Errors
    /// Kind `invalid` for a column that the frame has not, naming the nearest.
    pub fn drop(&self, columns: &[&str]) -> Result<Self> {
        if let Some(name) = columns.iter().find(|name| self.schema.index_of(name).is_err()) {
            return Err(unknown(&self.schema, name));
        }
        let kept: Vec<&str> = self.columns().into_iter().filter(|name| !columns.contains(name)).collect();
        self.select(&kept)
    }

    /// Only the rows of which the condition is true, on any columns of the files, shown or not. Filters on filters must
    /// all be true.
    ///
    /// # Errors
    /// Kind `invalid` for an unknown column, naming the nearest, and for a value that does not fit its type; and on a
    /// frame that was sliced: to count the rows of a slice they must be known, so a filter comes first, and slices
    /// count the rows that pass.
    pub fn filter(&self, filter: Expr) -> Result<Self> {
        self.refuse_slice("filter rows")?;
        let filter = match self.spec.filter.clone() {
            Some(first) => first.and(filter),
            None => filter,
        };
        self.with(FrameSpec { filter: Some(filter), ..self.spec.clone() })
    }

    /// Some of the rows, chosen by the sample's seed, their files' paths and their numbers in these alone. Filters and
    /// samples go in any order.
    ///
    /// # Errors
    /// Kind `invalid` on a frame that was sliced, as for [`Frame::filter`].
    pub fn sample(&self, sample: Sample) -> Result<Self> {
        self.refuse_slice("sample rows")?;
        let samples = Sample::narrow(&self.spec.samples, sample);
        self.with(FrameSpec { samples, ..self.spec.clone() })
    }

    fn refuse_slice(&self, operation: &'static str) -> Result<()> {
        if self.spec.rows.is_all() {
            return Ok(());
        }
        let message = "This frame is a slice; filter and sample first, and slice the rows that pass.";
        Err(Error::new(ErrorKind::Invalid, operation, message))
    }

    /// Rows `offset..offset + len` of this frame. Of a filtered frame these are counted as they pass: reading them reads
    /// all before them, too.
    ///
    /// # Errors
    /// None of its own.
    pub fn slice(&self, offset: u64, len: u64) -> Result<Self> {
        self.with(FrameSpec { rows: self.spec.rows.slice(offset, len), ..self.spec.clone() })
    }

    /// The first `len` rows, as a frame.
    ///
    /// # Errors
    /// None of its own.
    pub fn limit(&self, len: u64) -> Result<Self> {
        self.slice(0, len)
    }

    /// The first `len` rows, read.
    ///
    /// # Errors
    /// Those of [`Frame::collect`].
    pub async fn head(&self, len: u64) -> Result<Vec<RecordBatch>> {
        self.limit(len)?.collect().await
    }

    /// The last `len` rows, read. Reads all footers first, to know where they begin; with a filter, the rows from the
    /// end backwards until enough pass.
    ///
    /// # Errors
    /// Those of [`Frame::collect`].
    pub async fn tail(&self, len: u64) -> Result<Vec<RecordBatch>> {
        if self.spec.is_selective() && self.spec.rows.is_all() {
            return self.tail_backwards(len).await;
        }
        let counted = self.session.count(&self.spec).await?;
        let start = self.spec.rows.start + counted.num_rows.saturating_sub(len);
        let rows = RowRange { start, end: Some(self.spec.rows.start + counted.num_rows) };
        self.with(FrameSpec { rows, files: counted.files, ..self.spec.clone() })?.collect().await
    }

    async fn tail_backwards(&self, len: u64) -> Result<Vec<RecordBatch>> {
        let mut batches: Vec<RecordBatch> = Vec::new();
        let mut num_rows = 0;
        for task in self.session.plan(&self.spec).await?.tasks.into_iter().rev() {
            if num_rows >= len {
                break;
            }
            let before = self.read(task, &mut Window::from(RowRange::default())).await?;
            num_rows += before.iter().map(|batch| batch.num_rows() as u64).sum::<u64>();
            batches.splice(0..0, before);
        }
        let mut window = Window::from(RowRange { start: num_rows.saturating_sub(len), end: None });
        Ok(batches.into_iter().filter_map(|batch| window.cut(batch)).collect())
    }

    /// The number of rows: from footers alone, at most one request a file; with a filter, as [`Session::count`] says.
    ///
    /// # Errors
    /// Those of [`Session::count`].
    pub async fn count(&self) -> Result<u64> {
        Ok(self.session.count(&self.spec).await?.num_rows)
    }

    /// What reading the frame comes to, before any of its rows are read: see [`Session::explain`].
    ///
    /// # Errors
    /// Those of [`Session::explain`].
    pub async fn explain(&self) -> Result<Explanation> {
        self.session.explain(&self.spec).await
    }

    /// What each of the files holds by itself: see [`Session::survey`].
    ///
    /// # Errors
    /// Those of [`Session::survey`].
    pub async fn survey(&self) -> Result<Survey> {
        self.session.survey(&self.spec).await
    }

    /// All rows, task after task. The package runs tasks side by side in workers; here they take turns.
    ///
    /// # Errors
    /// Those of [`super::Scan::next_batch`].
    pub async fn collect(&self) -> Result<Vec<RecordBatch>> {
        let plan = self.session.plan(&self.spec).await?;
        let mut window = Window::from(plan.rows);
        let mut batches = Vec::new();
        for task in &plan.tasks {
            if window.is_done() {
                break;
            }
            let read = self.read(task.clone(), &mut window).await;
            if read.as_ref().is_err_and(|error| error.operation() == FIT_COLUMNS) {
                self.session.check_schemas(&plan.tasks).await?;
            }
            batches.extend(read?);
        }
        Ok(batches)
    }

    /// The rows of a task that lie in the window.
    async fn read(&self, task: ScanTask, window: &mut Window) -> Result<Vec<RecordBatch>> {
        let mut scan = self.session.scan(task)?;
        let mut batches = Vec::new();
        while !window.is_done()
            && let Some(batch) = scan.next_batch().await?
        {
            batches.extend(window.cut(batch).map(|batch| self.named(batch)).transpose()?);
        }
        Ok(batches)
    }

    /// A batch with the frame's names.
    fn named(&self, batch: RecordBatch) -> Result<RecordBatch> {
        let fields = batch.schema_ref().fields().iter().zip(self.schema.fields());
        let fields = fields.map(|(field, shown)| Field::clone(field).with_name(shown.name()));
        let schema = Schema::new_with_metadata(fields.collect::<Vec<_>>(), self.schema.metadata().clone());
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let columns = batch.columns().to_vec();
        RecordBatch::try_new_with_options(Arc::new(schema), columns, &options).map_err(|error| {
            let message = "A batch has other columns than its frame.";
            Error::new(ErrorKind::Internal, "read rows", message).with_source(error.to_string())
        })
    }

    fn with(&self, spec: FrameSpec) -> Result<Self> {
        Self::new(Rc::clone(&self.session), spec)
    }
}

/// What is left of a range of rows, of which batch after batch goes by.
#[derive(Debug)]
pub(super) struct Window {
    skip: u64,
    left: u64,
}

impl From<RowRange> for Window {
    fn from(rows: RowRange) -> Self {
        Self { skip: rows.start, left: rows.len_of(u64::MAX) }
    }
}

impl Window {
    pub(super) fn is_done(&self) -> bool {
        self.left == 0
    }

    /// The rows of the next batch that are in the range.
    pub(super) fn cut(&mut self, batch: RecordBatch) -> Option<RecordBatch> {
        let num_rows = batch.num_rows() as u64;
        let skip = self.skip.min(num_rows);
        let len = (num_rows - skip).min(self.left);
        self.skip -= skip;
        self.left -= len;
        // Both are at most the number of rows of a batch.
        (len > 0).then(|| batch.slice(skip as usize, len as usize))
    }
}
