//! Local tables as one, and the splits that their names mean.

use wasm_bindgen::prelude::*;

use super::{
    convert::{from_js, to_js, to_js_error},
    scan::batch_to_js,
};
use crate::{frame, splits};

/// The columns of tables of these schemas together; `types` says what some are to be.
#[wasm_bindgen(unchecked_return_type = "unknown")]
pub fn unite(schemas: Vec<js_sys::Uint8Array>, types: JsValue) -> Result<JsValue, JsValue> {
    let schemas: Vec<Vec<u8>> = schemas.iter().map(js_sys::Uint8Array::to_vec).collect();
    let united = frame::unite(&schemas, &from_js(types)?).map_err(|error| to_js_error(&error))?;
    to_js(&united)
}

/// A batch of the schema `from` as one of the schema `to`.
#[wasm_bindgen(
    js_name = uniteBatch,
    unchecked_return_type = "{ numRows: number; bytes: Uint8Array<ArrayBuffer> }"
)]
pub fn unite_batch(from: &[u8], to: &[u8], batch: &[u8]) -> Result<JsValue, JsValue> {
    let united = frame::unite_batch(from, to, batch).map_err(|error| to_js_error(&error))?;
    batch_to_js(united.num_rows, &united.buffers)
}

/// The split that each path means, were these all the files of a repo.
#[wasm_bindgen(js_name = guessSplits)]
pub fn guess_splits(paths: Vec<String>) -> Vec<String> {
    splits::guess_splits(&paths)
}
