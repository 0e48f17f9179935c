//! What a page of another origin may do and see, as on the Hub and on its CDN.
//!
//! The Hub echoes the page's origin and exposes a fixed list of headers; `RateLimit`, `Retry-After` and
//! `Location` are not in it. The CDN allows `*`, which a browser needs after a redirect: it then sends
//! `Origin: null`.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request};
use axum::response::{IntoResponse, Response};

use crate::origin::Origin;

/// What the Hub exposes, and nothing more, so that no test leans on a header the real Hub hides.
const EXPOSED: &str = "X-Repo-Commit,X-Request-Id,X-Error-Code,X-Error-Message,X-Total-Count,ETag,Link,\
Accept-Ranges,Content-Range,X-Linked-Size,X-Linked-ETag,X-Xet-Hash";

const ANY: HeaderValue = HeaderValue::from_static("*");

/// Adds what every answer carries, errors included.
pub(crate) fn allow(origin: Origin, page: Option<&HeaderValue>, headers: &mut HeaderMap) {
    match origin {
        Origin::Hub => {
            headers.append(header::VARY, HeaderValue::from_static("Origin"));
            if let Some(page) = page {
                headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, page.clone());
                headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
            }
        }
        Origin::Storage => {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, ANY);
        }
    }
}

/// The answer to a preflight: every method and header is allowed, without a look at the token.
pub(crate) fn preflight(origin: Origin, request: &request::Parts) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    let methods = match origin {
        Origin::Hub => "GET,HEAD,POST,PUT,PATCH,DELETE",
        Origin::Storage => "GET,HEAD,PUT,POST",
    };
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
    if let Some(wanted) = request.headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
    }
    let seconds = match origin {
        Origin::Hub => "86400",
        Origin::Storage => "3000",
    };
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(seconds));
    let by: HeaderName = header::ACCESS_CONTROL_REQUEST_HEADERS;
    headers.append(header::VARY, HeaderValue::from_name(by));
    response
}
