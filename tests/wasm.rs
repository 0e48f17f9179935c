//! The wasm edge, in a page and in a worker of a real browser: options in, results and errors out as plain data,
//! cancellation, and the report of each request. The Hub is a function in place of `fetch`.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod mutate;
mod random;

use std::{cell::RefCell, rc::Rc};

use bytes::Bytes;
use hubframe::wasm::Session;
use js_sys::{Array, ArrayBuffer, Function, Object, Promise, Reflect, Uint8Array, WebAssembly};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{AbortController, Request, Response, ResponseInit};

const FILE: &[u8] = include_bytes!("fixtures/repos/fixtures/pages/indexed.parquet");

fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &key.into()).unwrap()
}

fn text(object: &JsValue, key: &str) -> String {
    get(object, key).as_string().unwrap_or_default()
}

fn options(pairs: &[(&str, &str)]) -> JsValue {
    let object = Object::new();
    for (key, value) in pairs {
        Reflect::set(&object, &(*key).into(), &(*value).into()).unwrap();
    }
    object.into()
}

fn answer(status: u16, body: &[u8], headers: &[(&str, String)]) -> Response {
    let init = ResponseInit::new();
    init.set_status(status);
    let all = web_sys::Headers::new().unwrap();
    for (name, value) in headers {
        all.append(name, value).unwrap();
    }
    init.set_headers(&all);
    Response::new_with_opt_buffer_source_and_init(Some(&Uint8Array::from(body)), &init).unwrap()
}

/// A Hub with one repo of one file, which answers as long as nobody aborts.
fn serve(request: &Request) -> Response {
    serve_file(request, FILE)
}

fn serve_file(request: &Request, file: &[u8]) -> Response {
    let url = request.url();
    if url.contains("/revision/") {
        return answer(200, br#"{"sha":"c0ffee"}"#, &[]);
    }
    if url.contains("/tree/") {
        let size = file.len();
        let json = format!(r#"[{{"type":"file","path":"a.parquet","size":{size},"oid":"o"}}]"#);
        return answer(200, json.as_bytes(), &[]);
    }
    if !url.contains("/resolve/") {
        return answer(404, br#"{"error":"gone"}"#, &[("x-error-code", "RepoNotFound".to_owned())]);
    }
    let range = request.headers().get("range").unwrap().unwrap();
    let (first, last) = range.strip_prefix("bytes=").unwrap().split_once('-').unwrap();
    let (first, last) = (first.parse::<usize>().unwrap(), last.parse::<usize>().unwrap());
    let content_range = format!("bytes {first}-{last}/{}", file.len());
    answer(206, &file[first..=last], &[("content-range", content_range)])
}

fn now(response: &Response) -> Promise {
    Promise::resolve(response.unchecked_ref::<JsValue>())
}

/// A session whose `fetch` is `answer`, and the events that it reported.
fn session(answer: impl Fn(Request) -> Promise + 'static) -> (Session, Rc<RefCell<Vec<JsValue>>>) {
    let fetch = Closure::<dyn Fn(Request) -> Promise>::new(answer).into_js_value();
    let events = Rc::new(RefCell::new(Vec::new()));
    let seen = Rc::clone(&events);
    let observer =
        Closure::<dyn Fn(JsValue)>::new(move |event| seen.borrow_mut().push(event)).into_js_value();
    let endpoint = options(&[("endpoint", "https://hub.test"), ("token", "hf_secret")]);
    let (fetch, observer): (Function, Function) = (fetch.unchecked_into(), observer.unchecked_into());
    (Session::new(endpoint, Some(fetch), Some(observer), JsValue::UNDEFINED).unwrap(), events)
}

fn at_once() -> (Session, Rc<RefCell<Vec<JsValue>>>) {
    session(|request| now(&serve(&request)))
}

async fn open(session: &Session, signal: Option<web_sys::AbortSignal>) -> Result<JsValue, JsValue> {
    session.open(vec!["hf://datasets/user/name".to_owned()], Object::new().into(), signal).await
}

/// The frame over a source: as the package makes it.
fn frame(source: &JsValue, end: f64) -> JsValue {
    let frame = Object::assign(&Object::new(), source.unchecked_ref());
    let rows = Object::new();
    Reflect::set(&rows, &"start".into(), &0.into()).unwrap();
    Reflect::set(&rows, &"end".into(), &end.into()).unwrap();
    Reflect::set(&frame, &"rows".into(), &rows).unwrap();
    frame.into()
}

#[wasm_bindgen_test]
async fn rows_come_as_ipc_messages_and_requests_are_reported() {
    let (session, events) = at_once();
    let source = open(&session, None).await.unwrap();
    assert_eq!((text(&source, "repo"), text(&source, "sha")), ("user/name".to_owned(), "c0ffee".to_owned()));
    let plan = session.plan(frame(&source, 150.0), None).await.unwrap();
    assert!(get(&plan, "schema").is_instance_of::<Uint8Array>());
    let tasks: Array = get(&plan, "tasks").unchecked_into();
    let mut rows = 0.0;
    for task in tasks.iter() {
        let scan = session.scan(task).unwrap();
        loop {
            let batch = scan.next(None).await.unwrap();
            if batch.is_undefined() {
                break;
            }
            let bytes: Uint8Array = get(&batch, "bytes").unchecked_into();
            // A continuation mark begins every encapsulated message, and the buffer holds nothing else.
            assert_eq!(bytes.subarray(0, 4).to_vec(), [0xff; 4]);
            assert_eq!(bytes.buffer().byte_length(), bytes.length());
            rows += get(&batch, "numRows").as_f64().unwrap();
        }
    }
    assert_eq!(rows, 150.0);
    let events = events.borrow();
    assert!(events.len() >= 4, "{} requests", events.len());
    for event in events.iter() {
        assert!(get(event, "status").as_f64().unwrap() >= 200.0);
        assert!(!text(event, "url").contains('?'));
    }
    let bytes: f64 = events.iter().map(|event| get(event, "bytes").as_f64().unwrap()).sum();
    assert!(bytes > 1000.0 && bytes < FILE.len() as f64);
}

#[wasm_bindgen_test]
async fn errors_are_plain_data() {
    let (session, _) = session(|_| now(&answer(404, b"", &[("x-error-code", "RepoNotFound".to_owned())])));
    let error = open(&session, None).await.unwrap_err();
    assert_eq!((text(&error, "code"), get(&error, "retryable")), ("not_found".to_owned(), JsValue::FALSE));
    assert_eq!(text(&get(&error, "context"), "repo"), "user/name");
    let invalid = session.plan(Object::new().into(), None).await.unwrap_err();
    assert_eq!(text(&invalid, "code"), "invalid");
    let endpoint = Session::new(options(&[("endpoint", "hub.test")]), None, None, JsValue::UNDEFINED)
        .map(|_| ())
        .unwrap_err();
    assert_eq!(text(&endpoint, "code"), "invalid");
}

#[wasm_bindgen_test]
async fn an_aborted_call_aborts_its_requests() {
    let signals = Rc::new(RefCell::new(Vec::new()));
    let seen = Rc::clone(&signals);
    let (session, events) = session(move |request| {
        seen.borrow_mut().push(request.signal());
        // Never answers.
        Promise::new(&mut |_, _| {})
    });
    let controller = AbortController::new().unwrap();
    let signal = controller.signal();
    let abort = Closure::once_into_js(move || controller.abort());
    let timer: Function = get(&js_sys::global(), "setTimeout").unchecked_into();
    timer.call2(&JsValue::UNDEFINED, &abort, &20.into()).unwrap();
    let error = open(&session, Some(signal.clone())).await.unwrap_err();
    assert_eq!(text(&error, "code"), "aborted");
    assert!(!signals.borrow().is_empty());
    assert!(signals.borrow().iter().all(web_sys::AbortSignal::aborted), "a request goes on");
    assert!(events.borrow().iter().all(|event| get(event, "status") == 0));
    let again = open(&session, Some(signal)).await.unwrap_err();
    assert_eq!(text(&again, "code"), "aborted");
}

#[wasm_bindgen_test]
async fn the_token_goes_to_the_hub_alone() {
    let sent = Rc::new(RefCell::new(Vec::new()));
    let seen = Rc::clone(&sent);
    let (session, events) = session(move |request| {
        seen.borrow_mut().push(request.headers().get("authorization").unwrap());
        now(&serve(&request))
    });
    open(&session, None).await.unwrap();
    assert!(sent.borrow().iter().all(|header| header.as_deref() == Some("Bearer hf_secret")));
    for event in events.borrow().iter() {
        let json = String::from(js_sys::JSON::stringify(event).unwrap());
        assert!(!json.contains("hf_secret"), "{json}");
    }
}

/// The number of rows read, or the code of the error.
async fn read_damaged(file: Bytes) -> Result<f64, String> {
    let (session, _) = session(move |request| now(&serve_file(&request, &file)));
    let code = |error: JsValue| text(&error, "code");
    let source = open(&session, None).await.map_err(code)?;
    let plan = session.plan(frame(&source, 1e6), None).await.map_err(code)?;
    let tasks: Array = get(&plan, "tasks").unchecked_into();
    let mut rows = 0.0;
    for task in tasks.iter() {
        let scan = session.scan(task).map_err(code)?;
        loop {
            let batch = scan.next(None).await.map_err(code)?;
            if batch.is_undefined() {
                break;
            }
            rows += get(&batch, "numRows").as_f64().unwrap();
        }
    }
    Ok(rows)
}

/// Small valid files of several codecs, encodings and shapes.
const FILES: [&[u8]; 8] = [
    include_bytes!("fixtures/repos/fixtures/codecs/lz4_raw.parquet"),
    include_bytes!("fixtures/repos/fixtures/codecs/zstd.parquet"),
    include_bytes!("fixtures/repos/fixtures/encodings/page-v2.parquet"),
    include_bytes!("fixtures/repos/fixtures/encodings/plain.parquet"),
    include_bytes!("fixtures/repos/fixtures/encodings/delta-byte-array.parquet"),
    include_bytes!("fixtures/repos/fixtures/encodings/delta-length-byte-array.parquet"),
    include_bytes!("fixtures/repos/fixtures/encodings/dictionary-fallback.parquet"),
    include_bytes!("fixtures/repos/fixtures/pages/nested-indexed.parquet"),
];

/// Lengths are 32 bits wide here, and a panic would end the instance. `tests/mutations.rs` damages more, natively.
#[wasm_bindgen_test]
async fn damaged_files_leave_the_instance_alive() {
    let memory = || wasm_bindgen::memory().unchecked_into::<WebAssembly::Memory>().buffer();
    let memory = || memory().unchecked_into::<ArrayBuffer>().byte_length();
    let before = memory();
    for file in FILES {
        let file = Bytes::from_static(file);
        let rows = read_damaged(file.clone()).await.unwrap();
        let valid = mutate::Valid::new(file);
        let (mut read, mut refused) = (0, 0);
        for seed in 0..40 {
            let mutation = valid.mutate(&mut random::Random::new(seed));
            match read_damaged(mutation.bytes).await {
                Ok(_) => read += 1,
                Err(code) if ["corrupt", "unsupported"].contains(&code.as_str()) => refused += 1,
                Err(code) => panic!("seed {seed}, {}: {code}", mutation.what),
            }
        }
        assert!(read > 2 && refused > 5, "{read} read, {refused} refused");
        assert_eq!(read_damaged(valid.bytes).await, Ok(rows));
    }
    let most = (24 << 20) + 64 * FILES.iter().map(|file| file.len()).max().unwrap();
    assert!(((memory() - before) as usize) < most, "{} bytes more", memory() - before);
}
