//! `GET /api/datasets/{id}/refs`.

use axum::Json;
use serde_json::{Value, json};

use super::target::Target;
use crate::params::Params;
use crate::repo::Repo;

pub(super) async fn refs(target: Target, query: Params) -> Json<Value> {
    let repo = &target.repo;
    let mut answer = json!({
        "branches": named(repo, "refs/heads/"),
        "converts": named(repo, "refs/convert/"),
        "tags": named(repo, "refs/tags/"),
    });
    if query.flag("include_prs")
        && let Value::Object(fields) = &mut answer
    {
        fields.insert("pullRequests".into(), named(repo, "refs/pr/"));
    }
    Json(answer)
}

fn named(repo: &Repo, prefix: &str) -> Value {
    let matching = repo.refs.iter().filter_map(|(full, oid)| {
        let name = full.strip_prefix(prefix)?;
        Some(json!({ "name": name, "ref": full, "targetCommit": oid }))
    });
    matching.collect()
}
