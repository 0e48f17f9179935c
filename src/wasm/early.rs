//! Answers to requests that the page sent before there was a session to send them (pkg/src/early.ts).
//!
//! The page guesses what opening a path asks first. What it has guessed is not asked again; what it has not, is.

use std::{cell::RefCell, fmt};

use serde::Deserialize;

use super::fetch::FetchBody;
use crate::http::{Method, Request, Response};

/// An answer, whole.
#[derive(Deserialize)]
pub(super) struct EarlyAnswer {
    /// The URL that was asked.
    request: String,
    /// The `Range` header that it was asked with.
    range: Option<String>,
    /// The URL that answered, after redirects; it may be a signed one.
    url: String,
    status: u16,
    headers: Vec<(String, String)>,
    #[serde(with = "serde_bytes")]
    body: Vec<u8>,
}

/// Answers that nobody has asked for yet.
#[derive(Default)]
pub(super) struct EarlyAnswers(RefCell<Vec<EarlyAnswer>>);

impl EarlyAnswers {
    /// Has answers ready while a call runs: they are good for the one that they were sent along with.
    pub(super) async fn during<T>(&self, answers: Vec<EarlyAnswer>, call: impl Future<Output = T>) -> T {
        self.0.replace(answers);
        let result = call.await;
        self.0.take();
        result
    }

    /// The answer to a request, once.
    pub(super) fn take(&self, request: &Request) -> Option<Response<FetchBody>> {
        let mut answers = self.0.borrow_mut();
        let is_answer = |answer: &EarlyAnswer| {
            answer.request == request.url && answer.range.as_deref() == request.header("range")
        };
        let position =
            answers.iter().position(|answer| request.method == Method::Get && is_answer(answer))?;
        let EarlyAnswer { url, status, headers, body, .. } = answers.swap_remove(position);
        Some(Response {
            status,
            url,
            headers: headers.into_iter().collect(),
            body: FetchBody::Read(body.into()),
        })
    }
}

/// Signed URLs must not show.
impl fmt::Debug for EarlyAnswers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EarlyAnswers({})", self.0.borrow().len())
    }
}
