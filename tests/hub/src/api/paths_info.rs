//! `POST /api/datasets/{id}/paths-info/{rev}`: Python sends a form, JavaScript sends JSON.

use axum::Json;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde_json::Value;

use super::target::Target;
use super::tree::{describe, find};
use crate::errors::HubError;
use crate::params::Params;

/// More paths than this are refused with 413.
const MOST_PATHS: usize = 1000;

#[derive(Debug, Deserialize)]
struct Question {
    paths: Vec<String>,
    #[serde(default)]
    expand: bool,
}

pub(super) async fn paths_info(
    target: Target,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Vec<Value>>, HubError> {
    let place = target.place()?;
    let question = read(&headers, &body)?;
    if question.paths.len() > MOST_PATHS {
        let message = format!("Too many paths: at most {MOST_PATHS} can be asked for");
        return Err(HubError::new(StatusCode::PAYLOAD_TOO_LARGE, message));
    }
    let mut found = Vec::new();
    for path in &question.paths {
        if let Some(node) = find(&place.commit.files, path.trim_matches('/')) {
            found.push(describe(&node, &target.repo, &place, question.expand).await?);
        }
    }
    Ok(Json(found))
}

fn read(headers: &HeaderMap, body: &[u8]) -> Result<Question, HubError> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("application/json") {
        return serde_json::from_slice(body).map_err(|error| HubError::bad_request(error.to_string()));
    }
    let form = Params::parse(body);
    Ok(Question { paths: form.all("paths").map(str::to_owned).collect(), expand: form.flag("expand") })
}
