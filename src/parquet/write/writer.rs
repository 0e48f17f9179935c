//! [`ParquetWriter`]: one file.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{Schema, SchemaRef};
use bytes::Bytes;
use parquet::arrow::{ArrowWriter, arrow_writer::ArrowWriterOptions};

use super::{
    WriteOptions,
    columns::Columns,
    failure::failed,
    output::Output,
    properties::writer_properties,
    weigh::{byte_len, rows_within},
};
use crate::error::Result;

/// The most rows in a row group: narrow rows would else make groups that no reader can do in parts.
const MAX_ROW_GROUP_ROWS: usize = 1 << 20;

/// Writes one file. Holds the encoded pages of one row group, and what the caller has not taken of those before.
#[derive(Debug)]
pub struct ParquetWriter {
    writer: ArrowWriter<Output>,
    columns: Columns,
    row_group_bytes: u64,
    /// The rows and bytes of the row group under way.
    group_rows: usize,
    group_bytes: u64,
    num_rows: u64,
    num_bytes: u64,
}

/// The end of a file.
#[derive(Debug, Clone)]
pub struct Finished {
    /// The bytes that were not taken before.
    pub bytes: Vec<Bytes>,
    /// The rows in the file.
    pub num_rows: u64,
    /// The bytes that these rows took as Arrow data.
    pub num_bytes: u64,
    /// The file's length in bytes.
    pub size: u64,
    /// Its SHA-256 in hexadecimal digits, if it was wanted.
    pub sha256: Option<String>,
}

impl ParquetWriter {
    /// A writer of batches of `schema`.
    ///
    /// The features under the schema's `huggingface` key go into the file, in both places where they are looked for.
    /// All fields are optional there, whatever the schema says: `datasets` takes no others for its features.
    ///
    /// # Errors
    /// Kind `invalid` for a schema without columns, or with two of one name; `unsupported`, with the column, for a type
    /// that cannot be stored.
    pub fn new(schema: &Schema, options: &WriteOptions) -> Result<Self> {
        let columns = Columns::new(schema, options)?;
        let properties = ArrowWriterOptions::new().with_properties(writer_properties(&columns, options)?);
        let output = Output::new(options.sha256);
        let writer = ArrowWriter::try_new_with_options(output, Arc::clone(&columns.schema), properties);
        Ok(Self {
            writer: writer.map_err(failed)?,
            columns,
            row_group_bytes: options.row_group_bytes,
            group_rows: 0,
            group_bytes: 0,
            num_rows: 0,
            num_bytes: 0,
        })
    }

    /// The schema as it is stored.
    pub fn schema(&self) -> &SchemaRef {
        &self.columns.schema
    }

    /// The rows so far.
    pub fn num_rows(&self) -> u64 {
        self.num_rows
    }

    /// The bytes that the rows so far took as Arrow data.
    pub fn num_bytes(&self) -> u64 {
        self.num_bytes
    }

    /// Writes some rows: into the row group under way as many as fit, the others into new ones.
    ///
    /// # Errors
    /// Kind `unsupported`, with the column, for values that do not fit the stored type.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let batch = self.columns.conform(batch)?;
        let mut row = 0;
        while row < batch.num_rows() {
            let budget = self.row_group_bytes.saturating_sub(self.group_bytes);
            let mut fit = rows_within(&batch, row, MAX_ROW_GROUP_ROWS - self.group_rows, budget);
            if fit == 0 && self.group_rows > 0 {
                self.end_row_group()?;
                continue;
            }
            // A row that is larger than a row group should be is one by itself.
            fit = fit.max(1);
            self.writer.write(&batch.slice(row, fit)).map_err(failed)?;
            let len = byte_len(&batch, row..row + fit);
            self.group_rows += fit;
            self.group_bytes += len;
            self.num_rows += fit as u64;
            self.num_bytes += len;
            row += fit;
        }
        Ok(())
    }

    /// The bytes that are finished and were not taken before.
    pub fn take_bytes(&mut self) -> Vec<Bytes> {
        self.writer.inner_mut().take()
    }

    /// Ends the file: the rows that are left, the page index and the footer.
    ///
    /// # Errors
    /// Kind `internal` if the rows cannot be encoded.
    pub fn finish(mut self) -> Result<Finished> {
        self.writer.finish().map_err(failed)?;
        let output = self.writer.inner_mut();
        Ok(Finished {
            bytes: output.take(),
            num_rows: self.num_rows,
            num_bytes: self.num_bytes,
            size: output.len(),
            sha256: output.sha256(),
        })
    }

    fn end_row_group(&mut self) -> Result<()> {
        self.writer.flush().map_err(failed)?;
        (self.group_rows, self.group_bytes) = (0, 0);
        Ok(())
    }
}
