//! Local text files: inspecting them, and scanning them as tables.

use std::{rc::Rc, sync::Arc};

use futures_util::{lock::Mutex, stream::try_unfold};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, Blob};

use super::{
    convert::{abortable, from_js, to_js, to_js_error},
    local_file::LocalFile,
    scan::Scan,
};
use crate::{
    frame::{self, ScanTask, TextScan},
    ingest::{self, Inspection, Progress},
    source::Traffic,
};

/// The first pass over a file.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Inspect(Rc<Mutex<ingest::Inspect<LocalFile>>>);

/// [`Progress`] as JavaScript sees it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InspectProgress {
    bytes_read: u64,
    num_rows: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    inspection: Option<Box<Inspection>>,
}

#[wasm_bindgen]
impl Inspect {
    /// `name`: for messages; `options`: what the caller settles. Reads nothing yet.
    #[wasm_bindgen(constructor)]
    pub fn new(
        name: String,
        blob: Blob,
        #[wasm_bindgen(unchecked_param_type = "object")] options: JsValue,
    ) -> Result<Inspect, JsValue> {
        let source = LocalFile::new(name, &blob)?;
        Ok(Self(Rc::new(Mutex::new(ingest::Inspect::new(source, from_js(options)?)))))
    }

    /// Reads the next slice: `{ bytesRead, numRows }`, in the end with `inspection`.
    #[wasm_bindgen(unchecked_return_type = "unknown")]
    pub async fn next(&self, signal: Option<AbortSignal>) -> Result<JsValue, JsValue> {
        let inspect = Rc::clone(&self.0);
        let progress = abortable(signal, async { inspect.lock().await.next().await }).await?;
        to_js(&match progress {
            Progress::Read { bytes, rows } => {
                InspectProgress { bytes_read: bytes, num_rows: rows, inspection: None }
            }
            Progress::Done(inspection) => InspectProgress {
                bytes_read: inspection.size,
                num_rows: inspection.layout.num_rows,
                inspection: Some(inspection),
            },
        })
    }
}

/// Makes one table of files that were inspected.
#[wasm_bindgen(js_name = openText, unchecked_return_type = "unknown")]
pub fn open_text(inspections: JsValue, types: JsValue) -> Result<JsValue, JsValue> {
    let inspections: Vec<Inspection> = from_js(inspections)?;
    let source = frame::open_text(&inspections, &from_js(types)?);
    to_js(&source.map_err(|error| to_js_error(&error))?)
}

/// Starts a task on a text file, whose bytes are in `blob`.
#[wasm_bindgen(js_name = scanText)]
pub fn scan_text(task: JsValue, blob: Blob) -> Result<Scan, JsValue> {
    let task: ScanTask = from_js(task)?;
    let source = LocalFile::new(task.file.path.clone(), &blob)?;
    let scan = TextScan::new(source, &task).and_then(|scan| {
        let schema = Arc::clone(scan.schema());
        let next = async |mut scan: TextScan<_>| Ok(scan.next_batch().await?.map(|batch| (batch, scan)));
        Scan::new(&schema, Traffic::default(), try_unfold(scan, next))
    });
    scan.map_err(|error| to_js_error(&error))
}
