//! Where the files of one table go in the repo, and which files they replace.

use serde::Deserialize;
use serde_json::Value as Json;

use super::{Head, StoredFile};
use crate::{
    error::{Error, ErrorKind, Result},
    frame::is_parquet,
    splits::Layout,
};

pub(super) const WRITE: &str = "write dataset";

/// One table of a dataset.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Table {
    /// Where it goes.
    pub target: Target,
    /// Its files, in row order. Their paths are given by the plan.
    pub files: Vec<TableFile>,
    /// The names of its columns.
    pub columns: Vec<String>,
    /// Its features, in the form of Parquet metadata, for a card that declares features.
    pub features: Option<Json>,
}

/// A Parquet file of a table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TableFile {
    /// Its bytes.
    pub stored: StoredFile,
    /// How many rows it has.
    pub num_rows: u64,
    /// How many bytes of Arrow data they are.
    pub num_bytes: u64,
}

/// Where a table goes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Target {
    /// Into this directory, as Dask writes. It is of the split that the directory makes it.
    Path(String),
    /// Into this split.
    #[serde(rename_all = "camelCase")]
    Split {
        /// The config; the default one when none is named.
        #[serde(default)]
        config: Option<String>,
        /// The split.
        split: String,
        /// How the files are called.
        #[serde(default)]
        naming: Naming,
    },
}

impl Default for Target {
    fn default() -> Self {
        Self::Path(String::new())
    }
}

/// How the files of a split are called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Naming {
    /// `train/part-00000.parquet`: zero-padded, so that Dask's natural order and the Hub's code-point order agree.
    #[default]
    Parts,
    /// `data/train-00000-of-00002.parquet`, as `push_to_hub` does.
    Shards,
}

/// What becomes of the files that a table had.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Mode {
    /// There may be none.
    #[default]
    Error,
    /// They are deleted in the same commit.
    Overwrite,
    /// They stay, and the numbers of the new ones follow theirs.
    Append,
}

impl Table {
    /// The config that it belongs to.
    pub(super) fn config(&self, before: Option<&Layout>) -> String {
        let default = || before.and_then(|layout| layout.default_config.clone());
        match &self.target {
            Target::Split { config: Some(config), .. } => config.clone(),
            _ => default().unwrap_or_else(|| "default".to_owned()),
        }
    }

    /// The split that was asked for; none for a directory.
    pub(super) fn split(&self) -> Option<&str> {
        match &self.target {
            Target::Path(_) => None,
            Target::Split { split, .. } => Some(split),
        }
    }

    /// The split that its directory is named after: what a name cannot hold becomes `_`.
    pub(super) fn split_by_directory(&self) -> String {
        let Target::Path(path) = &self.target else { return self.split().unwrap_or_default().to_owned() };
        match path.rsplit('/').next() {
            None | Some("") => "train".to_owned(),
            Some(name) => name.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect(),
        }
    }

    /// Whether its directory says that it is of this split, by another name for it (`dev`, `my-train`), or says nothing.
    /// Any directory may become `train` where no other split is, which is not what its name says.
    pub(super) fn may_be_of(&self, split: &str) -> bool {
        let Target::Path(path) = &self.target else { return false };
        let names: &[&str] = match split {
            "train" => &["train"],
            "validation" => &["validation", "valid", "dev", "val"],
            "test" => &["test", "eval"],
            other => return self.split_by_directory() == other,
        };
        path.is_empty() || names.iter().any(|name| path.contains(name))
    }

    /// The directory of its files.
    fn directory(&self) -> String {
        match &self.target {
            Target::Path(path) => path.clone(),
            Target::Split { config, naming: Naming::Shards, .. } => {
                config.clone().filter(|config| config != "default").unwrap_or_else(|| "data".to_owned())
            }
            Target::Split { config: Some(config), split, .. } if config != "default" => {
                format!("{config}/{split}")
            }
            Target::Split { split, .. } => split.clone(),
        }
    }

    /// The Parquet files that the table consists of now, in code-point order: those of its directory and what is below, and of
    /// a split also those that the repo has in it elsewhere.
    pub(super) fn existing(&self, head: &Head, before: Option<&Layout>) -> Vec<String> {
        let directory = self.directory();
        let is_own = |path: &str| {
            let below = match directory.as_str() {
                "" => Some(path),
                directory => path.strip_prefix(directory).and_then(|rest| rest.strip_prefix('/')),
            };
            let Some(below) = below else { return false };
            match &self.target {
                Target::Split { split, naming: Naming::Shards, .. } => {
                    below.strip_prefix(split.as_str()).is_some_and(|rest| rest.starts_with('-'))
                        && !below.contains('/')
                }
                _ => !below.split('/').any(|part| part.starts_with(['.', '_'])),
            }
        };
        let paths = head.files.iter().map(|entry| entry.path.as_str());
        let mut existing: Vec<String> =
            paths.filter(|path| is_parquet(path) && is_own(path)).map(str::to_owned).collect();
        if let (Some(split), Some(layout)) = (self.split(), before) {
            let config = layout.config(Some(&self.config(before)));
            let split = config.and_then(|config| config.splits.iter().find(|known| known.name == split));
            existing.extend(split.into_iter().flat_map(|split| &split.files).map(|file| file.path.clone()));
        }
        existing.sort();
        existing.dedup();
        existing
    }

    /// The files with their paths in the repo.
    ///
    /// # Errors
    /// Kind `conflict` when there are files and `mode` is [`Mode::Error`]; `unsupported` for what cannot be appended to.
    pub(super) fn placed(&self, mode: Mode, existing: &[String]) -> Result<Vec<StoredFile>> {
        let error =
            |kind, message: String| Err(Error::new(kind, WRITE, message).with("path", self.directory()));
        if let (Mode::Error, Some(first)) = (mode, existing.first()) {
            return error(ErrorKind::Conflict, already_there(first, existing));
        }
        let (directory, count) = (self.directory(), self.files.len());
        let slash = if directory.is_empty() { "" } else { "/" };
        let name: Box<dyn Fn(u64) -> String> = match &self.target {
            Target::Split { naming: Naming::Shards, .. } if mode == Mode::Append && !existing.is_empty() => {
                let message =
                    "Shards carry their total in their names, so none can be appended; leave out the naming.";
                return error(ErrorKind::Unsupported, message.to_owned());
            }
            Target::Split { split, naming: Naming::Shards, .. } => {
                Box::new(move |number| format!("{split}-{number:05}-of-{count:05}.parquet"))
            }
            _ => {
                let first = if mode == Mode::Append { next_number(existing) } else { 0 };
                Box::new(move |number| format!("part-{:05}.parquet", first + number))
            }
        };
        let place = |(number, file): (u64, &TableFile)| StoredFile {
            path: format!("{directory}{slash}{}", name(number)),
            ..file.stored.clone()
        };
        Ok((0..).zip(&self.files).map(place).collect())
    }
}

/// The number after the largest of `part-00012.parquet` or Dask's `part.12.parquet`.
fn next_number(paths: &[String]) -> u64 {
    let number = |path: &String| {
        let name = path.rsplit('/').next()?.strip_prefix("part")?.trim_start_matches(['.', '-']);
        name.split('.').next()?.parse::<u64>().ok()
    };
    paths.iter().filter_map(number).max().map_or(0, |last| last.saturating_add(1))
}

/// What is in the way, and the ways out of it.
fn already_there(first: &str, existing: &[String]) -> String {
    let is_tables = existing.iter().all(|path| is_parquet(path));
    let what = if is_tables { "Parquet file" } else { "data file" };
    // `datasets` reads all of a repo as one format, so Parquet cannot follow texts.
    let append = if is_tables { " or mode: \"append\" to add to the table" } else { "" };
    let (there, it) = match existing.len() {
        1 => (format!("There is a {what} already, '{first}'."), "it"),
        many => (format!("There are {many} {what}s already, such as '{first}'."), "them"),
    };
    format!("{there} Say mode: \"overwrite\" to replace {it}{append}.")
}
