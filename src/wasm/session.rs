//! `Session`: what a worker holds.

use std::{rc::Rc, sync::Arc};

use futures_util::stream::try_unfold;
use js_sys::{Function, Uint8Array};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use super::{
    aggregate::aggregate_step,
    convert::{abortable, from_js, to_js, to_js_error},
    early::EarlyAnswer,
    fetch::Fetch,
    scan::{Scan, batch_to_js},
    store::Store,
};
use crate::{
    aggregate::{ColumnMeasures, Pass, Query, merge},
    frame::{self, Explanation, RowRange},
    http::RetryPolicy,
    hub::Hub,
    path::RepoId,
    source::RangeCache,
};

/// Connections, footers and signed URLs of one worker.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Session(pub(super) Rc<frame::Session<Fetch>>);

#[derive(Deserialize)]
struct SessionOptions {
    endpoint: String,
    token: Option<String>,
}

#[derive(Default, Deserialize)]
struct OpenOptions {
    revision: Option<String>,
    #[serde(default)]
    early: Vec<EarlyAnswer>,
}

/// What reading a frame comes to, with the report for people.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Explained {
    #[serde(flatten)]
    explanation: Explanation,
    text: String,
}

#[wasm_bindgen]
impl Session {
    /// `options`: `{ endpoint, token? }`; `fetch`: used instead of the global one; `onRequest`: told of every request;
    /// `cache`: `{ ranges(file), get(file, start, end), put(file, start, bytes) }`.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "{ endpoint: string; token?: string | undefined }")]
        options: JsValue,
        fetch: Option<Function>,
        #[wasm_bindgen(js_name = onRequest)] on_request: Option<Function>,
        #[wasm_bindgen(unchecked_param_type = "object | undefined")] cache: JsValue,
    ) -> Result<Session, JsValue> {
        let options: SessionOptions = from_js(options)?;
        let transport = Fetch::new(fetch, on_request)?;
        let hub = Hub::new(transport, &options.endpoint, options.token, RetryPolicy::default());
        let session = frame::Session::new(hub.map_err(|error| to_js_error(&error))?);
        if cache.is_undefined() {
            return Ok(Self(Rc::new(session)));
        }
        let store: Rc<dyn RangeCache> = Rc::new(Store::new(cache)?);
        Ok(Self(Rc::new(session.with_cache(Some(store)))))
    }

    /// Asks who the token belongs to.
    #[wasm_bindgen(js_name = whoAmI, unchecked_return_type = "unknown")]
    pub async fn who_am_i(&self, signal: Option<AbortSignal>) -> Result<JsValue, JsValue> {
        let session = Rc::clone(&self.0);
        to_js(&abortable(signal, session.hub().who_am_i()).await?)
    }

    /// Lists the branches and tags of a dataset repo.
    #[wasm_bindgen(unchecked_return_type = "unknown")]
    pub async fn refs(&self, repo: String, signal: Option<AbortSignal>) -> Result<JsValue, JsValue> {
        let session = Rc::clone(&self.0);
        let refs = async { session.hub().refs(&RepoId::dataset(&repo)?).await };
        to_js(&abortable(signal, refs).await?)
    }

    /// Finds the files of `targets` and reads the schema of the first. `options`: `{ revision?, early? }`, where `early`
    /// are answers to requests that this will make: `{ request, range?, url, status, headers, body }`.
    #[wasm_bindgen(unchecked_return_type = "unknown")]
    pub async fn open(
        &self,
        targets: Vec<String>,
        #[wasm_bindgen(unchecked_param_type = "object")] options: JsValue,
        signal: Option<AbortSignal>,
    ) -> Result<JsValue, JsValue> {
        let session = Rc::clone(&self.0);
        let OpenOptions { revision, early } = from_js(options)?;
        let source = abortable(signal, session.open(&targets, revision.as_deref()));
        to_js(&session.hub().transport().early.during(early, source).await?)
    }

    /// Opens files that are known already, and reads the schema of the first.
    #[wasm_bindgen(js_name = openFiles, unchecked_return_type = "unknown")]
    pub async fn open_files(&self, files: JsValue, signal: Option<AbortSignal>) -> Result<JsValue, JsValue> {
        let session = Rc::clone(&self.0);
        let files = from_js(files)?;
        to_js(&abortable(signal, session.open_files(files)).await?)
    }

    /// Finds a dataset's configs and splits. `options` are those of `open`.
    #[wasm_bindgen(unchecked_return_type = "unknown")]
    pub async fn dataset(
        &self,
        target: String,
        #[wasm_bindgen(unchecked_param_type = "object")] options: JsValue,
        signal: Option<AbortSignal>,
    ) -> Result<JsValue, JsValue> {
        let session = Rc::clone(&self.0);
        let OpenOptions { revision, early } = from_js(options)?;
        let dataset = abortable(signal, session.dataset(&target, revision.as_deref()));
        to_js(&session.hub().transport().early.during(early, dataset).await?)
    }

    /// Reads a file of a repo whole.
    #[wasm_bindgen(js_name = readFile)]
    pub async fn read_file(&self, path: String, signal: Option<AbortSignal>) -> Result<Uint8Array, JsValue> {
        let session = Rc::clone(&self.0);
        let bytes = abortable(signal, session.read_file(&path)).await?;
        Ok(Uint8Array::from(bytes.as_ref()))
    }

    /// Turns a frame into tasks.
    #[wasm_bindgen(unchecked_return_type = "unknown")]
    pub async fn plan(&self, frame: JsValue, signal: Option<AbortSignal>) -> Result<JsValue, JsValue> {
        let session = Rc::clone(&self.0);
        let frame = from_js(frame)?;
        to_js(&abortable(signal, session.plan(&frame)).await?)
    }

    /// Counts a frame's rows.
    #[wasm_bindgen(unchecked_return_type = "unknown")]
    pub async fn count(&self, frame: JsValue, signal: Option<AbortSignal>) -> Result<JsValue, JsValue> {
        let session = Rc::clone(&self.0);
        let frame = from_js(frame)?;
        to_js(&abortable(signal, session.count(&frame)).await?)
    }

    /// Splits the counting of a filtered frame's rows into what footers prove and tasks.
    #[wasm_bindgen(js_name = planCount, unchecked_return_type = "unknown")]
    pub async fn plan_count(&self, frame: JsValue, signal: Option<AbortSignal>) -> Result<JsValue, JsValue> {
        let session = Rc::clone(&self.0);
        let frame = from_js(frame)?;
        to_js(&abortable(signal, session.plan_count(&frame)).await?)
    }

    /// Says what reading a frame comes to.
    #[wasm_bindgen(unchecked_return_type = "unknown")]
    pub async fn explain(&self, frame: JsValue, signal: Option<AbortSignal>) -> Result<JsValue, JsValue> {
        let session = Rc::clone(&self.0);
        let frame = from_js(frame)?;
        let explanation = abortable(signal, session.explain(&frame)).await?;
        to_js(&Explained { text: explanation.to_string(), explanation })
    }

    /// Rejects with all files of the tasks that do not fit their columns, if there are any.
    #[wasm_bindgen(js_name = checkSchemas)]
    pub async fn check_schemas(&self, tasks: JsValue, signal: Option<AbortSignal>) -> Result<(), JsValue> {
        let session = Rc::clone(&self.0);
        let tasks: Vec<frame::ScanTask> = from_js(tasks)?;
        abortable(signal, session.check_schemas(&tasks)).await
    }

    /// Looks at all files of a frame: `{ files, source }`, where `source` is what [`Session::open`] gives.
    #[wasm_bindgen(unchecked_return_type = "unknown")]
    pub async fn survey(&self, frame: JsValue, signal: Option<AbortSignal>) -> Result<JsValue, JsValue> {
        let session = Rc::clone(&self.0);
        let frame = from_js(frame)?;
        to_js(&abortable(signal, session.survey(&frame)).await?)
    }

    /// Rows `start..end` of a batch, both as Arrow IPC messages.
    #[wasm_bindgen(
        js_name = sliceBatch,
        unchecked_return_type = "{ numRows: number; bytes: Uint8Array<ArrayBuffer> }"
    )]
    pub fn slice_batch(
        &self,
        schema: &[u8],
        batch: &[u8],
        start: f64,
        end: Option<f64>,
    ) -> Result<JsValue, JsValue> {
        // Counts of rows are far below 2^53, up to which floats are exact.
        let rows = RowRange { start: start as u64, end: end.map(|end| end as u64) };
        let sliced = frame::slice_batch(schema, batch, rows).map_err(|error| to_js_error(&error))?;
        batch_to_js(sliced.num_rows, &sliced.buffers)
    }

    /// What a query comes to after some passes over a frame: its answer, or the plan of another pass.
    #[wasm_bindgen(js_name = aggregateStep, unchecked_return_type = "unknown")]
    pub async fn aggregate_step(
        &self,
        frame: JsValue,
        query: JsValue,
        passes: JsValue,
        signal: Option<AbortSignal>,
    ) -> Result<JsValue, JsValue> {
        let session = Rc::clone(&self.0);
        let (frame, query, passes): (_, Query, Vec<Pass>) =
            (from_js(frame)?, from_js(query)?, from_js(passes)?);
        aggregate_step(abortable(signal, session.aggregate_step(&frame, &query, &passes)).await?)
    }

    /// Measures the rows of one task of such a plan.
    #[wasm_bindgen(unchecked_return_type = "unknown")]
    pub async fn measure(&self, task: JsValue, signal: Option<AbortSignal>) -> Result<JsValue, JsValue> {
        let session = Rc::clone(&self.0);
        let task = from_js(task)?;
        to_js(&abortable(signal, session.measure(task)).await?)
    }

    /// Merges what tasks of one plan measured.
    #[wasm_bindgen(js_name = mergePartials, unchecked_return_type = "unknown")]
    pub fn merge_partials(&self, measures: JsValue, parts: JsValue) -> Result<JsValue, JsValue> {
        let measures: Vec<ColumnMeasures> = from_js(measures)?;
        to_js(&merge(&measures, from_js(parts)?))
    }

    /// Starts a task.
    pub fn scan(&self, task: JsValue) -> Result<Scan, JsValue> {
        let scan = self.0.scan(from_js(task)?).and_then(|scan| {
            let schema = Arc::clone(scan.schema());
            let next =
                async |mut scan: frame::Scan<_>| Ok(scan.next_batch().await?.map(|batch| (batch, scan)));
            let traffic = scan.traffic().clone();
            Scan::new(&schema, traffic, try_unfold(scan, next))
        });
        scan.map_err(|error| to_js_error(&error))
    }
}
