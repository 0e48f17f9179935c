//! The bytes of an object on their way to the store: one `PUT`, or a `PUT` for each part and a completion, and then a
//! word to the verifier (huggingface_hub `lfs.py`).
//!
//! Everything but the verifier is on signed URLs of another origin, so the token never goes there.

use bytes::Bytes;
use serde_json::{Value as Json, json};

use super::{Hub, LfsObject, Verify, check};
use crate::{
    error::{Error, ErrorKind, Result},
    http::{
        Attempt, Blob, Body, Headers, Method, Request, Transport, UploadTransport, with_retries,
        without_query,
    },
};

/// The media type of Git LFS's JSON.
pub(super) const LFS_JSON: &str = "application/vnd.git-lfs+json";

const SEND: &str = "send bytes";

impl<T: UploadTransport> Hub<T> {
    /// Stores `blob` at a signed URL by `PUT`, as an object or a part of one, and returns its ETag where the store
    /// shows it. One request.
    ///
    /// # Errors
    /// Kind `forbidden` when the URL has expired, `invalid` when the bytes are not what was announced, and those of
    /// sending.
    pub async fn put_blob(&self, url: &str, blob: &T::Blob, sent: impl Fn(u64)) -> Result<Option<String>> {
        let request = Request::new(Method::Put, url);
        let stored = with_retries(&self.transport, &self.retry, blob.size(), || async {
            let response = match self.transport.upload(&request, blob, &sent).await {
                Ok(response) => response,
                Err(error) => return Attempt::from(Err(error)),
            };
            match check(SEND, response).await {
                // The body says nothing, but a connection that breaks in it may not have stored anything.
                Attempt::Done(response) => {
                    Attempt::from(response.body.bytes().await.map(|_| etag(&response.headers)))
                }
                Attempt::Failed(error) => Attempt::Failed(error),
                Attempt::Again(error, wait) => Attempt::Again(error, wait),
            }
        });
        let stored: Result<_> = stored.await;
        stored.map_err(|error| error.with("url", without_query(url)))
    }
}

impl<T: Transport> Hub<T> {
    /// Makes an object of parts; `etags` are those that [`Hub::put_blob`] returned, in order. One request.
    ///
    /// # Errors
    /// Kind `invalid` when the store misses a part.
    pub async fn complete_multipart(&self, url: &str, oid: &str, etags: &[String]) -> Result<()> {
        let part = |(number, etag): (u64, &String)| json!({ "partNumber": number, "etag": etag });
        let body = json!({ "oid": oid, "parts": (1..).zip(etags).map(part).collect::<Json>() });
        // The URL is signed; even on the Hub's own origin it wants no token.
        let request = Request::new(Method::Post, url)
            .with_header("accept", LFS_JSON)
            .with_header("content-type", LFS_JSON)
            .with_body(body.to_string().into_bytes());
        self.tell("complete upload", &request).await.map_err(|error| error.with("oid", oid))
    }

    /// Tells the verifier that an object is stored. One request.
    ///
    /// # Errors
    /// Kind `not_found` when the object is not there, `invalid` when it has another size.
    pub async fn verify_object(&self, verify: &Verify, object: &LfsObject) -> Result<()> {
        let body = json!({ "oid": object.oid, "size": object.size });
        let request = self
            .request(Method::Post, &verify.href)
            .with_header("accept", LFS_JSON)
            .with_header("content-type", LFS_JSON)
            .with_body(body.to_string().into_bytes());
        self.tell("verify upload", &request).await.map_err(|error| error.with("oid", &object.oid))
    }

    /// Sends a request whose answer says nothing but its status.
    async fn tell(&self, operation: &'static str, request: &Request) -> Result<()> {
        let told = with_retries(&self.transport, &self.retry, 0, || self.attempt(operation, request));
        let _: (Bytes, Headers) = told.await?;
        Ok(())
    }
}

/// The error of a store whose ETags are hidden, without which parts cannot be joined.
pub(crate) fn hidden_etag(url: &str) -> Error {
    let message = "The object store does not show the ETag of a part (its CORS rules must expose it), so parts cannot be joined.";
    Error::new(ErrorKind::Unsupported, SEND, message).with("url", without_query(url))
}

fn etag(headers: &Headers) -> Option<String> {
    headers.get("etag").map(str::to_owned)
}
