//! Carrying out a fault: on the request, in place of the answer, or on the answer's headers and body.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use axum::response::IntoResponse;
use tokio::time::sleep;

use crate::bodies::{BodyFault, Stop};
use crate::errors::{HubError, X_ERROR_CODE};
use crate::faults::FaultAction;
use crate::origin::Origin;
use crate::storage::xml_error;

/// The connection is to be closed without an answer.
#[derive(Debug)]
pub(crate) struct Dropped;

impl std::fmt::Display for Dropped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("dropped by a fault")
    }
}

impl std::error::Error for Dropped {}

/// What is done before the request is looked at: perhaps an answer, after which it never is.
pub(crate) async fn before(
    action: &FaultAction,
    origin: Origin,
    request: &mut Request<Body>,
) -> Result<Option<Response<Body>>, Dropped> {
    match action {
        FaultAction::Drop => Err(Dropped),
        FaultAction::Slow { delay_ms } => {
            sleep(Duration::from_millis(*delay_ms)).await;
            Ok(None)
        }
        FaultAction::IgnoreRange => {
            request.headers_mut().remove(header::RANGE);
            Ok(None)
        }
        FaultAction::Status { status, code, message } => {
            Ok(Some(error(origin, *status, code.as_deref(), message.as_deref())))
        }
        FaultAction::RateLimited { retry_after } => Ok(Some(rate_limited(origin, *retry_after))),
        FaultAction::Expired => {
            Ok(Some(xml_error(StatusCode::FORBIDDEN, "AccessDenied", "Request has expired")))
        }
        _ => Ok(None),
    }
}

/// What is done to the answer: its headers now, its body as it is sent.
pub(crate) fn after(action: &FaultAction, method: &Method, response: &mut Response<Body>) -> BodyFault {
    let mut body = BodyFault::default();
    let headers = response.headers_mut();
    match action {
        FaultAction::Stall { after_bytes } => body.stop = Some((*after_bytes, Stop::Stall)),
        FaultAction::Truncate { after_bytes } => body.stop = Some((*after_bytes, Stop::Cut)),
        FaultAction::Short { missing_bytes } => {
            if let Some(len) = number(headers, header::CONTENT_LENGTH) {
                let end = len.saturating_sub(*missing_bytes);
                body.end = Some(end);
                set(headers, header::CONTENT_LENGTH, end.to_string());
            }
        }
        FaultAction::WrongContentRange { shift } => shift_content_range(headers, *shift, 0),
        FaultAction::OtherEtag { etag } => other_etag(headers, etag),
        FaultAction::Changed { grow } => {
            other_etag(headers, "0123456789abcdef0123456789abcdef");
            shift_content_range(headers, 0, *grow);
            body.invert = true;
        }
        FaultAction::GzipHead if method == Method::HEAD => {
            headers.remove(header::CONTENT_LENGTH);
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        _ => {}
    }
    body
}

fn error(origin: Origin, status: u16, code: Option<&str>, message: Option<&str>) -> Response<Body> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let message = message.or(status.canonical_reason()).unwrap_or("an error");
    if origin == Origin::Storage {
        return xml_error(status, code.unwrap_or("Error"), message);
    }
    let mut response = HubError::new(status, message).into_response();
    if let Some(code) = code {
        set(response.headers_mut(), X_ERROR_CODE, code.to_owned());
    }
    response
}

/// The Hub's headers on a 429 (hub-docs, "Rate limits").
fn rate_limited(origin: Origin, retry_after: u64) -> Response<Body> {
    let message = "We had to rate limit you. To continue using our service, wait and try again.";
    let mut response = error(origin, 429, None, Some(message));
    let headers = response.headers_mut();
    set(headers, HeaderName::from_static("ratelimit"), format!("\"api\";r=0;t={retry_after}"));
    let policy = "\"fixed window\";\"api\";q=500;w=300".to_owned();
    set(headers, HeaderName::from_static("ratelimit-policy"), policy);
    set(headers, header::RETRY_AFTER, retry_after.to_string());
    response
}

fn other_etag(headers: &mut HeaderMap, etag: &str) {
    for name in [header::ETAG, HeaderName::from_static("x-linked-etag")] {
        if headers.contains_key(&name) {
            set(headers, name, format!("\"{etag}\""));
        }
    }
}

fn shift_content_range(headers: &mut HeaderMap, shift: u64, grow: u64) {
    let shifted = (|| {
        let text = headers.get(header::CONTENT_RANGE)?.to_str().ok()?.strip_prefix("bytes ")?;
        let (range, total) = text.split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let [first, last, total]: [u64; 3] = [first.parse().ok()?, last.parse().ok()?, total.parse().ok()?];
        Some(format!("bytes {}-{}/{}", first + shift, last + shift, total + grow))
    })();
    if let Some(shifted) = shifted {
        set(headers, header::CONTENT_RANGE, shifted);
    }
}

fn number(headers: &HeaderMap, name: HeaderName) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}
