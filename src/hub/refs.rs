//! The branches and tags of a repo: `GET /api/{type}s/{id}/refs`.

use serde::{Deserialize, Serialize};

use super::Hub;
use crate::{error::Result, http::Transport, path::RepoId};

/// The names that a repo's commits have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refs {
    /// The branches, `main` among them.
    pub branches: Vec<GitRef>,
    /// The tags.
    pub tags: Vec<GitRef>,
    /// What the Hub made of the repo: `refs/convert/parquet`.
    #[serde(default)]
    pub converts: Vec<GitRef>,
}

/// A branch or a tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct GitRef {
    /// As it is called, and as it can be given as a revision when it is a branch or a tag: `main`.
    pub name: String,
    /// In full, which can be given as a revision too: `refs/convert/parquet`.
    #[serde(rename(deserialize = "ref"))]
    pub full_name: String,
    /// The commit, 40 hexadecimal digits.
    #[serde(rename(deserialize = "targetCommit"))]
    pub sha: String,
}

impl<T: Transport> Hub<T> {
    /// Lists the branches and tags of a repo. One request.
    ///
    /// # Errors
    /// Kind `not_found`, `unauthorized`, `gated`.
    pub async fn refs(&self, repo: &RepoId) -> Result<Refs> {
        let url = format!("{}/api/{}/{repo}/refs", self.endpoint, repo.repo_type().plural());
        let answer = self.get_json("list branches and tags", &url).await;
        Ok(answer.map_err(|error| error.with("repo", repo))?.0)
    }
}
