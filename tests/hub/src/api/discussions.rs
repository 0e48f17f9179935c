//! `/api/datasets/{id}/discussions`: discussions and pull requests (huggingface_hub `community.py`).

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::commit::body_json;
use super::info::timestamp;
use super::target::Target;
use crate::discussion::{Discussion, Event, PullRequest, Status, What};
use crate::errors::HubError;
use crate::params::Params;
use crate::repo::{Commit, MAIN, Repo};
use crate::rights::{may_contribute, may_write, signed_in};

const PAGE_LEN: usize = 50;

type Numbered = Path<(String, String, usize)>;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewDiscussion {
    title: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    pull_request: bool,
}

pub(super) async fn create(target: Target, headers: HeaderMap, body: Bytes) -> Result<Json<Value>, HubError> {
    may_contribute(&target.caller, &target.repo)?;
    let new: NewDiscussion = body_json(&body)?;
    let author = signed_in(&target.caller)?.name.clone();
    let number = target.state.change(&target.repo.id, |repo| {
        let status = if new.pull_request { Status::Draft } else { Status::Open };
        let mut discussion = Discussion::new(new.title, new.description, author, status);
        if !new.pull_request {
            return Ok(repo.open(discussion));
        }
        let base = repo.head(MAIN).ok_or_else(|| HubError::revision_not_found("main"))?.oid.clone();
        discussion.pull_request = Some(PullRequest { base: base.clone(), merge_commit: None });
        let number = repo.open(discussion);
        repo.refs.insert(format!("refs/pr/{number}"), base);
        Ok(number)
    })?;
    let url = format!("{}/datasets/{}/discussions/{number}", target.base(&headers), target.repo.id);
    Ok(Json(json!({ "num": number, "url": url, "pullRequest": new.pull_request })))
}

pub(super) async fn list(target: Target, query: Params) -> Json<Value> {
    let wanted = |(_, discussion): &(usize, &Discussion)| {
        let kind = match query.get("type") {
            Some("pull_request") => discussion.pull_request.is_some(),
            Some("discussion") => discussion.pull_request.is_none(),
            _ => true,
        };
        let closed = matches!(discussion.status, Status::Closed | Status::Merged);
        let status = match query.get("status") {
            Some("open") => !closed,
            Some("closed") => closed,
            _ => true,
        };
        kind && status && query.get("author").is_none_or(|author| author == discussion.author)
    };
    let found: Vec<_> = (1..).zip(&target.repo.discussions).filter(wanted).collect();
    let start = query.number("p").unwrap_or(0).saturating_mul(PAGE_LEN);
    let newest_first = found.iter().rev().skip(start).take(PAGE_LEN);
    let page: Vec<Value> =
        newest_first.map(|(number, discussion)| summary(&target.repo, *number, discussion)).collect();
    Json(json!({ "discussions": page, "count": found.len(), "start": start, "numClosedDiscussions": 0 }))
}

pub(super) async fn details(target: Target, Path((_, _, number)): Numbered) -> Result<Json<Value>, HubError> {
    let repo = &target.repo;
    let discussion = repo.discussion(number).ok_or_else(|| not_found(number))?;
    let mut answer = summary(repo, number, discussion);
    let mut events: Vec<Value> =
        (1..).zip(&discussion.events).map(|(place, event)| describe(number, place, event)).collect();
    if let Value::Object(fields) = &mut answer {
        if let Some(pull_request) = &discussion.pull_request {
            events.extend(commits(repo, number, pull_request));
            events.sort_by_key(|event| event.get("createdAt").map(Value::to_string));
            let mut changes = json!({ "base": MAIN });
            if let (Some(oid), Value::Object(changes)) = (&pull_request.merge_commit, &mut changes) {
                changes.insert("mergeCommitId".into(), oid.clone().into());
            }
            fields.insert("changes".into(), changes);
            let conflicts: Vec<String> = repo.conflicts(number);
            fields.insert("filesWithConflicts".into(), conflicts.into());
            fields.insert("diff".into(), "".into());
        }
        fields.insert("events".into(), events.into());
    }
    Ok(Json(answer))
}

#[derive(Debug, Deserialize)]
struct StatusRequest {
    status: Status,
    comment: Option<String>,
}

pub(super) async fn change_status(
    target: Target,
    Path((_, _, number)): Numbered,
    body: Bytes,
) -> Result<Json<Value>, HubError> {
    may_write(&target.caller, &target.repo)?;
    let request: StatusRequest = body_json(&body)?;
    if !matches!(request.status, Status::Open | Status::Closed) {
        return Err(HubError::bad_request("status must be open or closed"));
    }
    let event = add(&target, number, request.comment, What::StatusChange(request.status))?;
    Ok(Json(json!({ "newStatus": event })))
}

#[derive(Debug, Deserialize)]
struct CommentRequest {
    comment: String,
}

pub(super) async fn comment(
    target: Target,
    Path((_, _, number)): Numbered,
    body: Bytes,
) -> Result<Json<Value>, HubError> {
    may_contribute(&target.caller, &target.repo)?;
    let request: CommentRequest = body_json(&body)?;
    let event = add(&target, number, None, What::Comment(request.comment))?;
    Ok(Json(json!({ "newMessage": event })))
}

/// Brings the pull request's changes to `main`.
pub(super) async fn merge(target: Target, Path((_, _, number)): Numbered) -> Result<Json<Value>, HubError> {
    may_write(&target.caller, &target.repo)?;
    let author = signed_in(&target.caller)?.name.clone();
    target.state.change(&target.repo.id, |repo| {
        let discussion = repo.discussion(number).ok_or_else(|| not_found(number))?;
        if discussion.pull_request.is_none() || discussion.status != Status::Open {
            return Err(HubError::bad_request("Only an open pull request can be merged"));
        }
        let conflicts = repo.conflicts(number);
        if !conflicts.is_empty() {
            return Err(HubError::conflict(format!("Conflicts in {}", conflicts.join(", "))));
        }
        repo.merge(number, &author).ok_or_else(|| not_found(number))?;
        Ok(Json(json!({})))
    })
}

fn add(target: &Target, number: usize, comment: Option<String>, what: What) -> Result<Value, HubError> {
    let author = signed_in(&target.caller)?.name.clone();
    target.state.change(&target.repo.id, |repo| {
        let discussion = repo.discussion_mut(number).ok_or_else(|| not_found(number))?;
        if let Some(comment) = comment {
            discussion.add(&author, What::Comment(comment));
        }
        discussion.add(&author, what);
        let place = discussion.events.len();
        discussion.events.last().map(|event| describe(number, place, event)).ok_or_else(|| not_found(number))
    })
}

fn summary(repo: &Repo, number: usize, discussion: &Discussion) -> Value {
    json!({
        "num": number,
        "title": discussion.title,
        "author": { "name": discussion.author, "type": "user" },
        "createdAt": timestamp(discussion.created),
        "status": discussion.status,
        "isPullRequest": discussion.pull_request.is_some(),
        "repo": { "name": repo.id.to_string(), "type": "dataset" },
    })
}

fn describe(number: usize, place: usize, event: &Event) -> Value {
    let (kind, data) = match &event.what {
        What::Comment(text) => {
            ("comment", json!({ "edited": false, "hidden": false, "latest": { "raw": text } }))
        }
        What::StatusChange(status) => ("status-change", json!({ "status": status })),
    };
    json!({
        "id": format!("{number:012x}{place:012x}"),
        "type": kind,
        "createdAt": timestamp(event.created),
        "author": { "name": event.author },
        "data": data,
    })
}

/// The commits of a pull request as events of it.
fn commits(repo: &Repo, number: usize, pull_request: &PullRequest) -> Vec<Value> {
    let Some(head) = repo.head(&format!("refs/pr/{number}")) else { return Vec::new() };
    let own = repo.history(head).take_while(|commit| commit.oid != pull_request.base);
    let event = |commit: &Arc<Commit>| {
        json!({
            "id": commit.oid.get(..24),
            "type": "commit",
            "createdAt": timestamp(commit.date),
            "author": { "name": commit.author },
            "data": { "subject": commit.title, "oid": commit.oid },
        })
    };
    own.map(event).collect()
}

fn not_found(number: usize) -> HubError {
    HubError::new(StatusCode::NOT_FOUND, format!("There is no discussion {number}"))
}
