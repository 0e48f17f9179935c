//! A data folder as a set of repos: every `DIR/namespace/name/` is a dataset with its files on `main`.
//!
//! `DIR/namespace/name/.hub.json` may hold the rest of a repo's description: `private`, `gated`, `accepted`,
//! `many` and `refs` as in [`RepoSeed`], where a ref may also be `{"folder": "…"}`, relative to the repo's
//! folder. `.hub.json` and the folder `.hub` are no files of the repo. `DIR/.hub.json` may hold `accounts`.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::account::Account;
use crate::repo::Gated;
use crate::seed::{FileSeed, ManySeed, RefSeed, RepoSeed, Source};

const DESCRIPTION: &str = ".hub.json";
const ASIDE: &str = ".hub";

/// What a data folder holds.
#[derive(Debug, Default)]
pub(crate) struct Folder {
    pub(crate) accounts: Vec<Account>,
    pub(crate) repos: Vec<RepoSeed>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RootDescription {
    accounts: Vec<Account>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RepoDescription {
    private: bool,
    gated: Gated,
    accepted: Vec<String>,
    many: Vec<ManySeed>,
    refs: BTreeMap<String, FolderRef>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum FolderRef {
    Folder { folder: String },
    Other(RefSeed),
}

impl Folder {
    /// Looks at every file below `data` and reads none but the descriptions.
    pub(crate) fn read(data: &Path) -> io::Result<Self> {
        let root: RootDescription = description(&data.join(DESCRIPTION))?;
        let mut repos = Vec::new();
        for (namespace, folder) in subfolders(data)? {
            for (name, folder) in subfolders(&folder)? {
                repos.push(repo(format!("{namespace}/{name}"), &folder)?);
            }
        }
        Ok(Self { accounts: root.accounts, repos })
    }
}

fn repo(id: String, folder: &Path) -> io::Result<RepoSeed> {
    let description: RepoDescription = description(&folder.join(DESCRIPTION))?;
    let mut refs = BTreeMap::new();
    for (name, at) in description.refs {
        let seed = match at {
            FolderRef::Folder { folder: inner } => RefSeed::Files { files: files(&folder.join(inner))? },
            FolderRef::Other(seed) => seed,
        };
        refs.insert(name, seed);
    }
    Ok(RepoSeed {
        id,
        private: description.private,
        gated: description.gated,
        accepted: description.accepted,
        files: files(folder)?,
        many: description.many,
        refs,
    })
}

/// Every file below `folder` by its path from there.
fn files(folder: &Path) -> io::Result<BTreeMap<String, FileSeed>> {
    let mut files = BTreeMap::new();
    let mut pending = vec![(String::new(), folder.to_owned())];
    while let Some((prefix, folder)) = pending.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if prefix.is_empty() && (name == DESCRIPTION || name == ASIDE) {
                continue;
            }
            let path = entry.path();
            if path.is_dir() {
                pending.push((format!("{prefix}{name}/"), path));
            } else {
                files.insert(format!("{prefix}{name}"), FileSeed::Source(Source::File(path)));
            }
        }
    }
    Ok(files)
}

fn subfolders(folder: &Path) -> io::Result<Vec<(String, std::path::PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_dir() && !name.starts_with('.') {
            found.push((name, path));
        }
    }
    Ok(found)
}

fn description<T: Default + DeserializeOwned>(file: &Path) -> io::Result<T> {
    match fs::read(file) {
        Ok(text) => serde_json::from_slice(&text).map_err(|error| {
            io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", file.display()))
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(T::default()),
        Err(error) => Err(error),
    }
}
