//! The transport of the browser (and of Node): `fetch`, or the function that the page gave instead.

use std::time::Duration;

use bytes::Bytes;
use js_sys::{ArrayBuffer, Date, Function, Promise, Reflect, Uint8Array};
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Blob, RequestCache, RequestInit};

use super::{
    convert::{js_error_text, to_js},
    early::EarlyAnswers,
};
use crate::{
    error::{Error, ErrorKind, Result},
    http::{Body, Headers, Request, Response, Transport, without_query},
};

/// Sends requests by `fetch` and reports each to an observer.
#[derive(Debug)]
pub(super) struct Fetch {
    fetch: Function,
    /// Whether it is the caller's own.
    #[cfg_attr(not(feature = "whole"), expect(dead_code, reason = "only uploads make a difference"))]
    pub(super) is_custom: bool,
    pub(super) observer: Option<Function>,
    /// What was asked ahead of the session.
    pub(super) early: EarlyAnswers,
}

impl Fetch {
    /// `fetch`: the caller's own, or else the global one. `observer`: called with an event for each request.
    pub(super) fn new(fetch: Option<Function>, observer: Option<Function>) -> Result<Self, JsValue> {
        let is_custom = fetch.is_some();
        let fetch = match fetch {
            Some(fetch) => fetch,
            None => Reflect::get(&js_sys::global(), &"fetch".into())?.dyn_into::<Function>()?,
        };
        Ok(Self { fetch, is_custom, observer, early: EarlyAnswers::default() })
    }

    async fn answer(
        &self,
        request: &Request,
        blob: Option<&Blob>,
        controller: &AbortController,
    ) -> Result<web_sys::Response, JsValue> {
        let init = RequestInit::new();
        init.set_method(request.method.as_str());
        init.set_signal(Some(&controller.signal()));
        // Ranges of a file are kept by our own rules; the HTTP cache would hold them a second time.
        init.set_cache(RequestCache::NoStore);
        let headers = web_sys::Headers::new()?;
        for (name, value) in &request.headers {
            headers.append(name, value)?;
        }
        init.set_headers(&headers);
        match (blob, &request.body) {
            (Some(blob), _) => init.set_body(blob),
            (None, Some(body)) => init.set_body(&Uint8Array::from(body.as_ref())),
            (None, None) => {}
        }
        let request = web_sys::Request::new_with_str_and_init(&request.url, &init)?;
        let promise: Promise = self.fetch.call1(&JsValue::UNDEFINED, &request)?.dyn_into()?;
        JsFuture::from(promise).await?.dyn_into()
    }

    /// Sends a request with `blob` as its body, or with its own.
    pub(super) async fn send_body(
        &self,
        request: &Request,
        blob: Option<&Blob>,
    ) -> Result<Response<FetchBody>> {
        let mut report = Report::new(request, self.observer.clone());
        let controller = AbortController::new().map_err(|error| no_answer(request, &error))?;
        let abort = AbortOnDrop(controller);
        let answer =
            self.answer(request, blob, &abort.0).await.map_err(|error| no_answer(request, &error))?;
        report.event.status = answer.status();
        Ok(Response {
            status: answer.status(),
            url: if answer.url().is_empty() { request.url.clone() } else { answer.url() },
            headers: headers(&answer),
            body: FetchBody::Arriving(Arriving { answer, abort, report }),
        })
    }
}

impl Transport for Fetch {
    type Body = FetchBody;

    async fn send(&self, request: &Request) -> Result<Response<FetchBody>> {
        match self.early.take(request) {
            Some(answer) => Ok(answer),
            None => self.send_body(request, None).await,
        }
    }

    async fn sleep(&self, duration: Duration) {
        gloo_timers::future::sleep(duration).await;
    }

    fn waits(&self, error: &Error, wait: Duration) {
        let event = RetryEvent { code: error.kind().code(), wait_ms: wait.as_secs_f64() * 1000.0 };
        tell(self.observer.as_ref(), &event);
    }

    fn random(&self) -> f64 {
        js_sys::Math::random()
    }
}

/// The body of an answer.
pub(super) enum FetchBody {
    /// It comes as it is read.
    Arriving(Arriving),
    /// It is here.
    Read(Bytes),
}

/// A body that is still arriving.
pub(super) struct Arriving {
    answer: web_sys::Response,
    abort: AbortOnDrop,
    report: Report,
}

impl Body for FetchBody {
    async fn bytes(self) -> Result<Bytes> {
        let Arriving { answer, abort, mut report } = match self {
            Self::Arriving(arriving) => arriving,
            Self::Read(bytes) => return Ok(bytes),
        };
        let read = async {
            let buffer: ArrayBuffer = JsFuture::from(answer.array_buffer()?).await?.dyn_into()?;
            Ok::<_, JsValue>(Uint8Array::new(&buffer).to_vec())
        };
        let bytes = read.await.map_err(|error| {
            let message = "The connection broke while the answer was arriving.";
            Error::new(ErrorKind::Network, "request", message)
                .with("url", without_query(&answer.url()))
                .with_source(js_error_text(&error))
        })?;
        report.event.bytes = bytes.len();
        drop(abort);
        Ok(Bytes::from(bytes))
    }
}

/// Aborts a request when its future or its body is dropped. Aborting a finished one does nothing.
struct AbortOnDrop(AbortController);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// One request, as the page's `onRequest` sees it: sent when the request is over, however it ended.
pub(super) struct Report {
    pub(super) event: RequestEvent,
    observer: Option<Function>,
    started: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RequestEvent {
    method: &'static str,
    /// Without its query, which may be a signature.
    url: String,
    range: Option<String>,
    /// 0 when there was no answer.
    pub(super) status: u16,
    pub(super) bytes: usize,
    ms: f64,
}

/// A request that is sent again after a while.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RetryEvent {
    /// Why: the kind of its error.
    code: &'static str,
    wait_ms: f64,
}

/// Tells the page's own function. What that throws is the page's concern, not the read's.
fn tell<E: Serialize>(observer: Option<&Function>, event: &E) {
    if let (Some(observer), Ok(event)) = (observer, to_js(event)) {
        let _ = observer.call1(&JsValue::UNDEFINED, &event);
    }
}

impl Report {
    pub(super) fn new(request: &Request, observer: Option<Function>) -> Self {
        let event = RequestEvent {
            method: request.method.as_str(),
            url: without_query(&request.url).to_owned(),
            range: request.header("range").map(str::to_owned),
            status: 0,
            bytes: 0,
            ms: 0.0,
        };
        Self { event, observer, started: Date::now() }
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        self.event.ms = Date::now() - self.started;
        tell(self.observer.as_ref(), &self.event);
    }
}

fn headers(answer: &web_sys::Response) -> Headers {
    let pairs = answer.headers().entries().into_iter().flatten().filter_map(|entry| {
        let pair: js_sys::Array = entry.dyn_into().ok()?;
        Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
    });
    pairs.collect()
}

/// `fetch` gives no reason: refused, dropped, blocked by CORS and offline all look alike.
pub(super) fn no_answer(request: &Request, error: &JsValue) -> Error {
    let message =
        "There was no answer: the server is out of reach, or its CORS rules keep this page from it.";
    Error::new(ErrorKind::Network, "request", message)
        .with("url", without_query(&request.url))
        .with_source(js_error_text(error))
}
