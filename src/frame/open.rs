//! From `hf://` paths to files: which commit, which Parquet files, which schema.

use arrow_schema::Schema;
use futures_util::future::try_join;

use super::{Column, DataFile, FileSet, FrameSource, Session, ipc::encode_schema, session::repo_id};
use crate::{
    error::{Error, ErrorKind, Result},
    features::Features,
    http::Transport,
    hub::{Entry, EntryKind},
    path::{Glob, HfPath, RepoId, RepoType, has_magic},
};

const OPEN: &str = "open path";

/// How a Parquet file may be called. Dask reads the first three; the others are GeoParquet's.
const EXTENSIONS: [&str; 5] = [".parquet", ".parq", ".pq", ".geoparquet", ".gpq"];

impl<T: Transport> Session<T> {
    /// Finds the Parquet files that `targets` name: a file, a directory (searched to any depth), a glob, or a list
    /// of these in one repo. Files come in code-point order of their paths, as the Hub's viewer has them; a list
    /// keeps its own order.
    ///
    /// Costs two requests side by side (the commit, and the listing: one more for each further 1,000 entries), and
    /// one for the footer of the first file.
    ///
    /// # Errors
    /// Kind `invalid` for a malformed path or paths of different repos; kind `not_found` when repo, revision or
    /// path do not exist or hold no Parquet file; and those of reading a footer.
    pub async fn open(&self, targets: &[String], revision: Option<&str>) -> Result<FrameSource> {
        let targets = Targets::parse(targets, revision, self.hub.endpoint())?;
        let Targets { repo, revision, .. } = &targets;
        let (root, recursive) = targets.root();
        let (commit, entries) =
            try_join(self.hub.revision(repo, revision), self.hub.tree(repo, revision, &root, recursive))
                .await
                .map_err(|error| targets.explain(error))?;
        let files = targets.select(&entries)?;
        if files.is_empty() {
            return Err(targets.nothing(&entries));
        }
        self.open_files(FileSet {
            repo_type: repo.repo_type().singular().to_owned(),
            repo: repo.to_string(),
            sha: commit.sha,
            files,
            features: None,
        })
        .await
    }

    /// Opens files that are known by their paths and sizes. One request, for the footer of the first.
    ///
    /// # Errors
    /// Kind `invalid` without files, and those of reading a footer.
    pub async fn open_files(&self, set: FileSet) -> Result<FrameSource> {
        let FileSet { repo_type, repo, sha, mut files, features } = set;
        let id = repo_id(&repo_type, &repo)?;
        let first = files.first_mut().ok_or_else(|| invalid("A table needs at least one file."))?;
        let footer = self.footer(&id, &sha, first).await?;
        *first = self.learnt(&id, &sha, first, &footer);
        let mut schema = Schema::clone(footer.reader().schema());
        if let Some(features) = features.and_then(|features| Features::from_json(&features).ok()) {
            schema.metadata.insert(Features::METADATA_KEY.to_owned(), features.to_metadata_json());
        }
        let arrow_schema = encode_schema(&schema)?;
        Ok(FrameSource { repo_type, repo, sha, files, schema: Column::all(&schema), arrow_schema })
    }
}

/// Paths of one repo at one revision.
struct Targets {
    repo: RepoId,
    revision: String,
    paths: Vec<Target>,
    /// What the first path said of itself if its repo should not exist.
    hint: Option<String>,
}

/// One path, or many.
enum Target {
    Path(String),
    Glob(Glob),
}

impl Targets {
    fn parse(targets: &[String], revision: Option<&str>, endpoint: &str) -> Result<Self> {
        let parsed: Vec<HfPath> = targets
            .iter()
            .map(|target| HfPath::parse_with_endpoint(target, endpoint))
            .collect::<Result<_>>()?;
        let first = parsed.first().ok_or_else(|| invalid("Give at least one hf:// path."))?;
        if first.repo.repo_type() == RepoType::Bucket {
            let message = "Buckets cannot be read; only repos can: datasets, models, spaces.";
            return Err(Error::new(ErrorKind::Unsupported, OPEN, message).with("path", first));
        }
        let revision = match (revision, &first.revision) {
            (Some(given), Some(own)) if given != own => {
                let message =
                    format!("The path is at revision {own:?}, the option says {given:?}; give one of them.");
                return Err(invalid(&message).with("path", first));
            }
            (Some(given), None) => given,
            _ => first.resolved_revision(),
        };
        if let Some(other) =
            parsed.iter().find(|path| path.repo != first.repo || path.revision != first.revision)
        {
            let message = "The paths are of different repos or revisions; open each and read them apart.";
            return Err(invalid(message).with("path", first).with("other_path", other));
        }
        let paths = parsed.iter().map(|path| Target::parse(&path.path)).collect::<Result<_>>()?;
        Ok(Self {
            repo: first.repo.clone(),
            revision: revision.to_owned(),
            paths,
            hint: first.not_found_hint(),
        })
    }

    /// The directory that holds them all, and whether to look below its own entries. For one path that is the path
    /// itself, because listing a file gives that file.
    fn root(&self) -> (String, bool) {
        let recursive = match self.paths.as_slice() {
            [Target::Glob(glob)] => glob.is_recursive(),
            _ => true,
        };
        let roots: Vec<&str> = self.paths.iter().map(Target::root).collect();
        let Some((first, others)) = roots.split_first() else { return (String::new(), recursive) };
        let common = others.iter().fold((*first).to_owned(), |common, root| common_directory(&common, root));
        (common.trim_end_matches('/').to_owned(), recursive)
    }

    fn select(&self, entries: &[Entry]) -> Result<Vec<DataFile>> {
        let mut files: Vec<&Entry> = entries.iter().filter(|entry| entry.kind == EntryKind::File).collect();
        // Code-point order: that of UTF-8 bytes.
        files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        let mut selected = Vec::new();
        for target in &self.paths {
            let before = selected.len();
            // A file whose name reads as a pattern, such as `train[0].parquet`, is meant by its name.
            let named = Target::Path(target.as_str().to_owned());
            let target = match files.iter().any(|entry| entry.path == target.as_str()) {
                true => &named,
                false => target,
            };
            selected.extend(files.iter().filter(|entry| target.selects(&entry.path)).map(|entry| DataFile {
                path: entry.path.clone(),
                size: entry.size,
                oid: entry.oid.clone(),
                ..DataFile::default()
            }));
            if selected.len() == before && self.paths.len() > 1 {
                return Err(self.nothing_at(target.as_str(), entries));
            }
        }
        Ok(selected)
    }

    fn nothing(&self, entries: &[Entry]) -> Error {
        self.nothing_at(self.paths.first().map_or("", Target::as_str), entries)
    }

    /// No Parquet file: says what there is instead.
    fn nothing_at(&self, path: &str, entries: &[Entry]) -> Error {
        let files = entries.iter().filter(|entry| entry.kind == EntryKind::File);
        let some: Vec<&str> = files.clone().map(|entry| entry.path.as_str()).take(3).collect();
        let message = match (files.count(), some.is_empty()) {
            (_, true) => "There is no Parquet file at this path, nor any other.".to_owned(),
            (count, false) => {
                let others = if count > some.len() { ", …" } else { "" };
                format!(
                    "There is no Parquet file at this path, only {count} other file(s): {}{others}. A dataset in \
                     another format may have been converted: try the revision refs/convert/parquet.",
                    some.join(", ")
                )
            }
        };
        Error::new(ErrorKind::NotFound, OPEN, message)
            .with("repo", &self.repo)
            .with("revision", &self.revision)
            .with("path", path)
    }

    /// Adds what the path's spelling suggests to the error that there is no such repo.
    fn explain(&self, error: Error) -> Error {
        match &self.hint {
            Some(hint) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Unauthorized) => {
                error.with("hint", hint)
            }
            _ => error,
        }
    }
}

impl Target {
    fn parse(path: &str) -> Result<Self> {
        if has_magic(path) { Ok(Self::Glob(Glob::new(path)?)) } else { Ok(Self::Path(path.to_owned())) }
    }

    fn as_str(&self) -> &str {
        match self {
            Self::Path(path) => path,
            Self::Glob(glob) => glob.as_str(),
        }
    }

    fn root(&self) -> &str {
        match self {
            Self::Path(path) => path,
            Self::Glob(glob) => glob.root(),
        }
    }

    /// A file that is named outright is taken whatever it is called. Elsewhere, only Parquet files are, and below a
    /// directory none whose own name or directory begins with `.` or `_`, as Dask and Spark leave them out.
    fn selects(&self, file: &str) -> bool {
        match self {
            Self::Glob(glob) => is_parquet(file) && glob.is_match(file),
            Self::Path(path) if path == file => true,
            Self::Path(path) => {
                let below = if path.is_empty() {
                    Some(file)
                } else {
                    file.strip_prefix(path.as_str()).and_then(|rest| rest.strip_prefix('/'))
                };
                is_parquet(file)
                    && below.is_some_and(|below| !below.split('/').any(|part| part.starts_with(['.', '_'])))
            }
        }
    }
}

pub(crate) fn is_parquet(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    EXTENSIONS.iter().any(|extension| lower.ends_with(extension))
}

/// The deepest directory that is above both paths.
fn common_directory(a: &str, b: &str) -> String {
    let same = a.split('/').zip(b.split('/')).take_while(|(a, b)| a == b).map(|(part, _)| part);
    let common: Vec<_> = same.collect();
    let is_file = common.len() == a.split('/').count() || common.len() == b.split('/').count();
    // When one path lies above the other it is a directory already; equal paths may be a file, so go up.
    if a == b && is_file {
        return a.rsplit_once('/').map_or_else(String::new, |(directory, _)| directory.to_owned());
    }
    common.join("/")
}

fn invalid(message: &str) -> Error {
    Error::new(ErrorKind::Invalid, OPEN, message)
}
