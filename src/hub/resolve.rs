//! Where the bytes of a file are: `/{type}s/{id}/resolve/{revision}/{path}`.
//!
//! A small file is answered there, after a 307 on the same origin; a large one by a 302 to a signed URL on
//! another origin, which lives about an hour.

use super::{Hub, segment, segments};
use crate::{
    http::Transport,
    path::{RepoId, RepoType},
};

impl<T: Transport> Hub<T> {
    /// The address of a file at a revision. Pin a commit sha, and what is read there can never change.
    pub fn resolve_url(&self, repo: &RepoId, revision: &str, path: &str) -> String {
        // Models are the one type without a prefix in file routes.
        let prefix = match repo.repo_type() {
            RepoType::Model => String::new(),
            other => format!("{}/", other.plural()),
        };
        format!("{}/{prefix}{repo}/resolve/{}/{}", self.endpoint, segment(revision), segments(path))
    }
}
