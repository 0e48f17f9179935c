//! A dataset repo: refs that name commits, and commits that map paths to blobs. There is no git underneath;
//! ids look like git's and change whenever their content does.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

use crate::blob::{Blob, hex};
use crate::discussion::{Discussion, Status, What};
use crate::lfs::{DEFAULT_GITATTRIBUTES, LfsRules};
use crate::repo_id::RepoId;

pub(crate) const MAIN: &str = "refs/heads/main";

/// A repo as it is at one moment; writers replace it as a whole.
#[derive(Debug, Clone)]
pub(crate) struct Repo {
    pub(crate) id: RepoId,
    pub(crate) private: bool,
    pub(crate) gated: Gated,
    /// Users who accepted the conditions of a gated repo.
    pub(crate) accepted: BTreeSet<String>,
    pub(crate) created: SystemTime,
    /// The OAuth client that made it, if one did.
    pub(crate) created_by_app: Option<String>,
    /// Full names of refs, and the commits they are at.
    pub(crate) refs: BTreeMap<String, String>,
    /// Discussions and pull requests; the first has number 1.
    pub(crate) discussions: Vec<Discussion>,
    commits: HashMap<String, Arc<Commit>>,
}

/// Whether a repo's files want its owner's consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub enum Gated {
    /// Files are open to whoever sees the repo.
    #[default]
    No,
    /// Access is given at once to whoever asks.
    Auto,
    /// Access is given by the owner.
    Manual,
}

impl TryFrom<Value> for Gated {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        match value {
            Value::Bool(false) => Ok(Self::No),
            Value::String(mode) if mode == "auto" => Ok(Self::Auto),
            Value::String(mode) if mode == "manual" => Ok(Self::Manual),
            other => Err(format!("gated is false, \"auto\" or \"manual\", not {other}")),
        }
    }
}

impl From<Gated> for Value {
    fn from(gated: Gated) -> Self {
        match gated {
            Gated::No => json!(false),
            Gated::Auto => json!("auto"),
            Gated::Manual => json!("manual"),
        }
    }
}

/// The files of a commit by path.
pub(crate) type Files = BTreeMap<String, Entry>;

/// One file of a commit.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) blob: Arc<Blob>,
    pub(crate) lfs: bool,
}

impl Entry {
    /// Whether both are the same file, as far as that is known without reading.
    pub(crate) fn same(&self, other: &Self) -> bool {
        self.lfs == other.lfs
            && (Arc::ptr_eq(&self.blob, &other.blob) || self.blob.fingerprint() == other.blob.fingerprint())
    }
}

/// One commit.
#[derive(Debug)]
pub(crate) struct Commit {
    pub(crate) oid: String,
    pub(crate) parent: Option<String>,
    pub(crate) title: String,
    pub(crate) message: String,
    pub(crate) author: String,
    pub(crate) date: SystemTime,
    pub(crate) files: Files,
}

/// What a commit says of itself.
#[derive(Debug, Clone)]
pub(crate) struct CommitText {
    pub(crate) title: String,
    pub(crate) message: String,
    pub(crate) author: String,
    pub(crate) date: SystemTime,
}

impl Repo {
    /// A repo with the Hub's first commit on `main`: the default `.gitattributes` and nothing else.
    pub(crate) fn new(id: RepoId, created: SystemTime) -> Self {
        let text = CommitText {
            title: "initial commit".into(),
            message: String::new(),
            author: id.namespace.clone(),
            date: created,
        };
        let mut repo = Self {
            id,
            private: false,
            gated: Gated::No,
            accepted: BTreeSet::new(),
            created,
            created_by_app: None,
            refs: BTreeMap::new(),
            discussions: Vec::new(),
            commits: HashMap::new(),
        };
        repo.commit(MAIN, text, first_files());
        repo
    }

    /// The Hub's internal id of this repo: 24 hex digits.
    pub(crate) fn hub_id(&self) -> String {
        hex(&Sha1::digest(self.id.to_string())).get(..24).unwrap_or_default().to_owned()
    }

    /// The commit a revision names: a branch, tag, ref, `HEAD`, or a commit's id, whole or its first digits.
    pub(crate) fn resolve(&self, revision: &str) -> Option<&Arc<Commit>> {
        let full = match revision {
            "HEAD" => MAIN.to_owned(),
            name if name.starts_with("refs/") => name.to_owned(),
            name => format!("refs/heads/{name}"),
        };
        let named = self.refs.get(&full).or_else(|| self.refs.get(&format!("refs/tags/{revision}")));
        named.and_then(|oid| self.commits.get(oid)).or_else(|| self.by_oid(revision))
    }

    fn by_oid(&self, prefix: &str) -> Option<&Arc<Commit>> {
        if prefix.len() < 7 {
            return None;
        }
        let mut matching = self.commits.iter().filter(|(oid, _)| oid.starts_with(prefix));
        let (_, commit) = matching.next()?;
        matching.next().is_none().then_some(commit)
    }

    /// This commit and its ancestors, newest first.
    pub(crate) fn history<'a>(&'a self, commit: &'a Arc<Commit>) -> impl Iterator<Item = &'a Arc<Commit>> {
        let parent = |commit: &&'a Arc<Commit>| self.commits.get(commit.parent.as_ref()?);
        std::iter::successors(Some(commit), parent)
    }

    /// The newest commit, from `commit` back, that changed `path` or anything under it.
    pub(crate) fn last_change<'a>(&'a self, commit: &'a Arc<Commit>, path: &str) -> &'a Arc<Commit> {
        let mut last = commit;
        for older in self.history(commit).skip(1) {
            if !same_under(&last.files, &older.files, path) {
                break;
            }
            last = older;
        }
        last
    }

    /// Adds a commit with exactly these files and points `reference` at it.
    pub(crate) fn commit(&mut self, reference: &str, text: CommitText, files: Files) -> Arc<Commit> {
        let parent = self.refs.get(reference).cloned();
        let oid = commit_oid(&self.id, parent.as_deref(), &text, &files);
        let CommitText { title, message, author, date } = text;
        let commit = Arc::new(Commit { oid: oid.clone(), parent, title, message, author, date, files });
        self.commits.insert(oid.clone(), commit.clone());
        self.refs.insert(reference.to_owned(), oid);
        commit
    }

    /// The full name of the branch or pull request that a commit to `revision` goes to.
    pub(crate) fn branch(&self, revision: &str) -> Option<String> {
        let full =
            if revision.starts_with("refs/") { revision.into() } else { format!("refs/heads/{revision}") };
        let writable = full.starts_with("refs/heads/") || full.starts_with("refs/pr/");
        (writable && self.refs.contains_key(&full)).then_some(full)
    }

    /// Adds a discussion and returns its number.
    pub(crate) fn open(&mut self, discussion: Discussion) -> usize {
        self.discussions.push(discussion);
        self.discussions.len()
    }

    pub(crate) fn discussion(&self, number: usize) -> Option<&Discussion> {
        self.discussions.get(number.checked_sub(1)?)
    }

    pub(crate) fn discussion_mut(&mut self, number: usize) -> Option<&mut Discussion> {
        self.discussions.get_mut(number.checked_sub(1)?)
    }

    /// The paths that both a pull request and, since it was made, `main` have changed.
    pub(crate) fn conflicts(&self, number: usize) -> Vec<String> {
        let Some((base, head, main)) = self.sides(number) else { return Vec::new() };
        let theirs = changed(&base.files, &main.files);
        changed(&base.files, &head.files).into_iter().filter(|path| theirs.contains(path)).collect()
    }

    /// Commits a pull request's changes to `main`.
    pub(crate) fn merge(&mut self, number: usize, author: &str) -> Option<String> {
        let (base, head, main) = self.sides(number)?;
        let mut files = main.files.clone();
        for path in changed(&base.files, &head.files) {
            match head.files.get(&path) {
                Some(entry) => put_file(&mut files, path, entry.clone()),
                None => drop(files.remove(&path)),
            }
        }
        let (title, message) = (format!("{} (#{number})", self.discussion(number)?.title), String::new());
        let text = CommitText { title, message, author: author.to_owned(), date: SystemTime::now() };
        let oid = self.commit(MAIN, text, files).oid.clone();
        let discussion = self.discussion_mut(number)?;
        discussion.add(author, What::StatusChange(Status::Merged));
        discussion.pull_request.as_mut()?.merge_commit = Some(oid.clone());
        Some(oid)
    }

    /// What a pull request was made from, what it is, and what it goes to.
    fn sides(&self, number: usize) -> Option<(Arc<Commit>, Arc<Commit>, Arc<Commit>)> {
        let pull_request = self.discussion(number)?.pull_request.as_ref()?;
        let base = self.commits.get(&pull_request.base)?;
        let head = self.head(&format!("refs/pr/{number}"))?;
        Some((base.clone(), head.clone(), self.head(MAIN)?.clone()))
    }

    /// The blobs of all LFS files of all commits. One may come more than once.
    pub(crate) fn lfs_blobs(&self) -> impl Iterator<Item = &Arc<Blob>> {
        let files = self.commits.values().flat_map(|commit| commit.files.values());
        files.filter(|entry| entry.lfs).map(|entry| &entry.blob)
    }

    /// The commit a ref is at.
    pub(crate) fn head(&self, reference: &str) -> Option<&Arc<Commit>> {
        self.refs.get(reference).and_then(|oid| self.commits.get(oid))
    }

    /// The files at the head of `reference`, or those of a fresh repo when there is no such ref.
    pub(crate) fn files_at(&self, reference: &str) -> Files {
        self.head(reference).map_or_else(first_files, |commit| commit.files.clone())
    }
}

/// Adds or replaces a file. As in git, a file takes the place of a folder of its name, and of files where it
/// wants folders.
pub(crate) fn put_file(files: &mut Files, path: String, entry: Entry) {
    remove_folder(files, &path);
    for (end, _) in path.match_indices('/') {
        files.remove(path.get(..end).unwrap_or_default());
    }
    files.insert(path, entry);
}

/// Removes all files below a folder and returns how many there were.
pub(crate) fn remove_folder(files: &mut Files, path: &str) -> usize {
    let prefix = format!("{path}/");
    let inside = files.range(prefix.clone()..).map(|(name, _)| name);
    let inside: Vec<String> = inside.take_while(|name| name.starts_with(&prefix)).cloned().collect();
    for name in &inside {
        files.remove(name);
    }
    inside.len()
}

/// The paths that are not the same in both.
fn changed(old: &Files, new: &Files) -> Vec<String> {
    let differs = |path: &&String| match (old.get(*path), new.get(*path)) {
        (Some(a), Some(b)) => !a.same(b),
        _ => true,
    };
    let removed = old.keys().filter(|path| !new.contains_key(*path));
    new.keys().filter(differs).chain(removed).cloned().collect()
}

/// The LFS rules that a tree of files states in its `.gitattributes`.
pub(crate) fn lfs_rules(files: &Files) -> io::Result<LfsRules> {
    match files.get(".gitattributes") {
        Some(entry) => Ok(LfsRules::parse(&String::from_utf8_lossy(&entry.blob.head(1 << 20)?))),
        None => Ok(LfsRules::parse("")),
    }
}

fn first_files() -> Files {
    let blob = Arc::new(Blob::memory(DEFAULT_GITATTRIBUTES));
    Files::from([(".gitattributes".to_owned(), Entry { blob, lfs: false })])
}

/// Entries at `path`, or in the directory `path`.
pub(crate) fn under<'a>(files: &'a Files, path: &'a str) -> impl Iterator<Item = (&'a str, &'a Entry)> {
    let inside = move |rest: &str| path.is_empty() || rest.is_empty() || rest.starts_with('/');
    files
        .range(path.to_owned()..)
        .take_while(move |(name, _)| name.starts_with(path))
        .filter(move |(name, _)| name.strip_prefix(path).is_some_and(inside))
        .map(|(name, entry)| (name.as_str(), entry))
}

fn same_under(a: &Files, b: &Files, path: &str) -> bool {
    let (mut a, mut b) = (under(a, path), under(b, path));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return true,
            (Some((name, x)), Some((other, y))) if name == other && x.same(y) => {}
            _ => return false,
        }
    }
}

fn commit_oid(id: &RepoId, parent: Option<&str>, text: &CommitText, files: &Files) -> String {
    let date = text.date.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    let mut hash = Sha1::new().chain_update(format!("{id}\n{parent:?}\n{}\n{date}\n", text.title));
    hash_files(&mut hash, files.iter().map(|(name, entry)| (name.as_str(), entry)));
    hex(&hash.finalize())
}

/// The id of a directory: it changes whenever anything under it does.
pub(crate) fn directory_oid(files: &Files, path: &str) -> String {
    let mut hash = Sha1::new();
    hash_files(&mut hash, under(files, path));
    hex(&hash.finalize())
}

fn hash_files<'a>(hash: &mut Sha1, files: impl Iterator<Item = (&'a str, &'a Entry)>) {
    let mut last: Option<(&Arc<Blob>, String)> = None;
    for (name, entry) in files {
        // Thousands of paths may share one blob.
        let fingerprint = match last {
            Some((blob, fingerprint)) if Arc::ptr_eq(blob, &entry.blob) => fingerprint,
            _ => entry.blob.fingerprint(),
        };
        hash.update(format!("{name}\0{fingerprint}\n"));
        last = Some((&entry.blob, fingerprint));
    }
}
