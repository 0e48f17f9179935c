//! `ParquetWriter`: a file under way, fed batch by batch.

use bytes::Bytes;
use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use super::convert::{from_js, to_js_error};
use crate::{error::Result, frame::BatchDecoder, parquet};

/// Writes one Parquet file.
#[wasm_bindgen]
#[derive(Debug)]
pub struct ParquetWriter {
    decoder: BatchDecoder,
    writer: parquet::ParquetWriter,
}

#[wasm_bindgen]
impl ParquetWriter {
    /// `schema`: an Arrow IPC message; `options`: those of `WriteOptions`, in camelCase.
    #[wasm_bindgen(constructor)]
    pub fn new(schema: &[u8], options: JsValue) -> Result<ParquetWriter, JsValue> {
        let options = from_js(options)?;
        let open = || -> Result<Self> {
            let decoder = BatchDecoder::new(schema)?;
            let writer = parquet::ParquetWriter::new(decoder.schema(), &options)?;
            Ok(Self { decoder, writer })
        };
        open().map_err(|error| to_js_error(&error))
    }

    /// Writes batches, given as Arrow IPC messages. Returns the bytes of the file that are finished and were not
    /// returned before, if there are any: those of a row group, when it is full.
    #[wasm_bindgen(unchecked_return_type = "Uint8Array<ArrayBuffer> | undefined")]
    pub fn write(&mut self, batches: Vec<u8>) -> Result<JsValue, JsValue> {
        let write = || -> Result<Vec<Bytes>> {
            for batch in self.decoder.decode(batches)? {
                self.writer.write(&batch)?;
            }
            Ok(self.writer.take_bytes())
        };
        let bytes = write().map_err(|error| to_js_error(&error))?;
        if bytes.is_empty() { Ok(JsValue::UNDEFINED) } else { Ok(joined(bytes).into()) }
    }

    /// The rows that were written so far.
    #[wasm_bindgen(getter, js_name = numRows)]
    pub fn num_rows(&self) -> f64 {
        self.writer.num_rows() as f64
    }

    /// The bytes of Arrow data that were written so far.
    #[wasm_bindgen(getter, js_name = numBytes)]
    pub fn num_bytes(&self) -> f64 {
        self.writer.num_bytes() as f64
    }

    /// Ends the file, and this writer with it.
    #[wasm_bindgen(
        unchecked_return_type = "{ bytes: Uint8Array<ArrayBuffer>; numRows: number; numBytes: number; size: number; sha256?: string }"
    )]
    pub fn finish(self) -> Result<JsValue, JsValue> {
        let finished = self.writer.finish().map_err(|error| to_js_error(&error))?;
        let result = Object::new();
        let set = |key: &str, value: JsValue| Reflect::set(&result, &key.into(), &value);
        set("bytes", joined(finished.bytes).into())?;
        set("numRows", (finished.num_rows as f64).into())?;
        set("numBytes", (finished.num_bytes as f64).into())?;
        set("size", (finished.size as f64).into())?;
        if let Some(sha256) = finished.sha256 {
            set("sha256", sha256.into())?;
        }
        Ok(result.into())
    }
}

/// The pieces in one buffer outside of wasm memory; each is freed once it was copied.
fn joined(pieces: Vec<Bytes>) -> Uint8Array {
    // A wasm instance addresses 4 GiB, and holds them all.
    let len = pieces.iter().map(Bytes::len).sum::<usize>() as u32;
    let bytes = Uint8Array::new_with_length(len);
    let mut offset = 0;
    for piece in pieces {
        let end = offset + piece.len() as u32;
        bytes.subarray(offset, end).copy_from(&piece);
        offset = end;
    }
    bytes
}
