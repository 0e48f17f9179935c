//! The Hub's own origin: one file per group of endpoints, named as in the Hub's API.

mod branches;
mod commit;
mod commits;
mod discussions;
mod info;
mod lfs;
mod oauth;
mod parquet;
mod paths_info;
mod preupload;
mod refs;
mod repos;
mod resolve;
mod target;
mod tree;
mod whoami;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::StatusCode;
use axum::routing::{delete, get, post};

use crate::errors::HubError;
use crate::state::State;

/// The Hub takes commits with inline files of up to 1 GB.
const LARGEST_BODY: usize = 1 << 30;

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
        .merge(writing(repo, file))
        .merge(signing_in())
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .fallback(unknown)
        .with_state(state)
}

fn writing(repo: impl Fn(&str) -> String, file: impl Fn(&str) -> String) -> Router<Arc<State>> {
    Router::new()
        .route("/api/repos/create", post(repos::create))
        .route("/api/repos/delete", delete(repos::delete))
        .route("/api/validate-yaml", post(repos::validate_yaml))
        .route("/api/complete_multipart", post(lfs::complete))
        .route(&file("/info/lfs/objects/batch"), post(lfs::batch))
        .route(&file("/info/lfs/objects/verify"), post(lfs::verify))
        .route(&repo("/preupload/{*rest}"), post(preupload::preupload))
        .route(&repo("/commit/{*rest}"), post(commit::commit))
        .route(&repo("/branch/{*rest}"), post(branches::create_branch).delete(branches::delete_branch))
        .route(&repo("/tag/{*rest}"), post(branches::create_tag).delete(branches::delete_tag))
        .route(&repo("/discussions"), get(discussions::list).post(discussions::create))
        .route(&repo("/discussions/{number}"), get(discussions::details))
        .route(&repo("/discussions/{number}/comment"), post(discussions::comment))
        .route(&repo("/discussions/{number}/status"), post(discussions::change_status))
        .route(&repo("/discussions/{number}/merge"), post(discussions::merge))
}

fn signing_in() -> Router<Arc<State>> {
    Router::new()
        .route("/.well-known/openid-configuration", get(oauth::configuration))
        .route("/oauth/authorize", get(oauth::authorize))
        .route("/oauth/token", post(oauth::token))
        .route("/oauth/userinfo", get(oauth::userinfo))
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
