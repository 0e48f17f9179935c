//! The answer: configs, splits and files, and for every file of the repo the rule that placed or ignored it.
//!
//! Everything here is plain data that serializes as the page wants it (camelCase).

use serde::Serialize;
use serde_json::Value as Json;

/// How a repo's files form configs and splits.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Layout {
    /// The name of the `datasets` builder that reads the files: `parquet`, `csv`, `imagefolder`, ….
    pub builder: &'static str,
    /// The config that is loaded when none is named, if there is one. A repo may name one here that does not exist, and then
    /// cannot be loaded by `datasets` without naming a config.
    pub default_config: Option<String>,
    /// In the order of the README; one named `default` when the README lists none.
    pub configs: Vec<Config>,
    /// Every file of the repo, in code-point order of the paths.
    pub files: Vec<FileReport>,
    /// What [`FileReport::rules`] points at.
    pub rules: Vec<Rule>,
}

/// A named subset of a dataset.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Config {
    /// Its name.
    pub name: String,
    /// Whether it is [`Layout::default_config`].
    pub is_default: bool,
    /// The features that the card declares, in the form of Parquet metadata. They outrank the files' own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<Json>,
    /// Its splits, in the library's order.
    pub splits: Vec<Split>,
    /// The names that the card declares, where they differ from the splits that the files give. `datasets` reports these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared_splits: Option<Vec<String>>,
    /// Why this config cannot be loaded, though others can: a sentence. It has no splits then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// A part of a config.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Split {
    /// Its name: `train`, `test`, ….
    pub name: String,
    /// Its files in reading order. A file that two patterns take is there twice, and its rows are read twice, as by `datasets`.
    pub files: Vec<RepoFile>,
    /// The sum of the files' sizes.
    pub num_bytes: u64,
    /// The number of rows that the card declares. Not checked against the files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_rows: Option<u64>,
}

/// A file of a repo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RepoFile {
    /// Its path from the repo's root.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FileReport {
    /// Its path from the repo's root.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// Indexes into [`Layout::rules`]: one for every time the file was placed, or the one rule that ignored it.
    pub rules: Vec<usize>,
}

/// Why a file is where it is, or nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Rule {
    /// The config and split that it puts a file into; `None` for a rule that ignores files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placed: Option<Placement>,
    /// A sentence for a person.
    pub reason: String,
}

/// Where a rule puts files.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Placement {
    /// The config's name.
    pub config: String,
    /// The split's name.
    pub split: String,
    /// The glob or path that took the file.
    pub pattern: String,
}

impl Layout {
    /// A config by name, or the default one.
    pub fn config(&self, name: Option<&str>) -> Option<&Config> {
        let name = name.or(self.default_config.as_deref())?;
        self.configs.iter().find(|config| config.name == name)
    }
}
