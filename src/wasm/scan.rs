//! `Scan`: a task under way, pulled batch by batch.

use std::{
    fmt::{self, Debug, Formatter},
    rc::Rc,
};

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_schema::Schema;
use futures_util::{Stream, StreamExt, TryStreamExt, lock::Mutex, stream::LocalBoxStream};
use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use super::convert::{abortable, to_js_error};
use crate::{
    error::Result,
    frame::BatchEncoder,
    source::{Amount, Traffic},
};

/// The batches of one task.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Scan {
    running: Rc<Mutex<Running>>,
    traffic: Traffic,
}

struct Running {
    batches: LocalBoxStream<'static, Result<RecordBatch>>,
    encoder: BatchEncoder,
}

impl Debug for Running {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("encoder", &self.encoder).finish_non_exhaustive()
    }
}

impl Scan {
    pub(super) fn new(
        schema: &Schema,
        traffic: Traffic,
        batches: impl Stream<Item = Result<RecordBatch>> + 'static,
    ) -> Result<Self> {
        let encoder = BatchEncoder::new(schema)?;
        let running = Running { batches: batches.boxed_local(), encoder };
        Ok(Self { running: Rc::new(Mutex::new(running)), traffic })
    }
}

#[wasm_bindgen]
impl Scan {
    /// The next batch as Arrow IPC messages in a buffer of its own, to be transferred; `undefined` after the last.
    #[wasm_bindgen(unchecked_return_type = "{ numRows: number; bytes: Uint8Array<ArrayBuffer> } | undefined")]
    pub async fn next(&self, signal: Option<AbortSignal>) -> Result<JsValue, JsValue> {
        let running = Rc::clone(&self.running);
        let batch = abortable(signal, async {
            let mut running = running.lock().await;
            let Some(batch) = running.batches.try_next().await? else { return Ok(None) };
            Ok(Some((batch.num_rows(), running.encoder.encode(&batch)?)))
        });
        let Some((num_rows, buffers)) = batch.await? else { return Ok(JsValue::UNDEFINED) };
        batch_to_js(num_rows, &buffers)
    }

    /// The requests sent and the bytes received since this was last asked.
    #[wasm_bindgen(js_name = takeTraffic, unchecked_return_type = "[requests: number, bytes: number]")]
    pub fn take_traffic(&self) -> Vec<f64> {
        let Amount { requests, bytes } = self.traffic.take();
        vec![requests as f64, bytes as f64]
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
