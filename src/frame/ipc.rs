//! Arrow IPC messages, in pieces that put together make a stream: a schema, batches, an end
//! (<https://arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format>).

use std::{
    io::{Cursor, Read},
    sync::Arc,
};

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::{
    reader::{StreamDecoder, StreamReader},
    writer::StreamEncoder,
};
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
    pub fn encode(&mut self, batch: &RecordBatch) -> Result<Vec<Buffer>> {
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

/// Decodes batches of one schema from messages that follow a schema message.
#[derive(Debug)]
pub struct BatchDecoder {
    decoder: StreamDecoder,
    schema: SchemaRef,
}

impl BatchDecoder {
    /// A decoder of the batches that follow this schema message.
    ///
    /// # Errors
    /// Kind `invalid` for bytes that are no schema message.
    pub fn new(schema: &[u8]) -> Result<Self> {
        let mut decoder = StreamDecoder::new();
        decoder.decode(&mut Buffer::from(schema)).map_err(undecodable)?;
        Ok(Self { decoder, schema: decode_schema(schema)? })
    }

    /// The schema of the batches.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The batches in some messages, which must be whole. They share the memory of `messages`.
    ///
    /// # Errors
    /// Kind `invalid` for bytes that are no such messages.
    pub fn decode(&mut self, messages: impl Into<Buffer>) -> Result<Vec<RecordBatch>> {
        let mut messages = messages.into();
        // Metadata and bodies are padded to eight bytes (Arrow columnar format, "Encapsulated message format").
        if messages.len() % 8 != 0 {
            return Err(undecodable(ArrowError::IpcError("cut short".to_owned())));
        }
        let mut batches = Vec::new();
        while !messages.is_empty() {
            batches.extend(self.decoder.decode(&mut messages).map_err(undecodable)?);
        }
        // A batch without a body (of nulls, say) is given out once the decoder sees the byte after it.
        if self.decoder.finish().is_err() {
            let batch = self.decoder.decode(&mut Buffer::from(&[0xff])).map_err(undecodable)?;
            batches.push(batch.ok_or_else(|| undecodable(ArrowError::IpcError("cut short".to_owned())))?);
        }
        Ok(batches)
    }
}

fn undecodable(error: ArrowError) -> Error {
    Error::new(
        ErrorKind::Invalid,
        "decode rows",
        "The bytes are not Arrow IPC messages, or they are damaged.",
    )
    .with_source(error.to_string())
}

fn ipc_failed(kind: ErrorKind, error: ArrowError) -> Error {
    Error::new(kind, "encode rows", "The rows cannot be passed on in Arrow's IPC format.")
        .with_source(error.to_string())
}

#[cfg(test)]
mod tests {
    use arrow_array::{ArrayRef, Int64Array, NullArray};
    use arrow_schema::{DataType, Field};

    use super::*;

    fn messages(batch: &RecordBatch) -> (Vec<u8>, Vec<u8>) {
        let mut encoder = BatchEncoder::new(&batch.schema()).unwrap();
        let buffers = encoder.encode(batch).unwrap();
        (encode_schema(&batch.schema()).unwrap(), buffers.iter().flat_map(|buffer| buffer.to_vec()).collect())
    }

    #[test]
    fn batches_come_back_with_the_messages_that_hold_them() {
        let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(0..100));
        let nulls: ArrayRef = Arc::new(NullArray::new(100));
        for column in [numbers, nulls] {
            let schema = Schema::new(vec![Field::new("a", column.data_type().clone(), true)]);
            let batch = RecordBatch::try_new(Arc::new(schema), vec![column]).unwrap();
            let (schema, bytes) = messages(&batch);
            let mut decoder = BatchDecoder::new(&schema).unwrap();
            assert_eq!(decoder.decode(bytes.clone()).unwrap(), std::slice::from_ref(&batch));
            assert_eq!(decoder.decode([bytes.clone(), bytes].concat()).unwrap(), [batch.clone(), batch]);
        }
    }

    #[test]
    fn damaged_messages_are_refused() {
        let schema = Schema::new(vec![Field::new("a", DataType::Int64, true)]);
        let column = Arc::new(Int64Array::from_iter_values(0..100));
        let (schema, bytes) = messages(&RecordBatch::try_new(Arc::new(schema), vec![column]).unwrap());
        for len in [1, 8, bytes.len() / 2, bytes.len() - 8, bytes.len() - 1] {
            let error = BatchDecoder::new(&schema).unwrap().decode(bytes[..len].to_vec()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid, "{len} bytes");
        }
        assert!(BatchDecoder::new(&bytes).is_err());
    }
}
