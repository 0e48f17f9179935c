//! Arrow IPC messages, in pieces that put together make a stream: a schema, batches, an end
//! (<https://arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format>).

use std::{
    io::{Cursor, Read},
    sync::Arc,
};

use arrow_array::RecordBatch;
use arrow_ipc::{reader::StreamReader, writer::StreamEncoder};
use arrow_schema::{ArrowError, Schema, SchemaRef};

use super::RowRange;
use crate::error::{Error, ErrorKind, Result};

/// The end of an IPC stream: a continuation mark and a length of zero.
const END_OF_STREAM: [u8; 8] = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];

/// The eight bytes that end a stream.
pub fn end_of_stream() -> &'static [u8] {
    &END_OF_STREAM
}

/// The message that begins a stream of batches of this schema.
///
/// # Errors
/// Kind `unsupported` for a type that the IPC format does not have.
pub fn encode_schema(schema: &Schema) -> Result<Vec<u8>> {
    let encode = || -> Result<Vec<u8>, ArrowError> {
        let stream = StreamEncoder::try_new(schema)?.finish()?;
        let mut bytes: Vec<u8> = stream.iter().flat_map(|buffer| buffer.as_slice().iter().copied()).collect();
        bytes.truncate(bytes.len().saturating_sub(END_OF_STREAM.len()));
        Ok(bytes)
    };
    encode().map_err(|error| ipc_failed(ErrorKind::Unsupported, error))
}

/// The schema in a message of [`encode_schema`].
///
/// # Errors
/// Kind `invalid` for bytes that are no such message.
pub fn decode_schema(message: &[u8]) -> Result<SchemaRef> {
    let reader = StreamReader::try_new(Cursor::new(message), None);
    reader.map(|reader| Arc::clone(&reader.schema())).map_err(|error| ipc_failed(ErrorKind::Invalid, error))
}

/// Encodes batches of one schema as messages that follow a schema message.
pub struct BatchEncoder {
    encoder: StreamEncoder,
    /// Bytes of the schema message, which the encoder puts before its first batch.
    schema_len: usize,
}

impl BatchEncoder {
    /// An encoder for batches of `schema`.
    ///
    /// # Errors
    /// As [`encode_schema`].
    pub fn new(schema: &Schema) -> Result<Self> {
        let schema_len = encode_schema(schema)?.len();
        let encoder =
            StreamEncoder::try_new(schema).map_err(|error| ipc_failed(ErrorKind::Unsupported, error))?;
        Ok(Self { encoder, schema_len })
    }

    /// The buffers of one batch, which share its memory; to be written one after the other.
    ///
    /// # Errors
    /// Kind `internal` for a batch of another schema.
    pub fn encode(&mut self, batch: &RecordBatch) -> Result<Vec<arrow_buffer::Buffer>> {
        let mut buffers =
            self.encoder.encode(batch).map_err(|error| ipc_failed(ErrorKind::Internal, error))?;
        let mut skip = std::mem::take(&mut self.schema_len);
        buffers.retain_mut(|buffer| {
            let skipped = skip.min(buffer.len());
            skip -= skipped;
            buffer.advance(skipped);
            !buffer.is_empty()
        });
        Ok(buffers)
    }
}

/// A batch as IPC messages.
#[derive(Debug)]
pub struct EncodedBatch {
    /// Its rows.
    pub num_rows: usize,
    /// Its messages, to be written one after the other.
    pub buffers: Vec<arrow_buffer::Buffer>,
}

/// Some rows of a batch, both as messages that follow a schema message.
///
/// # Errors
/// Kind `invalid` for bytes that are not one batch of this schema.
pub fn slice_batch(schema: &[u8], batch: &[u8], rows: RowRange) -> Result<EncodedBatch> {
    let mut reader = StreamReader::try_new(Cursor::new(schema).chain(Cursor::new(batch)), None)
        .map_err(|error| ipc_failed(ErrorKind::Invalid, error))?;
    let batch = match reader.next() {
        Some(batch) => batch.map_err(|error| ipc_failed(ErrorKind::Invalid, error))?,
        None => RecordBatch::new_empty(reader.schema()),
    };
    // Both are at most the number of rows of a batch.
    let num_rows = batch.num_rows();
    let start = usize::try_from(rows.start).unwrap_or(usize::MAX).min(num_rows);
    let batch = batch.slice(start, rows.len_of(num_rows as u64) as usize);
    let buffers = BatchEncoder::new(batch.schema_ref())?.encode(&batch)?;
    Ok(EncodedBatch { num_rows: batch.num_rows(), buffers })
}

impl std::fmt::Debug for BatchEncoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BatchEncoder").finish_non_exhaustive()
    }
}

fn ipc_failed(kind: ErrorKind, error: ArrowError) -> Error {
    Error::new(kind, "encode rows", "The rows cannot be passed on in Arrow's IPC format.")
        .with_source(error.to_string())
}
