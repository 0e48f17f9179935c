//! What an answer's status means: go on, try again, or an [`Error`] that says what to do.

use serde::Deserialize;

use crate::{
    error::{Error, ErrorKind},
    http::{Attempt, Body, Headers, Response, without_query},
};

/// The longest part of an error body that is read for its message, in bytes.
const MAX_MESSAGE: usize = 2_000;

/// Passes a successful response on; turns any other status into an error, by the Hub's `X-Error-Code` first.
pub(crate) async fn check<B: Body>(operation: &'static str, response: Response<B>) -> Attempt<Response<B>> {
    match response.status {
        200..=299 => Attempt::Done(response),
        _ => refusal(operation, response).await,
    }
}

/// The error that a response with an unwanted status stands for, and whether another attempt may help.
pub(crate) async fn refusal<B: Body, R>(operation: &'static str, response: Response<B>) -> Attempt<R> {
    let Response { status, url, headers, body } = response;
    // The text only adds to the message, so a body that breaks off is no error of its own.
    let text = body.bytes().await.unwrap_or_default();
    let code = headers.get("x-error-code").unwrap_or_default();
    let said = headers.get("x-error-message").map(str::to_owned).or_else(|| said(&text));
    let (kind, advice) = meaning(status, code);
    let message = match said {
        Some(said) => {
            let stop = if said.ends_with(['.', '!', '?']) { "" } else { "." };
            format!("{advice} The server says: {said}{stop}")
        }
        None => advice.to_owned(),
    };
    let mut error =
        Error::new(kind, operation, message).with("status", status).with("url", without_query(&url));
    if !code.is_empty() {
        error = error.with("hub_code", code);
    }
    if let Some(id) = headers.get("x-request-id") {
        error = error.with("request_id", id);
    }
    retryable(status, error, &headers)
}

/// 408, 429 and the passing 5xx are tried again, as `huggingface_hub`'s `http_backoff` does.
fn retryable<R>(status: u16, error: Error, headers: &Headers) -> Attempt<R> {
    match status {
        408 | 429 | 500 | 502 | 503 | 504 => Attempt::Again(error, crate::http::server_wait(headers)),
        _ => Attempt::Failed(error),
    }
}

/// The Hub's conditions, as `huggingface_hub`'s `hf_raise_for_status` tells them apart.
fn meaning(status: u16, code: &str) -> (ErrorKind, &'static str) {
    match (status, code) {
        (_, "GatedRepo") => (
            ErrorKind::Gated,
            "The dataset is gated: accept its conditions on its Hub page, and use a token of that account.",
        ),
        (_, "RepoNotFound") => (
            ErrorKind::NotFound,
            "The repo does not exist, or it is private and the token may not see it; check the name and the token.",
        ),
        (_, "RevisionNotFound") => {
            (ErrorKind::NotFound, "The repo has no such revision; check the branch, tag or commit.")
        }
        (_, "EntryNotFound") => {
            (ErrorKind::NotFound, "The repo has no such file or folder at this revision.")
        }
        (401, _) => (
            ErrorKind::Unauthorized,
            "The Hub wants a valid token: the repo is private or does not exist, or the token is wrong or expired.",
        ),
        (403, _) => (ErrorKind::Forbidden, "The token has no right to do this."),
        (404, _) => (ErrorKind::NotFound, "There is nothing at this address."),
        (409 | 412, _) => {
            (ErrorKind::Conflict, "Somebody else is changing the repo; look at it again and retry.")
        }
        (416, _) => {
            (ErrorKind::Changed, "The file is shorter than it was when it was listed; open it again.")
        }
        (429, _) => (ErrorKind::RateLimited, "The Hub limits the number of requests; wait some minutes."),
        (408 | 500..=599, _) => (ErrorKind::Server, "The server failed to answer; try again later."),
        _ => (ErrorKind::Invalid, "The server refused the request."),
    }
}

/// The message in an error body: `{error}`, `{errors: [{message}]}`, or a short plain text.
fn said(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Said {
        error: Option<String>,
        #[serde(default)]
        errors: Vec<Message>,
    }
    #[derive(Deserialize)]
    struct Message {
        message: String,
    }
    let text = match serde_json::from_slice::<Said>(body) {
        Ok(said) => said.error.or_else(|| said.errors.into_iter().next().map(|first| first.message))?,
        Err(_) => String::from_utf8(body.get(..body.len().min(MAX_MESSAGE))?.to_vec()).ok()?,
    };
    let text = text.trim();
    // Markup is a proxy's page, which says nothing to the user of a table.
    (!text.is_empty() && !text.starts_with('<')).then(|| text.chars().take(MAX_MESSAGE).collect())
}
