//! `Scan`: a task under way, pulled batch by batch.

use std::rc::Rc;

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use futures_util::lock::Mutex;
use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use super::{
    convert::{abortable, to_js_error},
    fetch::Fetch,
    local_file::LocalFile,
};
use crate::{
    error::Result,
    frame::{self, BatchEncoder, TextScan},
};

/// The batches of one task.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Scan(Rc<Mutex<Running>>);

#[derive(Debug)]
struct Running {
    rows: Rows,
    encoder: BatchEncoder,
}

/// Where batches come from.
#[derive(Debug)]
enum Rows {
    Remote(Box<frame::Scan<Fetch>>),
    Text(Box<TextScan<LocalFile>>),
}

impl Rows {
    async fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        match self {
            Self::Remote(scan) => scan.next_batch().await,
            Self::Text(scan) => scan.next_batch().await,
        }
    }
}

impl Scan {
    pub(super) fn new(scan: frame::Scan<Fetch>) -> Result<Self> {
        let encoder = BatchEncoder::new(scan.schema())?;
        Ok(Self::running(Rows::Remote(Box::new(scan)), encoder))
    }

    pub(super) fn of_text(scan: TextScan<LocalFile>) -> Result<Self> {
        let encoder = BatchEncoder::new(scan.schema())?;
        Ok(Self::running(Rows::Text(Box::new(scan)), encoder))
    }

    fn running(rows: Rows, encoder: BatchEncoder) -> Self {
        Self(Rc::new(Mutex::new(Running { rows, encoder })))
    }
}

#[wasm_bindgen]
impl Scan {
    /// The next batch as Arrow IPC messages in a buffer of its own, to be transferred; `undefined` after the last.
    #[wasm_bindgen(unchecked_return_type = "{ numRows: number; bytes: Uint8Array<ArrayBuffer> } | undefined")]
    pub async fn next(&self, signal: Option<AbortSignal>) -> Result<JsValue, JsValue> {
        let running = Rc::clone(&self.0);
        let batch = abortable(signal, async {
            let mut running = running.lock().await;
            let Some(batch) = running.rows.next_batch().await? else { return Ok(None) };
            Ok(Some((batch.num_rows(), running.encoder.encode(&batch)?)))
        });
        let Some((num_rows, buffers)) = batch.await? else { return Ok(JsValue::UNDEFINED) };
        batch_to_js(num_rows, &buffers)
    }
}

/// `{ numRows, bytes }`, with the pieces of a batch one after the other in a buffer of their own.
pub(super) fn batch_to_js(num_rows: usize, buffers: &[Buffer]) -> Result<JsValue, JsValue> {
    let len: usize = buffers.iter().map(|buffer| buffer.len()).sum();
    let bytes = Uint8Array::new_with_length(u32::try_from(len).map_err(|_| too_large())?);
    let mut offset = 0;
    for buffer in buffers {
        // Below `len`, which fits.
        let end = offset + buffer.len() as u32;
        bytes.subarray(offset, end).copy_from(buffer.as_slice());
        offset = end;
    }
    let result = Object::new();
    Reflect::set(&result, &"numRows".into(), &(num_rows as f64).into())?;
    Reflect::set(&result, &"bytes".into(), &bytes)?;
    Ok(result.into())
}

fn too_large() -> JsValue {
    let message = "A batch came to more than 4 GiB; select fewer columns.";
    to_js_error(&crate::Error::new(crate::ErrorKind::Limit, "read rows", message))
}
