//! What a URL is about: the caller, the repo, and, from the raw path, the revision and the path in it.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use crate::account::Caller;
use crate::errors::HubError;
use crate::repo::{Commit, Repo};
use crate::repo_id::{RepoId, decode, split_revision};
use crate::rights::can_read;
use crate::state::State;

impl<S> FromRequestParts<S> for Caller
where
    Arc<State>: FromRef<S>,
    S: Sync,
{
    type Rejection = HubError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, HubError> {
        let state = Arc::<State>::from_ref(state);
        let Some(header) = parts.headers.get(header::AUTHORIZATION) else { return Ok(Self::Anonymous) };
        let token = header.to_str().ok().and_then(|text| text.strip_prefix("Bearer "));
        token.and_then(|token| state.caller(token)).ok_or_else(HubError::unauthorized)
    }
}

/// A repo that the caller may see, and what the URL says after its verb.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) state: Arc<State>,
    pub(crate) caller: Caller,
    pub(crate) repo: Arc<Repo>,
    /// `main/data/x.parquet` of `/tree/main/data/x.parquet`, as it was sent.
    rest: String,
}

impl<S> FromRequestParts<S> for Target
where
    Arc<State>: FromRef<S>,
    S: Sync,
{
    type Rejection = HubError;

    async fn from_request_parts(parts: &mut Parts, shared: &S) -> Result<Self, HubError> {
        let caller = Caller::from_request_parts(parts, shared).await?;
        let state = Arc::<State>::from_ref(shared);
        let path = parts.uri.path();
        let (id, rest) = split_path(path).ok_or_else(HubError::repo_not_found)?;
        let repo = state.repo(&id, &caller)?;
        let rest = rest.trim_end_matches('/').to_owned();
        Ok(Self { state, caller, repo, rest })
    }
}

/// A commit and a path in it, which may not exist; the path of the root is empty.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) commit: Arc<Commit>,
    /// As the caller called it.
    pub(crate) revision: String,
    pub(crate) path: String,
}

impl Target {
    /// Reads the rest of the URL as revision and path.
    pub(crate) fn place(&self) -> Result<Place, HubError> {
        let (revision, path) = split_revision(&self.rest);
        let commit = self.repo.resolve(&revision).cloned();
        let commit = commit.ok_or_else(|| HubError::revision_not_found(&revision))?;
        Ok(Place { commit, revision, path })
    }

    /// The commit that the whole rest of the URL names.
    pub(crate) fn place_of_revision(&self) -> Result<Arc<Commit>, HubError> {
        let revision = self.revision();
        self.repo.resolve(&revision).cloned().ok_or_else(|| HubError::revision_not_found(&revision))
    }

    /// The rest of the URL, decoded, as one revision: commits, branches and tags have no path.
    pub(crate) fn revision(&self) -> String {
        decode(&self.rest)
    }

    /// The rest of the URL when it is no revision and path.
    pub(crate) fn rest(&self) -> &str {
        &self.rest
    }

    /// Refuses the files of a gated repo to those who have not been let in.
    pub(crate) fn may_read(&self, commit: &Commit) -> Result<(), HubError> {
        if can_read(&self.caller, &self.repo) {
            return Ok(());
        }
        Err(HubError::gated(&self.repo.id.to_string(), self.caller.name().is_some(), &commit.oid))
    }

    /// See [`base`].
    pub(crate) fn base(&self, headers: &HeaderMap) -> String {
        base(&self.state, headers)
    }
}

/// The origin that the client used, for absolute links in answers.
pub(crate) fn base(state: &State, headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    host.map_or_else(|| state.origins.hub.clone(), |host| format!("http://{host}"))
}

/// `/api/datasets/ns/name/verb/rest`, `/datasets/ns/name/verb/rest`, and the cache's, which has no verb.
fn split_path(path: &str) -> Option<(RepoId, &str)> {
    let (path, has_verb) = if let Some(path) = path.strip_prefix("/api/resolve-cache/datasets/") {
        (path, false)
    } else {
        (path.strip_prefix("/api").unwrap_or(path).strip_prefix("/datasets/")?, true)
    };
    let mut parts = path.splitn(3, '/');
    // Git's own routes have `.git` after the name.
    let (namespace, name) = (parts.next()?, parts.next()?);
    let id = RepoId::parse(&format!("{namespace}/{}", name.strip_suffix(".git").unwrap_or(name))).ok()?;
    let rest = parts.next().unwrap_or_default();
    Some((id, if has_verb { rest.split_once('/').map_or("", |(_, rest)| rest) } else { rest }))
}
