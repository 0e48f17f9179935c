//! The one request that changes a repo, on the head that the plan was made for.

use bytes::Bytes;
use futures_util::future::{join, try_join_all};
use serde::{Deserialize, Serialize};

use super::{Content, Place, Progress, Stage, StoredFile, Uploader};
use crate::{
    error::{Error, ErrorKind, Result},
    http::Transport,
    hub::{Commit, Entry, EntryKind, Operation},
    splits::SIDE_FILES,
};

const COMMIT: &str = "commit";

/// How often a plan is made before a branch that never stands still is given up.
const MAX_PLANS: usize = 8;

/// What a branch holds: all that decides a plan.
#[derive(Debug, Clone, Default)]
pub struct Head {
    /// The commit.
    pub sha: String,
    /// Every file.
    pub files: Vec<Entry>,
    /// The bytes of `README.md`.
    pub readme: Option<Bytes>,
    /// The bytes of those of [`SIDE_FILES`] that there are.
    pub side_files: Vec<(&'static str, Bytes)>,
}

/// What a commit is to do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The files to put there.
    pub add: Vec<StoredFile>,
    /// The paths to remove.
    pub delete: Vec<String>,
    /// The new text of `README.md`, where it changes.
    pub readme: Option<String>,
}

/// What a commit says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Message {
    /// Its first line.
    pub summary: String,
    /// The rest.
    #[serde(default)]
    pub description: String,
}

/// What an upload came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// The commit that holds the files. The head itself when it held them all before.
    pub sha: String,
    /// The address of its page.
    pub commit_url: String,
    /// The address of the pull request, if one was opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pr_url: Option<String>,
    /// The paths of the files that were written.
    pub files: Vec<String>,
    /// The paths of the files that were removed.
    pub deleted: Vec<String>,
}

impl<T: Transport, X> Uploader<T, X> {
    /// Reads the head of the branch. Three requests side by side (more for a repo of over 1,000 files), and one for each
    /// of [`SIDE_FILES`] that is there.
    ///
    /// # Errors
    /// Kind `not_found` when the repo or branch is not there, `unauthorized`, `gated`.
    pub async fn head(&self, place: &Place) -> Result<Head> {
        let sha = self.hub.revision(&place.repo, &place.revision).await?.sha;
        let (files, readme) = join(
            self.hub.tree(&place.repo, &sha, "", true),
            self.hub.whole_file(&place.repo, &sha, "README.md"),
        )
        .await;
        let (files, readme) = (files?, readme?.map(|file| file.bytes));
        let listed = SIDE_FILES.into_iter().filter(|side| files.iter().any(|entry| entry.path == *side));
        let side = listed.map(async |path| {
            let file = self.hub.whole_file(&place.repo, &sha, path).await?;
            Ok::<_, Error>(file.map(|file| (path, file.bytes)))
        });
        let side_files = try_join_all(side).await?.into_iter().flatten().collect();
        let files = files.into_iter().filter(|entry| entry.kind == EntryKind::File).collect();
        Ok(Head { sha, files, readme, side_files })
    }

    /// Makes one commit of what `plan` says of the head. The plan is made again when somebody else commits in between.
    ///
    /// # Errors
    /// Those of `plan`, and those of the requests. The repo is as it was then, but for the rare case that every answer to a
    /// commit and to the look at the head after it is lost, which the fact `hint` says.
    pub async fn commit(
        &self,
        place: &Place,
        message: &Message,
        plan: impl Fn(&Head) -> Result<Plan>,
        progress: &dyn Fn(Progress<'_>),
    ) -> Result<Outcome> {
        let mut head = self.head(place).await?;
        for _ in 0..MAX_PLANS {
            let planned = plan(&head)?;
            let commit = planned.commit(message, &head);
            let outcome = |sha: String, commit_url, pr_url| Outcome {
                sha,
                commit_url,
                pr_url,
                files: planned.add.iter().map(|file| file.path.clone()).collect(),
                deleted: planned.delete.clone(),
            };
            if commit.operations.is_empty() {
                return Ok(outcome(head.sha.clone(), self.commit_url(place, &head.sha), None));
            }
            if let Some(readme) = &planned.readme {
                self.hub.validate_card(readme).await?;
            }
            progress(Progress { path: "", stage: Stage::Committing, bytes: 0, size: 0 });
            let made = self.hub.commit(&place.repo, &place.revision, &commit, place.create_pr).await;
            let error = match made {
                Ok(made) => return Ok(outcome(made.commit_oid, made.commit_url, made.pull_request_url)),
                Err(error) => error,
            };
            let is_stale = error.get("status") == Some("412");
            let is_uncertain = matches!(error.kind(), ErrorKind::Network | ErrorKind::Server);
            if !is_stale && (place.create_pr || !is_uncertain) {
                return Err(with_stored(error, &planned));
            }
            let now = match self.head(place).await {
                Ok(now) => now,
                Err(_) if is_uncertain => return Err(unknown_end(error)),
                Err(error) => return Err(with_stored(error, &planned)),
            };
            if now.sha == head.sha {
                return Err(with_stored(error, &planned));
            }
            // A commit whose answer was lost looks like somebody else's.
            if !place.create_pr && planned.is_done_at(&now) {
                let url = self.commit_url(place, &now.sha);
                return Ok(outcome(now.sha, url, None));
            }
            head = now;
        }
        let message = "Others commit to this branch faster than a plan can be made; try again later.";
        Err(Error::new(ErrorKind::Conflict, COMMIT, message).with("repo", &place.repo))
    }

    fn commit_url(&self, place: &Place, sha: &str) -> String {
        let kind = place.repo.repo_type().plural();
        format!("{}/{kind}/{}/commit/{sha}", self.hub.endpoint(), place.repo)
    }
}

impl Plan {
    /// Files put there as they are, and others removed.
    ///
    /// # Errors
    /// Kind `not_found` for a path to remove that is not there, `invalid` for one that is to be removed and put there.
    pub fn of_files(add: &[StoredFile], delete: &[String], head: &Head) -> Result<Self> {
        for path in delete {
            let error = |kind, message| Err(Error::new(kind, COMMIT, message).with("file", path));
            if add.iter().any(|file| file.path == *path) {
                return error(ErrorKind::Invalid, "The file is to be both added and deleted; name it once.");
            }
            if !head.files.iter().any(|entry| entry.path == *path) {
                return error(ErrorKind::NotFound, "The repo has no such file to delete.");
            }
        }
        Ok(Self { add: add.to_vec(), delete: delete.to_vec(), readme: None })
    }

    /// The commit, without what would change nothing.
    fn commit(&self, message: &Message, head: &Head) -> Commit {
        let readme = self.readme.as_ref().map(|text| Operation::File {
            path: "README.md".to_owned(),
            content: Bytes::copy_from_slice(text.as_bytes()),
        });
        let added = self.add.iter().filter(|file| !head.has(file)).map(|file| match &file.content {
            Content::Inline(bytes) => Operation::File { path: file.path.clone(), content: bytes.clone() },
            Content::Oid(oid) => {
                Operation::LfsFile { path: file.path.clone(), oid: oid.clone(), size: file.size }
            }
        });
        let deleted = self.delete.iter().map(|path| Operation::DeletedFile { path: path.clone() });
        Commit {
            summary: message.summary.clone(),
            description: message.description.clone(),
            parent: head.sha.clone(),
            operations: added.chain(readme).chain(deleted).collect(),
        }
    }

    /// Whether the branch is as this plan would make it, as far as it says anything.
    fn is_done_at(&self, head: &Head) -> bool {
        let has_path = |path: &str| head.files.iter().any(|entry| entry.path == path);
        let is_there = |file: &StoredFile| match &file.content {
            Content::Oid(_) => head.has(file),
            // The listing names texts by a hash of git's own.
            Content::Inline(_) => {
                head.files.iter().any(|entry| entry.path == file.path && entry.size == file.size)
            }
        };
        self.add.iter().all(is_there)
            && !self.delete.iter().any(|path| has_path(path))
            && self.readme.as_ref().is_none_or(|text| head.readme.as_deref() == Some(text.as_bytes()))
    }
}

impl Head {
    /// Whether the branch has this object at this path.
    fn has(&self, file: &StoredFile) -> bool {
        let Content::Oid(oid) = &file.content else { return false };
        self.files.iter().any(|entry| entry.path == file.path && entry.oid == *oid)
    }
}

fn with_stored(error: Error, plan: &Plan) -> Error {
    let num_files = plan.add.len();
    error.with(
        "stored",
        format!("{num_files} of {num_files} files, and not committed; trying again sends none of them"),
    )
}

fn unknown_end(error: Error) -> Error {
    error.with("hint", "no answer says whether the commit was made; look at the repo before trying again")
}
