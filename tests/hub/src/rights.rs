//! Who may do what. An OAuth token is bound by its scopes besides its user's rights (hub-docs, "Sign in with
//! Hugging Face"); `contribute-repos` reaches only what the same app created.

use axum::http::StatusCode;

use crate::account::{Caller, Role, SignedIn};
use crate::errors::HubError;
use crate::repo::{Gated, Repo};

/// The signed-in user, or 401.
pub(crate) fn signed_in(caller: &Caller) -> Result<&SignedIn, HubError> {
    match caller {
        Caller::Anonymous => Err(HubError::unauthorized()),
        Caller::User(user) => Ok(user),
    }
}

/// Whether the caller may know that the repo exists.
pub(crate) fn can_see(caller: &Caller, repo: &Repo) -> bool {
    let Caller::User(user) = caller else { return !repo.private };
    let scopes = ["read-repos", "write-repos", "manage-repos"];
    !repo.private
        || (caller.owns(&repo.id.namespace) && (has_any(user, &scopes) || created_by_app(user, repo)))
}

/// Whether the caller may read the files of a repo that it can see.
pub(crate) fn can_read(caller: &Caller, repo: &Repo) -> bool {
    if repo.gated == Gated::No {
        return true;
    }
    let Caller::User(user) = caller else { return false };
    let let_in = caller.owns(&repo.id.namespace) || repo.accepted.contains(&user.name);
    let_in && (has_any(user, &["gated-repos", "write-repos", "manage-repos"]) || created_by_app(user, repo))
}

/// Whether the caller may make a repo in this namespace.
pub(crate) fn may_create(caller: &Caller, namespace: &str) -> Result<(), HubError> {
    let user = writer(caller)?;
    if caller.owns(namespace) && has_any(user, &["contribute-repos", "manage-repos"]) {
        return Ok(());
    }
    let message =
        format!("You don't have the rights to create a dataset under the namespace \"{namespace}\"");
    Err(HubError::new(StatusCode::FORBIDDEN, message))
}

/// Whether the caller may commit to the repo and change its refs.
pub(crate) fn may_write(caller: &Caller, repo: &Repo) -> Result<(), HubError> {
    let user = writer(caller)?;
    let scoped = has_any(user, &["write-repos", "manage-repos"]) || created_by_app(user, repo);
    if caller.owns(&repo.id.namespace) && scoped { Ok(()) } else { Err(forbidden()) }
}

/// Whether the caller may open a pull request or a discussion: whoever sees the repo, with a token that writes.
pub(crate) fn may_contribute(caller: &Caller, repo: &Repo) -> Result<(), HubError> {
    let user = writer(caller)?;
    let scoped = has_any(user, &["write-discussions", "write-repos", "manage-repos"]);
    if scoped || created_by_app(user, repo) { Ok(()) } else { Err(forbidden()) }
}

/// Whether the caller may delete the repo.
pub(crate) fn may_delete(caller: &Caller, repo: &Repo) -> Result<(), HubError> {
    let user = writer(caller)?;
    if caller.owns(&repo.id.namespace) && has_any(user, &["manage-repos"]) {
        Ok(())
    } else {
        Err(forbidden())
    }
}

fn writer(caller: &Caller) -> Result<&SignedIn, HubError> {
    let user = signed_in(caller)?;
    match user.role {
        Role::Write => Ok(user),
        Role::Read => Err(forbidden()),
    }
}

/// A user's own token has every scope.
fn has_any(user: &SignedIn, scopes: &[&str]) -> bool {
    user.grant.as_ref().is_none_or(|grant| scopes.iter().any(|scope| grant.has(scope)))
}

fn created_by_app(user: &SignedIn, repo: &Repo) -> bool {
    user.grant.as_ref().is_some_and(|grant| {
        grant.has("contribute-repos") && repo.created_by_app.as_ref() == Some(&grant.client_id)
    })
}

fn forbidden() -> HubError {
    let message = "Forbidden: you don't have the rights to do this with this token.";
    HubError::new(StatusCode::FORBIDDEN, message)
}
