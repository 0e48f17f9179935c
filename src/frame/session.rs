//! What outlives one table: the Hub's client, and what reading has taught about its files.

use std::rc::Rc;

use bytes::Bytes;

use super::{Frame, FrameSpec, Scan, ScanTask, footers::FooterCache};
use crate::{
    error::{Error, ErrorKind, Result},
    http::Transport,
    hub::Hub,
    path::{HfPath, RepoId, RepoType},
    source::{Locations, RecentBytes, RemoteFile, SharedCache},
};

/// Reads tables from one Hub with one identity. Not shared between threads: each worker has its own.
#[derive(Debug)]
pub struct Session<T> {
    pub(super) hub: Rc<Hub<T>>,
    pub(super) locations: Locations,
    pub(super) footers: FooterCache,
    recent: RecentBytes,
    cache: SharedCache,
}

impl<T: Transport> Session<T> {
    /// A session on `hub`. Sends nothing.
    pub fn new(hub: Hub<T>) -> Self {
        Self {
            hub: Rc::new(hub),
            locations: Locations::default(),
            footers: FooterCache::default(),
            recent: RecentBytes::default(),
            cache: None,
        }
    }

    /// The same session, with bytes of files that outlive it.
    pub fn with_cache(self, cache: SharedCache) -> Self {
        Self { cache, ..self }
    }

    /// The Hub's client.
    pub fn hub(&self) -> &Hub<T> {
        &self.hub
    }

    /// The Hub's client, to be shared with an uploader.
    pub fn shared_hub(&self) -> Rc<Hub<T>> {
        Rc::clone(&self.hub)
    }

    /// Opens `hf://` paths as one table, as [`Session::open`] does, to be worked with in Rust.
    ///
    /// # Errors
    /// Those of [`Session::open`].
    pub async fn read_parquet(self: &Rc<Self>, targets: &[String], revision: Option<&str>) -> Result<Frame<T>>
    where
        T: 'static,
    {
        let source = self.open(targets, revision).await?;
        Frame::new(Rc::clone(self), FrameSpec::from(source))
    }

    /// Reads a file of a repo whole, such as the image that a cell's `path: "hf://…"` names. One request.
    ///
    /// # Errors
    /// Kind `invalid` for a malformed path or that of a whole repo, `not_found`, and those of reading.
    pub async fn read_file(&self, path: &str) -> Result<Bytes> {
        let file = HfPath::parse_with_endpoint(path, self.hub.endpoint())?;
        let error = |kind, message| Error::new(kind, "read file", message).with("path", path);
        if file.path.is_empty() {
            return Err(error(ErrorKind::Invalid, "This is the path of a repo; name a file in it."));
        }
        let text = self.hub.whole_file(&file.repo, file.resolved_revision(), &file.path).await?;
        text.map(|text| text.bytes).ok_or_else(|| error(ErrorKind::NotFound, "The repo has no such file."))
    }

    /// Starts a task. Sends nothing before [`Scan::next_batch`].
    ///
    /// # Errors
    /// Kind `invalid` for a task that this crate did not make.
    pub fn scan(self: &Rc<Self>, task: ScanTask) -> Result<Scan<T>>
    where
        T: 'static,
    {
        Scan::new(Rc::clone(self), task)
    }

    /// The bytes of a file; a signed URL that another worker learnt is taken over.
    pub(super) fn remote_file(&self, repo: &RepoId, sha: &str, file: &super::DataFile) -> RemoteFile<T> {
        let remote =
            RemoteFile::new(Rc::clone(&self.hub), self.locations.clone(), repo, sha, &file.path, file.size)
                .with_recent(self.recent.clone())
                .with_cache(self.cache.clone());
        if let (Some(location), None) = (&file.location, self.locations.get(remote.url())) {
            self.locations.learn(remote.url(), location.clone());
        }
        remote
    }
}

/// The repo that a spec names.
pub(super) fn repo_id(repo_type: &str, repo: &str) -> Result<RepoId> {
    let types = [RepoType::Dataset, RepoType::Model, RepoType::Space, RepoType::Kernel, RepoType::Bucket];
    let repo_type = types.into_iter().find(|known| known.singular() == repo_type);
    let repo_type = repo_type.ok_or_else(|| {
        Error::new(ErrorKind::Invalid, "read table", "The frame names an unknown type of repo.")
            .with("repo", repo)
    })?;
    RepoId::new(repo_type, repo)
}
