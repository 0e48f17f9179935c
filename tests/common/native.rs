//! HTTP without a browser, for tests and examples.

#![allow(clippy::unwrap_used, reason = "a test or an example fails by panicking")]

use std::time::Duration;

use bytes::Bytes;
use hubframe::{
    Error, ErrorKind, Result,
    http::{Body, Request, Response, Transport, UploadTransport},
};

/// HTTP by `reqwest`, which follows redirects and drops `Authorization` on the way to another origin, as
/// browsers do.
#[derive(Debug)]
pub(crate) struct NativeTransport(reqwest::Client);

/// A body still arriving.
#[derive(Debug)]
pub(crate) struct NativeBody(reqwest::Response);

impl NativeTransport {
    /// A client with connections of its own.
    pub(crate) fn new() -> Self {
        Self(reqwest::Client::builder().build().unwrap())
    }
}

impl Transport for NativeTransport {
    type Body = NativeBody;

    async fn send(&self, request: &Request) -> Result<Response<NativeBody>> {
        let method = request.method.as_str().parse().unwrap();
        let mut builder = self.0.request(method, &request.url);
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        if let Some(body) = &request.body {
            builder = builder.body(body.clone());
        }
        let answer = builder.send().await.map_err(|error| network(&error))?;
        let text = |(name, value): (&_, &reqwest::header::HeaderValue)| {
            let name: &reqwest::header::HeaderName = name;
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        Ok(Response {
            status: answer.status().as_u16(),
            url: answer.url().to_string(),
            headers: answer.headers().iter().map(text).collect(),
            body: NativeBody(answer),
        })
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn random(&self) -> f64 {
        0.5
    }
}

impl UploadTransport for NativeTransport {
    type Blob = Bytes;

    async fn upload(
        &self,
        request: &Request,
        blob: &Bytes,
        sent: impl Fn(u64),
    ) -> Result<Response<NativeBody>> {
        let answer = self.send(&request.clone().with_body(blob.clone())).await?;
        sent(blob.len() as u64);
        Ok(answer)
    }
}

impl Body for NativeBody {
    async fn bytes(self) -> Result<Bytes> {
        self.0.bytes().await.map_err(|error| network(&error))
    }
}

fn network(error: &reqwest::Error) -> Error {
    // Without the URL, which may be signed.
    let source = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    Error::new(ErrorKind::Network, "request", "There was no answer.").with_source(source)
}
