//! [`Frame`]: the lazy table as Rust code uses it. The JavaScript package has its twin, over the same plans.

use std::rc::Rc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use super::{
    FrameSpec, RowRange, Session,
    columns::{project, unknown},
    ipc::decode_schema,
};
use crate::{error::Result, http::Transport};

/// A table of Parquet files on the Hub. Immutable and lazy: only what is `async` sends requests.
#[derive(Debug)]
pub struct Frame<T> {
    session: Rc<Session<T>>,
    spec: FrameSpec,
    schema: SchemaRef,
}

impl<T: Transport + 'static> Frame<T> {
    /// A frame over plain data.
    ///
    /// # Errors
    /// Kind `invalid` for a column that the schema has not.
    pub fn new(session: Rc<Session<T>>, spec: FrameSpec) -> Result<Self> {
        let schema = project(&decode_schema(&spec.arrow_schema)?, spec.columns.as_deref())?;
        Ok(Self { session, spec, schema })
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

    /// Only these columns, in this order.
    ///
    /// # Errors
    /// Kind `invalid` for a column that the frame has not, naming the nearest.
    pub fn select(&self, columns: &[&str]) -> Result<Self> {
        let columns: Vec<String> = columns.iter().map(|&name| name.to_owned()).collect();
        project(&self.schema, Some(&columns))?;
        self.with(FrameSpec { columns: Some(columns), ..self.spec.clone() })
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

    /// Rows `offset..offset + len` of this frame.
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

    /// The last `len` rows, read. Reads all footers first, to know where they begin.
    ///
    /// # Errors
    /// Those of [`Frame::collect`].
    pub async fn tail(&self, len: u64) -> Result<Vec<RecordBatch>> {
        let counted = self.session.count(&self.spec).await?;
        let start = self.spec.rows.start + counted.num_rows.saturating_sub(len);
        let rows = RowRange { start, end: Some(self.spec.rows.start + counted.num_rows) };
        self.with(FrameSpec { rows, files: counted.files, ..self.spec.clone() })?.collect().await
    }

    /// The number of rows, from footers alone: at most one request a file.
    ///
    /// # Errors
    /// Those of reading footers.
    pub async fn count(&self) -> Result<u64> {
        Ok(self.session.count(&self.spec).await?.num_rows)
    }

    /// All rows, task after task. The package runs tasks side by side in workers; here they take turns.
    ///
    /// # Errors
    /// Those of [`super::Scan::next_batch`].
    pub async fn collect(&self) -> Result<Vec<RecordBatch>> {
        let mut batches = Vec::new();
        for task in self.session.plan(&self.spec).await?.tasks {
            let mut scan = self.session.scan(task)?;
            while let Some(batch) = scan.next_batch().await? {
                batches.push(batch);
            }
        }
        Ok(batches)
    }

    fn with(&self, spec: FrameSpec) -> Result<Self> {
        Self::new(Rc::clone(&self.session), spec)
    }
}
