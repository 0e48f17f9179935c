//! The platform's `Blob` as the core's, and sending one: by `XMLHttpRequest`, which says how far it is, where there is one.
//!
//! `fetch` says nothing about a body on its way. It is used in Node, and for pages that bring a `fetch` of their own;
//! progress is one step for each request there.

use std::{cell::Cell, ops::Range, rc::Rc, time::Duration};

use bytes::Bytes;
use futures_util::future::{Either, select};
use js_sys::{ArrayBuffer, Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ProgressEvent, XmlHttpRequest, XmlHttpRequestResponseType};

use super::{
    convert::js_error_text,
    fetch::{Fetch, FetchBody, Report, no_answer},
};
use crate::{
    error::{Error, ErrorKind, Result},
    http::{self, Headers, Request, Response, UploadTransport},
};

/// How often progress is told.
const TICK: Duration = Duration::from_millis(100);

/// A handle of a file or of bytes that the browser keeps.
#[derive(Debug, Clone)]
pub(super) struct Blob(pub(super) web_sys::Blob);

impl Blob {
    /// Leaves out the media type, which would be sent as a header that a signed URL may not allow.
    pub(super) fn new(blob: &web_sys::Blob) -> Result<Self, JsValue> {
        Ok(Self(blob.slice()?))
    }
}

impl http::Blob for Blob {
    fn size(&self) -> u64 {
        self.0.size() as u64
    }

    fn slice(&self, range: Range<u64>) -> Self {
        // Slicing fails on no blob; without it the whole would be too long, which the store refuses.
        let slice = self.0.slice_with_f64_and_f64(range.start as f64, range.end as f64);
        Self(slice.unwrap_or_else(|_| self.0.clone()))
    }

    async fn bytes(&self) -> Result<Bytes> {
        Ok(Uint8Array::new(&self.buffer().await?.into()).to_vec().into())
    }

    /// By Web Cryptography, which pages have that came by HTTPS or from the user's own machine.
    async fn sha256(&self) -> Result<Option<Vec<u8>>> {
        let Some((subtle, digest)) = subtle_digest() else { return Ok(None) };
        let buffer = self.buffer().await?;
        let hash = async {
            let promise: Promise = digest.call2(&subtle, &"SHA-256".into(), &buffer)?.dyn_into()?;
            let hash: ArrayBuffer = JsFuture::from(promise).await?.dyn_into()?;
            Ok::<_, JsValue>(Uint8Array::new(&hash).to_vec())
        };
        // What it cannot do, the core can.
        Ok(hash.await.ok())
    }
}

impl Blob {
    async fn buffer(&self) -> Result<ArrayBuffer> {
        let read = async { JsFuture::from(self.0.array_buffer()).await?.dyn_into() };
        read.await.map_err(|error| {
            let message =
                "The file cannot be read: it was changed or removed since it was chosen. Choose it again.";
            Error::new(ErrorKind::Changed, "read file", message).with_source(js_error_text(&error))
        })
    }
}

/// `crypto.subtle` and its method `digest`.
fn subtle_digest() -> Option<(JsValue, Function)> {
    let crypto = Reflect::get(&js_sys::global(), &"crypto".into()).ok()?;
    let subtle = Reflect::get(&crypto, &"subtle".into()).ok()?;
    let digest = Reflect::get(&subtle, &"digest".into()).ok()?.dyn_into().ok()?;
    Some((subtle, digest))
}

impl UploadTransport for Fetch {
    type Blob = Blob;

    async fn upload(
        &self,
        request: &Request,
        blob: &Blob,
        sent: impl Fn(u64),
    ) -> Result<Response<FetchBody>> {
        let has_xhr = Reflect::has(&js_sys::global(), &"XMLHttpRequest".into()).unwrap_or(false);
        if !has_xhr || self.is_custom {
            let answer = self.send_body(request, Some(&blob.0)).await?;
            sent(http::Blob::size(blob));
            return Ok(answer);
        }
        let report = Report::new(request, self.observer.clone());
        let transfer = Transfer::start(request, blob).map_err(|error| no_answer(request, &error))?;
        transfer.answer(request, report, sent).await
    }
}

/// An `XMLHttpRequest` under way. Dropping it aborts the request.
struct Transfer {
    xhr: XmlHttpRequest,
    loaded: Rc<Cell<f64>>,
    ended: Promise,
    _on_progress: Closure<dyn FnMut(ProgressEvent)>,
    _on_end: Closure<dyn FnMut()>,
}

impl Transfer {
    fn start(request: &Request, blob: &Blob) -> Result<Self, JsValue> {
        let xhr = XmlHttpRequest::new()?;
        xhr.open(request.method.as_str(), &request.url)?;
        xhr.set_response_type(XmlHttpRequestResponseType::Arraybuffer);
        for (name, value) in &request.headers {
            xhr.set_request_header(name, value)?;
        }
        let loaded = Rc::new(Cell::new(0.0));
        let so_far = Rc::clone(&loaded);
        let on_progress =
            Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| so_far.set(event.loaded()));
        xhr.upload()?.set_onprogress(Some(on_progress.as_ref().unchecked_ref()));
        let resolve: Rc<Cell<Option<Function>>> = Rc::default();
        let stored = Rc::clone(&resolve);
        let ended = Promise::new(&mut |resolve, _| stored.set(Some(resolve)));
        let on_end = Closure::<dyn FnMut()>::new(move || {
            if let Some(resolve) = resolve.take() {
                let _ = resolve.call0(&JsValue::UNDEFINED);
            }
        });
        xhr.set_onloadend(Some(on_end.as_ref().unchecked_ref()));
        xhr.send_with_opt_blob(Some(&blob.0))?;
        Ok(Self { xhr, loaded, ended, _on_progress: on_progress, _on_end: on_end })
    }

    async fn answer(
        &self,
        request: &Request,
        mut report: Report,
        sent: impl Fn(u64),
    ) -> Result<Response<FetchBody>> {
        let mut ended = JsFuture::from(self.ended.clone());
        loop {
            let tick = std::pin::pin!(gloo_timers::future::sleep(TICK));
            match select(&mut ended, tick).await {
                Either::Left(_) => break,
                Either::Right(_) => sent(self.loaded.get() as u64),
            }
        }
        let status = self.xhr.status().unwrap_or(0);
        if status == 0 {
            return Err(no_answer(request, &"the request broke off".into()));
        }
        sent(self.loaded.get() as u64);
        let body = self.xhr.response().ok().and_then(|body| body.dyn_into::<ArrayBuffer>().ok());
        let body = body.map(|body| Uint8Array::new(&body).to_vec()).unwrap_or_default();
        report.event.status = status;
        report.event.bytes = body.len();
        Ok(Response {
            status,
            url: self.xhr.response_url(),
            headers: headers(&self.xhr.get_all_response_headers().unwrap_or_default()),
            body: FetchBody::Read(body.into()),
        })
    }
}

impl Drop for Transfer {
    fn drop(&mut self) {
        self.xhr.set_onloadend(None);
        if let Ok(upload) = self.xhr.upload() {
            upload.set_onprogress(None);
        }
        // Aborting a finished request does nothing.
        let _ = self.xhr.abort();
    }
}

/// `name: value` lines.
fn headers(lines: &str) -> Headers {
    let pair = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.trim().to_owned(), value.trim().to_owned()))
    };
    lines.lines().filter_map(pair).collect()
}
