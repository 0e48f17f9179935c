//! The Hub's own origin: one file per group of endpoints, named as in the Hub's API.

mod commits;
mod info;
mod parquet;
mod paths_info;
mod refs;
mod resolve;
mod target;
mod tree;
mod whoami;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::routing::{get, post};

use crate::errors::HubError;
use crate::state::State;

/// Routes as in HTTP's own words; `{*rest}` is taken apart by [`target`], from the raw path.
pub(crate) fn router(state: Arc<State>) -> Router {
    let repo = |rest: &str| format!("/api/datasets/{{namespace}}/{{name}}{rest}");
    let file = |rest: &str| format!("/datasets/{{namespace}}/{{name}}{rest}");
    Router::new()
        .route("/api/whoami-v2", get(whoami::whoami))
        .route(&repo(""), get(info::head))
        .route(&repo("/revision/{*rest}"), get(info::revision))
        .route(&repo("/tree/{*rest}"), get(tree::tree))
        .route(&repo("/paths-info/{*rest}"), post(paths_info::paths_info))
        .route(&repo("/refs"), get(refs::refs))
        .route(&repo("/commits/{*rest}"), get(commits::commits))
        .route(&repo("/auth-check"), get(info::auth_check))
        .route(&repo("/parquet"), get(parquet::parquet))
        .route(&repo("/parquet/{*rest}"), get(parquet::parquet))
        .route("/api/resolve-cache/datasets/{namespace}/{name}/{*rest}", get(resolve::cached))
        .route(&file("/resolve/{*rest}"), get(resolve::resolve))
        .route(&file("/raw/{*rest}"), get(resolve::raw))
        .fallback(unknown)
        .with_state(state)
}

/// Models and Spaces exist as types, and none of them here; any other route is unknown.
async fn unknown(request: Request) -> HubError {
    let path = request.uri().path();
    let other_repo = ["/api/models/", "/api/spaces/"].iter().any(|prefix| path.starts_with(prefix));
    if other_repo || path.contains("/resolve/") || path.starts_with("/api/datasets/") {
        return HubError::repo_not_found();
    }
    HubError::new(StatusCode::NOT_FOUND, "Sorry, we can't find the page you are looking for.")
}
