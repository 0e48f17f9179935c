//! Values across the border: plain objects in and out, errors as data, and cancellation.

use std::{cell::Cell, future::Future, pin::pin, rc::Rc};

use futures_util::future::{Either, select};
use js_sys::{Function, Promise};
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;

use crate::error::{Error, ErrorKind, Result};

/// Reads a plain object.
pub(super) fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T, JsValue> {
    serde_wasm_bindgen::from_value(value).map_err(|error| {
        let error = Error::new(ErrorKind::Invalid, "read options", error.to_string());
        to_js_error(&error)
    })
}

/// Writes a plain object: maps as objects, bytes as `Uint8Array`, nothing as `undefined`.
pub(super) fn to_js<T: Serialize>(value: &T) -> Result<JsValue, JsValue> {
    serialized(value).map_err(|error| {
        let error = Error::new(ErrorKind::Internal, "return result", error.to_string());
        to_js_error(&error)
    })
}

/// An error as `{ code, message, retryable, operation, context, cause? }`.
pub(super) fn to_js_error(error: &Error) -> JsValue {
    serialized(error).unwrap_or_else(JsValue::from)
}

fn serialized<T: Serialize>(value: &T) -> Result<JsValue, serde_wasm_bindgen::Error> {
    value.serialize(&serde_wasm_bindgen::Serializer::new().serialize_maps_as_objects(true))
}

/// The text of a JavaScript error: its name and message, without the stack that `Debug` would print.
pub(super) fn js_error_text(value: &JsValue) -> String {
    match value.dyn_ref::<js_sys::Error>() {
        Some(error) => format!("{}: {}", String::from(error.name()), String::from(error.message())),
        None => value.as_string().unwrap_or_else(|| "unknown error".to_owned()),
    }
}

/// Runs a core call until it ends or `signal` aborts. Aborting drops the call, and with it its requests.
pub(super) async fn abortable<T>(
    signal: Option<AbortSignal>,
    call: impl Future<Output = Result<T>>,
) -> Result<T, JsValue> {
    let Some(signal) = signal else { return call.await.map_err(|error| to_js_error(&error)) };
    let (aborted, _listener) = aborted(&signal);
    match select(pin!(call), pin!(aborted)).await {
        Either::Left((result, _)) => result.map_err(|error| to_js_error(&error)),
        Either::Right(_) => {
            let error = Error::new(ErrorKind::Aborted, "read", "The caller cancelled.");
            Err(to_js_error(&error))
        }
    }
}

/// A future that completes when the signal aborts, and what keeps its listener alive.
fn aborted(signal: &AbortSignal) -> (impl Future<Output = ()> + use<>, Listener) {
    let resolve: Rc<Cell<Option<Function>>> = Rc::default();
    let stored = Rc::clone(&resolve);
    let promise = Promise::new(&mut |resolve, _| stored.set(Some(resolve)));
    let resolve = resolve.take().unwrap_or_default();
    if signal.aborted() {
        let _ = resolve.call0(&JsValue::UNDEFINED);
    }
    let callback = Closure::<dyn FnMut()>::new(move || {
        let _ = resolve.call0(&JsValue::UNDEFINED);
    });
    let _ = signal.add_event_listener_with_callback("abort", callback.as_ref().unchecked_ref());
    let listener = Listener { signal: signal.clone(), callback };
    let future = async move {
        let _ = JsFuture::from(promise).await;
    };
    (future, listener)
}

/// Removes its listener when it is dropped: a signal may outlive many calls.
struct Listener {
    signal: AbortSignal,
    callback: Closure<dyn FnMut()>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        let callback = self.callback.as_ref().unchecked_ref();
        let _ = self.signal.remove_event_listener_with_callback("abort", callback);
    }
}
