//! The cache of the page: an object of the package that keeps ranges in the browser's storage (pkg/src/range-cache.ts).

use std::ops::Range;

use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use js_sys::{Float64Array, Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::source::RangeCache;

/// Calls the methods of the object. Whatever goes wrong in them means that nothing is there.
#[derive(Debug)]
pub(super) struct Store {
    object: JsValue,
    ranges: Function,
    get: Function,
    put: Function,
}

impl Store {
    /// `object`: `{ ranges(file), get(file, start, end), put(file, start, bytes) }`.
    pub(super) fn new(object: JsValue) -> Result<Self, JsValue> {
        let method = |name: &str| Reflect::get(&object, &name.into())?.dyn_into::<Function>();
        Ok(Self { ranges: method("ranges")?, get: method("get")?, put: method("put")?, object })
    }
}

impl RangeCache for Store {
    fn ranges(&self, file: &str) -> Vec<Range<u64>> {
        let answer = self.ranges.call1(&self.object, &file.into());
        let bounds = answer.and_then(|answer| answer.dyn_into::<Float64Array>());
        let bounds = bounds.map(|bounds| bounds.to_vec()).unwrap_or_default();
        bounds.chunks_exact(2).filter_map(|pair| Some(*pair.first()? as u64..*pair.last()? as u64)).collect()
    }

    fn get<'a>(&'a self, file: &'a str, range: Range<u64>) -> LocalBoxFuture<'a, Option<Bytes>> {
        Box::pin(async move {
            let (start, end) = ((range.start as f64).into(), (range.end as f64).into());
            let promise = self.get.call3(&self.object, &file.into(), &start, &end).ok()?;
            let bytes = JsFuture::from(promise.dyn_into::<Promise>().ok()?).await.ok()?;
            Some(Bytes::from(bytes.dyn_into::<Uint8Array>().ok()?.to_vec()))
        })
    }

    fn put(&self, file: &str, start: u64, bytes: &Bytes) {
        let bytes = Uint8Array::from(bytes.as_ref());
        // A cache that cannot keep something is a slower one, nothing worse.
        let _ = self.put.call3(&self.object, &file.into(), &(start as f64).into(), &bytes);
    }
}
