//! `Uploader`: what changes the Hub.

use std::{future::Future, rc::Rc};

use js_sys::Function;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use super::{
    blob::Blob,
    convert::{abortable, from_js, to_js, to_js_error},
    fetch::Fetch,
    session::Session,
};
use crate::{
    error::{ErrorKind, Result},
    hub::{Hub, NewRepo},
    path::RepoId,
    splits::RepoFile,
    upload::{self, DatasetChange, Head, LocalFile, Message, Place, Plan, Progress, StoredFile, WritePath},
};

/// Stores files and makes commits on one Hub.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Uploader(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    hub: Rc<Hub<Fetch>>,
    uploader: upload::Uploader<Fetch>,
}

/// Where a commit goes, and what it says.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CommitOptions {
    repo: String,
    revision: String,
    #[serde(default)]
    create_pr: bool,
    #[serde(default)]
    message: Message,
}

impl CommitOptions {
    fn place(&self) -> Result<Place> {
        let repo = RepoId::dataset(&self.repo)?;
        Ok(Place { repo, revision: self.revision.clone(), create_pr: self.create_pr })
    }
}

/// Files to add and paths to remove.
#[derive(Deserialize)]
struct FileChange {
    add: Vec<StoredFile>,
    delete: Vec<String>,
}

/// What the tables of a write consist of before it.
#[derive(Serialize)]
struct Existing {
    sha: String,
    /// For each table, its files.
    files: Vec<Vec<RepoFile>>,
}

/// What a commit would do.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Planned {
    sha: String,
    files: Vec<String>,
    deleted: Vec<String>,
    /// The text of `README.md` now, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    readme: Option<String>,
    /// The text that it gets, if it changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    new_readme: Option<String>,
}

impl Uploader {
    pub(super) fn new(hub: Rc<Hub<Fetch>>) -> Self {
        let uploader = upload::Uploader::new(Rc::clone(&hub));
        Self(Rc::new(Inner { hub, uploader }))
    }

    async fn run<T, F>(
        &self,
        signal: Option<AbortSignal>,
        call: impl FnOnce(Rc<Inner>) -> F,
    ) -> Result<JsValue, JsValue>
    where
        T: Serialize,
        F: Future<Output = Result<T>>,
    {
        to_js(&abortable(signal, call(Rc::clone(&self.0))).await?)
    }

    /// What `look` says of a change of tables on the head of its branch.
    async fn on_head<T: Serialize>(
        &self,
        place: JsValue,
        change: JsValue,
        signal: Option<AbortSignal>,
        look: impl FnOnce(&DatasetChange, &RepoId, Result<Head>) -> Result<T>,
    ) -> Result<JsValue, JsValue> {
        let options: CommitOptions = from_js(place)?;
        let change: DatasetChange = from_js(change)?;
        let on_head = async |inner: Rc<Inner>| {
            let place = options.place()?;
            look(&change, &place.repo, inner.uploader.head(&place).await)
        };
        self.run(signal, on_head).await
    }
}

#[wasm_bindgen]
impl Session {
    /// What writes to the same Hub.
    pub fn uploader(&self) -> Uploader {
        Uploader::new(self.0.shared_hub())
    }
}

#[wasm_bindgen]
impl Uploader {
    /// Makes a dataset repo.
    #[wasm_bindgen(js_name = createRepo, unchecked_return_type = "unknown")]
    pub async fn create_repo(
        &self,
        repo: String,
        options: JsValue,
        signal: Option<AbortSignal>,
    ) -> Result<JsValue, JsValue> {
        let new: NewRepo = from_js(options)?;
        let create = async |inner: Rc<Inner>| inner.hub.create_repo(&RepoId::dataset(&repo)?, &new).await;
        self.run(signal, create).await
    }

    /// Removes a dataset repo.
    #[wasm_bindgen(js_name = deleteRepo, unchecked_return_type = "undefined")]
    pub async fn delete_repo(&self, repo: String, signal: Option<AbortSignal>) -> Result<JsValue, JsValue> {
        let delete = async |inner: Rc<Inner>| inner.hub.delete_repo(&RepoId::dataset(&repo)?).await;
        self.run(signal, delete).await
    }

    /// Takes a path to write to apart: repo, revision, directory.
    #[wasm_bindgen(js_name = writePath, unchecked_return_type = "unknown")]
    pub fn write_path(&self, path: &str) -> Result<JsValue, JsValue> {
        let parsed = WritePath::parse(path, self.0.hub.endpoint());
        to_js(&parsed.map_err(|error| to_js_error(&error))?)
    }

    /// Stores the files of `paths` and `blobs`, and returns what a commit needs of them. `onProgress` is called often.
    #[wasm_bindgen(unchecked_return_type = "unknown")]
    pub async fn store(
        &self,
        place: JsValue,
        paths: Vec<String>,
        blobs: Vec<web_sys::Blob>,
        sha256: Vec<JsValue>,
        #[wasm_bindgen(js_name = onProgress)] on_progress: Function,
        signal: Option<AbortSignal>,
    ) -> Result<JsValue, JsValue> {
        let options: CommitOptions = from_js(place)?;
        let mut files = Vec::with_capacity(paths.len());
        for (path, (blob, sha256)) in paths.into_iter().zip(blobs.iter().zip(sha256)) {
            files.push(LocalFile { path, blob: Blob::new(blob)?, sha256: sha256.as_string() });
        }
        let store = async |inner: Rc<Inner>| {
            inner.uploader.store(&options.place()?, files, &|progress| tell(&on_progress, progress)).await
        };
        self.run(signal, store).await
    }

    /// What the tables consist of before a write, or why it would be refused.
    #[wasm_bindgen(unchecked_return_type = "unknown")]
    pub async fn existing(
        &self,
        place: JsValue,
        change: JsValue,
        signal: Option<AbortSignal>,
    ) -> Result<JsValue, JsValue> {
        let look = |change: &DatasetChange, repo: &RepoId, head: Result<Head>| {
            let head = head?;
            Ok(Existing { files: change.existing(repo, &head)?, sha: head.sha })
        };
        self.on_head(place, change, signal, look).await
    }

    /// What a commit of tables would do, were they stored. A repo that is not there yet counts as an empty one.
    #[wasm_bindgen(js_name = planTables, unchecked_return_type = "unknown")]
    pub async fn plan_tables(
        &self,
        place: JsValue,
        change: JsValue,
        signal: Option<AbortSignal>,
    ) -> Result<JsValue, JsValue> {
        let plan = |change: &DatasetChange, repo: &RepoId, head: Result<Head>| {
            let head = match head {
                Err(error) if error.kind() == ErrorKind::NotFound => Head::default(),
                head => head?,
            };
            let Plan { add, delete, readme } = change.plan(repo, &head)?;
            Ok(Planned {
                files: add.into_iter().map(|file| file.path).collect(),
                deleted: delete,
                readme: head.readme.map(|text| String::from_utf8_lossy(&text).into_owned()),
                new_readme: readme,
                sha: head.sha,
            })
        };
        self.on_head(place, change, signal, plan).await
    }

    /// Commits tables whose files are stored.
    #[wasm_bindgen(js_name = commitTables, unchecked_return_type = "unknown")]
    pub async fn commit_tables(
        &self,
        options: JsValue,
        change: JsValue,
        signal: Option<AbortSignal>,
    ) -> Result<JsValue, JsValue> {
        let options: CommitOptions = from_js(options)?;
        let change: DatasetChange = from_js(change)?;
        let commit = async |inner: Rc<Inner>| {
            let place = options.place()?;
            let plan = |head: &Head| change.plan(&place.repo, head);
            inner.uploader.commit(&place, &options.message, plan, &|_| {}).await
        };
        self.run(signal, commit).await
    }

    /// Commits files that are stored, as they are.
    #[wasm_bindgen(js_name = commitFiles, unchecked_return_type = "unknown")]
    pub async fn commit_files(
        &self,
        options: JsValue,
        change: JsValue,
        signal: Option<AbortSignal>,
    ) -> Result<JsValue, JsValue> {
        let options: CommitOptions = from_js(options)?;
        let FileChange { add, delete } = from_js(change)?;
        let commit = async |inner: Rc<Inner>| {
            let plan = |head: &Head| Plan::of_files(&add, &delete, head);
            inner.uploader.commit(&options.place()?, &options.message, plan, &|_| {}).await
        };
        self.run(signal, commit).await
    }
}

fn tell(listener: &Function, progress: Progress<'_>) {
    if let Ok(progress) = to_js(&progress) {
        // What the listener throws is the listener's concern, not the upload's.
        let _ = listener.call1(&JsValue::UNDEFINED, &progress);
    }
}
