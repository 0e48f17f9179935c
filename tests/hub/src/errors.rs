//! The Hub's error answers: status, `X-Error-Code`, and the text in both header and body.
//!
//! Sources: huggingface_hub `utils/_http.py` (which header picks which exception), @huggingface/hub `error.ts`.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

pub(crate) const X_ERROR_CODE: HeaderName = HeaderName::from_static("x-error-code");
pub(crate) const X_ERROR_MESSAGE: HeaderName = HeaderName::from_static("x-error-message");
pub(crate) const X_REPO_COMMIT: HeaderName = HeaderName::from_static("x-repo-commit");

/// An answer that is not a success.
#[derive(Debug)]
pub(crate) struct HubError {
    status: StatusCode,
    code: Option<&'static str>,
    message: String,
    commit: Option<String>,
    body: ErrorBody,
}

/// File routes answer in plain text, API routes in JSON.
#[derive(Debug)]
enum ErrorBody {
    Json(Box<Value>),
    Text,
}

impl HubError {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        let message = message.into();
        let body = ErrorBody::Json(Box::new(json!({ "error": message })));
        Self { status, code: None, message, commit: None, body }
    }

    fn coded(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { code: Some(code), ..Self::new(status, message) }
    }

    /// The repo is absent, or private to someone else. The real Hub answers 401 without a code to the
    /// anonymous; huggingface_hub understands that over https only, so loopback answers 404 to everyone.
    pub(crate) fn repo_not_found() -> Self {
        Self::coded(StatusCode::NOT_FOUND, "RepoNotFound", "Repository not found")
    }

    pub(crate) fn revision_not_found(revision: &str) -> Self {
        Self::coded(StatusCode::NOT_FOUND, "RevisionNotFound", format!("Invalid rev id: {revision}"))
    }

    /// A path that the commit does not have, in a listing.
    pub(crate) fn path_not_found(path: &str, revision: &str, commit: &str) -> Self {
        let message = format!("{path} does not exist on \"{revision}\"");
        let error = Self::coded(StatusCode::NOT_FOUND, "EntryNotFound", message);
        Self { commit: Some(commit.to_owned()), ..error }
    }

    /// A path that the commit does not have, in a file route. Python caches this per commit.
    pub(crate) fn entry_not_found(commit: &str) -> Self {
        let error = Self::coded(StatusCode::NOT_FOUND, "EntryNotFound", "Entry not found");
        Self { commit: Some(commit.to_owned()), body: ErrorBody::Text, ..error }
    }

    pub(crate) fn gated(id: &str, signed_in: bool, commit: &str) -> Self {
        let (status, message) = if signed_in {
            let text =
                format!("Access to dataset {id} is restricted and you are not in the authorized list.");
            (StatusCode::FORBIDDEN, text)
        } else {
            let text = format!(
                "Access to dataset {id} is restricted. You must have access to it and be authenticated to access it. Please log in."
            );
            (StatusCode::UNAUTHORIZED, text)
        };
        let error = Self::coded(status, "GatedRepo", message);
        Self { commit: Some(commit.to_owned()), body: ErrorBody::Text, ..error }
    }

    /// The name is taken. Python's `exist_ok` reads the URL.
    pub(crate) fn repo_exists(url: &str) -> Self {
        let message = "You already created this dataset repo";
        let body = ErrorBody::Json(Box::new(json!({ "error": message, "url": url })));
        Self { body, ..Self::new(StatusCode::CONFLICT, message) }
    }

    /// Something is wrong with the card's metadata.
    pub(crate) fn invalid_card(why: &str) -> Self {
        let body = ErrorBody::Json(Box::new(json!({ "errors": [{ "message": why }], "warnings": [] })));
        Self { body, ..Self::new(StatusCode::BAD_REQUEST, "Invalid metadata in README.md") }
    }

    /// An error of the token endpoint (RFC 6749 section 5.2).
    pub(crate) fn oauth(error: &str, description: &str) -> Self {
        let body = ErrorBody::Json(Box::new(json!({ "error": error, "error_description": description })));
        Self { body, ..Self::new(StatusCode::BAD_REQUEST, description) }
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Invalid username or password.")
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }
}

/// Reading a file of the data folder failed: it was removed or changed after the start.
impl From<std::io::Error> for HubError {
    fn from(error: std::io::Error) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            format!("the local Hub could not read its data: {error}"),
        )
    }
}

impl IntoResponse for HubError {
    fn into_response(self) -> Response {
        let mut response = match self.body {
            ErrorBody::Json(body) => axum::Json(body).into_response(),
            ErrorBody::Text => self.message.clone().into_response(),
        };
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        if let Some(code) = self.code {
            headers.insert(X_ERROR_CODE, HeaderValue::from_static(code));
        }
        if let Ok(message) = HeaderValue::try_from(self.message) {
            headers.insert(X_ERROR_MESSAGE, message);
        }
        if let Some(commit) = self.commit.and_then(|commit| HeaderValue::try_from(commit).ok()) {
            headers.insert(X_REPO_COMMIT, commit);
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let realm =
                HeaderValue::from_static("Bearer realm=\"Authentication required\", charset=\"UTF-8\"");
            headers.insert(header::WWW_AUTHENTICATE, realm);
        }
        response
    }
}
