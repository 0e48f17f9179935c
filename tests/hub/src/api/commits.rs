//! `GET /api/datasets/{id}/commits/{rev}`: newest first, in numbered pages.

use axum::Json;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::info::timestamp;
use super::target::Target;
use super::tree::add_next;
use crate::errors::HubError;
use crate::params::Params;
use crate::repo::Commit;

const X_TOTAL_COUNT: HeaderName = HeaderName::from_static("x-total-count");
const USUAL_PAGE: usize = 50;
const LARGEST_PAGE: usize = 1000;

pub(super) async fn commits(
    target: Target,
    query: Params,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, HubError> {
    let commit = target.place()?.commit;
    let len = query.number("limit").map_or(USUAL_PAGE, |limit| limit.clamp(1, LARGEST_PAGE));
    let page = query.number("p").unwrap_or(0);
    let formatted = query.all("expand").any(|field| field == "formatted");
    let start = page.saturating_mul(len);
    let history: Vec<&Commit> = target.repo.history(&commit).map(AsRef::as_ref).collect();
    let lines: Vec<Value> =
        history.iter().skip(start).take(len).map(|commit| describe(commit, formatted)).collect();
    let mut response = Json(lines).into_response();
    response.headers_mut().insert(X_TOTAL_COUNT, HeaderValue::from(history.len()));
    if start.saturating_add(len) < history.len() {
        let expand = if formatted { "&expand%5B%5D=formatted" } else { "" };
        let base = target.base(&headers);
        add_next(&mut response, &format!("{base}{}?limit={len}{expand}&p={}", uri.path(), page + 1));
    }
    Ok(response)
}

fn describe(commit: &Commit, formatted: bool) -> Value {
    let avatar = format!("/avatars/{}.svg", commit.author);
    let mut line = json!({
        "id": commit.oid,
        "title": commit.title,
        "message": commit.message,
        "date": timestamp(commit.date),
        "authors": [{ "user": commit.author, "avatar": avatar }],
    });
    if formatted && let Value::Object(fields) = &mut line {
        let html = |text: &str| format!("<p>{}</p>\n", text.replace('&', "&amp;").replace('<', "&lt;"));
        let both = json!({ "title": html(&commit.title), "message": html(&commit.message) });
        fields.insert("formatted".into(), both);
    }
    line
}
