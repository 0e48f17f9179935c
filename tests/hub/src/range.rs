//! Answering with a file: the whole of it, one range, or nothing new (RFC 9110 sections 13 and 14).

use std::io;
use std::ops::Range;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::blob::Blob;

/// What the request's headers ask for.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Whole,
    Part(Range<u64>),
    PastTheEnd,
    NotModified,
}

/// The answer to a GET or HEAD of `blob`; `etag` comes with its quotes.
pub(crate) async fn file_answer(
    method: &Method,
    request: &HeaderMap,
    blob: &Blob,
    etag: &str,
) -> io::Result<Response> {
    let size = blob.len();
    let wanted = wanted(request, etag, size);
    let (status, range) = match &wanted {
        Wanted::Whole => (StatusCode::OK, 0..size),
        Wanted::Part(range) => (StatusCode::PARTIAL_CONTENT, range.clone()),
        Wanted::PastTheEnd => (StatusCode::RANGE_NOT_SATISFIABLE, 0..0),
        Wanted::NotModified => (StatusCode::NOT_MODIFIED, 0..0),
    };
    let len = range.end - range.start;
    let mut response = if method == Method::HEAD || len == 0 {
        Body::empty().into_response()
    } else {
        Body::new(blob.body(range.clone()).await?).into_response()
    };
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let mut insert = |name, value: String| {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    };
    insert(header::ETAG, etag.to_owned());
    insert(header::ACCEPT_RANGES, "bytes".into());
    match wanted {
        Wanted::Part(_) => {
            insert(header::CONTENT_RANGE, format!("bytes {}-{}/{size}", range.start, range.end - 1));
        }
        Wanted::PastTheEnd => insert(header::CONTENT_RANGE, format!("bytes */{size}")),
        Wanted::Whole | Wanted::NotModified => {}
    }
    if status != StatusCode::NOT_MODIFIED {
        insert(header::CONTENT_LENGTH, len.to_string());
    }
    Ok(response)
}

fn wanted(request: &HeaderMap, etag: &str, size: u64) -> Wanted {
    let text = |name| request.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let known = |tag: &str| tag.trim().trim_start_matches("W/") == etag || tag.trim() == "*";
    if text(header::IF_NONE_MATCH).is_some_and(|tags| tags.split(',').any(known)) {
        return Wanted::NotModified;
    }
    if text(header::IF_RANGE).is_some_and(|tag| tag != etag) {
        return Wanted::Whole;
    }
    text(header::RANGE).and_then(|range| parse_range(range, size)).unwrap_or(Wanted::Whole)
}

/// A single range. Several, or one that is none, are ignored: then the whole file is the answer.
fn parse_range(range: &str, size: u64) -> Option<Wanted> {
    let (first, last) = range.strip_prefix("bytes=")?.trim().split_once('-')?;
    let range = match (first, last) {
        ("", suffix) => {
            let suffix: u64 = suffix.parse().ok()?;
            size.saturating_sub(suffix)..if suffix == 0 { 0 } else { size }
        }
        (first, "") => first.parse().ok()?..size,
        (first, last) => {
            let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
            if last < first {
                return None;
            }
            first..last.saturating_add(1).min(size)
        }
    };
    Some(if range.start < range.end { Wanted::Part(range) } else { Wanted::PastTheEnd })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let parse = |range| parse_range(range, 100);
        assert_eq!(parse("bytes=0-9"), Some(Wanted::Part(0..10)));
        assert_eq!(parse("bytes=90-"), Some(Wanted::Part(90..100)));
        assert_eq!(parse("bytes=90-200"), Some(Wanted::Part(90..100)));
        assert_eq!(parse("bytes=-8"), Some(Wanted::Part(92..100)));
        assert_eq!(parse("bytes=-800"), Some(Wanted::Part(0..100)));
        assert_eq!(parse("bytes=0-18446744073709551615"), Some(Wanted::Part(0..100)));
        assert_eq!(parse("bytes=100-"), Some(Wanted::PastTheEnd));
        assert_eq!(parse("bytes=100-120"), Some(Wanted::PastTheEnd));
        assert_eq!(parse("bytes=-0"), Some(Wanted::PastTheEnd));
        for ignored in ["bytes=9-0", "bytes=0-1,5-6", "bytes=", "bytes=a-b", "items=0-1", "bytes=--1"] {
            assert_eq!(parse(ignored), None, "{ignored}");
        }
        assert_eq!(parse_range("bytes=0-0", 0), Some(Wanted::PastTheEnd));
    }

    #[test]
    fn conditions() {
        let wanted = |name: &str, value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, HeaderValue::from_static("bytes=0-9"));
            if let (Ok(name), Ok(value)) = (name.parse::<header::HeaderName>(), value.parse()) {
                headers.insert(name, value);
            }
            super::wanted(&headers, "\"a\"", 100)
        };
        assert_eq!(wanted("if-range", "\"a\""), Wanted::Part(0..10));
        assert_eq!(wanted("if-range", "\"b\""), Wanted::Whole);
        assert_eq!(wanted("if-none-match", "\"b\", \"a\""), Wanted::NotModified);
        assert_eq!(wanted("if-none-match", "\"b\""), Wanted::Part(0..10));
    }
}
