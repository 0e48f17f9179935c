//! A dataset repo: its configs and splits as `datasets` sees them, and what of it can be read as Parquet.

use std::collections::BTreeMap;

use futures_util::future::{try_join, try_join_all, try_join3};
use serde::Serialize;
use serde_json::Value as Json;

use super::Session;
use crate::{
    error::{Error, ErrorKind, Result},
    http::Transport,
    hub::{Entry, EntryKind},
    path::{HfPath, RepoId},
    splits::{
        Config, Layout, LoadArgs, RepoContents, RepoFile, Rule, SIDE_FILES, converted, layout, parquet_layout,
    },
};

const OPEN_DATASET: &str = "open dataset";

/// Where the Hub keeps its conversion of a dataset to Parquet.
const CONVERT_BRANCH: &str = "refs/convert/parquet";

/// What `load_dataset` would make of a repo, and what can be read of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Dataset {
    /// The repo's type, in the singular.
    pub repo_type: &'static str,
    /// The repo, `namespace/name`.
    pub repo: String,
    /// The commit that the revision was at.
    pub sha: String,
    /// The strict answer: what `datasets` finds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strict: Option<LayoutTable>,
    /// Why `datasets` refuses the repo, when it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
    /// The Parquet files to read instead, when the strict answer is not Parquet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instead: Option<Instead>,
}

/// Why `datasets` refuses a repo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The kind of the error.
    pub code: &'static str,
    /// What is wrong and how to mend it, with the file and line.
    pub message: String,
}

/// Parquet files that are not the strict answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Instead {
    /// What they are.
    pub origin: InsteadOrigin,
    /// The commit that they are at.
    pub sha: String,
    /// Their configs and splits.
    pub layout: LayoutTable,
    /// The names of configs of which the Hub converted only the first rows.
    pub partial: Vec<String>,
}

/// Where Parquet files come from that are not the strict answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum InsteadOrigin {
    /// The Hub's own conversion, on the branch `refs/convert/parquet`.
    Converted,
    /// The Parquet files among the others of the repo.
    Repo,
}

/// A [`Layout`] whose files are columns of a table: 25,000 files cross to a page in one string and two arrays.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LayoutTable {
    /// The `datasets` builder that reads the files.
    pub builder: &'static str,
    /// The config that is loaded when none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_config: Option<String>,
    /// The configs.
    pub configs: Vec<ConfigTable>,
    /// The paths of all files, each followed by a NUL, which no path holds.
    pub paths: String,
    /// Their sizes in bytes.
    pub sizes: Vec<u64>,
    /// The rules of all files, one file's after the other's, as positions in `rules`.
    pub file_rules: Vec<usize>,
    /// Where each file's rules end in `file_rules`.
    pub rule_ends: Vec<usize>,
    /// Why files are where they are.
    pub rules: Vec<Rule>,
}

/// A [`Config`] whose splits name files by their position.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConfigTable {
    /// Its name.
    pub name: String,
    /// Whether it is the default one.
    pub is_default: bool,
    /// The features that the card declares.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<Json>,
    /// Its splits.
    pub splits: Vec<SplitTable>,
    /// The split names that the card declares, where they differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared_splits: Option<Vec<String>>,
    /// Why it cannot be loaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// A split whose files are positions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SplitTable {
    /// Its name.
    pub name: String,
    /// Its files, in reading order.
    pub files: Vec<usize>,
    /// Their bytes in all.
    pub num_bytes: u64,
    /// The rows that the card declares.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_rows: Option<u64>,
}

impl<T: Transport> Session<T> {
    /// Opens a dataset: `user/name`, `user/name@revision` or `hf://datasets/user/name@revision`.
    ///
    /// Costs three requests side by side (the commit, the listing, the README; one more for a repo of more than
    /// 1,000 files), and in a second round trip whichever of `.huggingface.yaml` and `dataset_infos.json` there
    /// are. When the strict answer is not Parquet, two more for the Hub's conversion.
    ///
    /// # Errors
    /// Kind `invalid` for a malformed name, `not_found`, `unauthorized`, `gated`. A repo that `datasets` refuses
    /// is no error here: it is a [`Dataset`] with a problem.
    pub async fn dataset(&self, target: &str, revision: Option<&str>) -> Result<Dataset> {
        let (repo, revision) = self.parse_dataset(target, revision)?;
        let (commit, entries, readme) = try_join3(
            self.hub.revision(&repo, &revision),
            self.hub.tree(&repo, &revision, "", true),
            self.hub.whole_file(&repo, &revision, "README.md"),
        )
        .await?;
        // A commit came in between: the README must be of the same one.
        let readme = match readme {
            Some(text) if text.sha.as_ref().is_some_and(|sha| *sha != commit.sha) => {
                self.hub.whole_file(&repo, &commit.sha, "README.md").await?
            }
            readme => readme,
        };
        let files = repo_files(&entries);
        let side = SIDE_FILES.iter().filter(|side| entries.iter().any(|entry| entry.path == **side));
        let side = try_join_all(side.map(|path| self.side_file(&repo, &commit.sha, path))).await?;
        let side: BTreeMap<&str, Vec<u8>> = side.into_iter().flatten().collect();
        let no_archives = BTreeMap::new();
        let contents = RepoContents {
            id: Some(&repo),
            files: &files,
            readme: readme.as_ref().map(|text| text.bytes.as_ref()),
            standalone_yaml: side.get(SIDE_FILES[0]).map(Vec::as_slice),
            dataset_infos: side.get(SIDE_FILES[1]).map(Vec::as_slice),
            zip_members: &no_archives,
        };
        let strict = layout(&contents, &LoadArgs::default());
        let is_parquet = strict.as_ref().is_ok_and(|layout| layout.builder == "parquet");
        let instead =
            if is_parquet { None } else { self.instead(&repo, &commit.sha, &contents, &strict).await? };
        let problem = strict
            .as_ref()
            .err()
            .map(|error| Problem { code: error.kind().code(), message: error.sentence() });
        Ok(Dataset {
            repo_type: repo.repo_type().singular(),
            repo: repo.to_string(),
            sha: commit.sha,
            strict: strict.ok().map(LayoutTable::from),
            problem,
            instead,
        })
    }

    fn parse_dataset(&self, target: &str, revision: Option<&str>) -> Result<(RepoId, String)> {
        let invalid =
            |message: &str| Error::new(ErrorKind::Invalid, OPEN_DATASET, message).with("dataset", target);
        let text = if target.contains("://") { target.to_owned() } else { format!("hf://datasets/{target}") };
        let path = HfPath::parse_with_endpoint(&text, self.hub.endpoint())?;
        if !path.path.is_empty() {
            return Err(invalid("A dataset is a whole repo; to read a path in it, use readParquet."));
        }
        match (revision, &path.revision) {
            (Some(given), Some(own)) if given != own => {
                Err(invalid("The name and the option give different revisions; give one of them."))
            }
            (Some(given), None) => Ok((path.repo, given.to_owned())),
            _ => {
                let revision = path.resolved_revision().to_owned();
                Ok((path.repo, revision))
            }
        }
    }

    async fn side_file(
        &self,
        repo: &RepoId,
        sha: &str,
        path: &'static str,
    ) -> Result<Option<(&'static str, Vec<u8>)>> {
        let text = self.hub.whole_file(repo, sha, path).await?;
        Ok(text.map(|text| (path, text.bytes.to_vec())))
    }

    /// Parquet for a repo whose strict answer is another format or an error. The Hub's conversion holds what
    /// `datasets` would load, so it goes first where `datasets` loads anything.
    async fn instead(
        &self,
        repo: &RepoId,
        sha: &str,
        contents: &RepoContents<'_>,
        strict: &Result<Layout>,
    ) -> Result<Option<Instead>> {
        let own = || {
            let layout = parquet_layout(contents, &LoadArgs::default()).ok()?;
            let layout = LayoutTable::from(layout);
            Some(Instead { origin: InsteadOrigin::Repo, sha: sha.to_owned(), layout, partial: Vec::new() })
        };
        let default = strict.as_ref().ok().and_then(|layout| layout.default_config.clone());
        if strict.is_ok() {
            let converted = self.converted(repo, default.as_deref()).await?;
            return Ok(converted.or_else(own));
        }
        match own() {
            Some(own) => Ok(Some(own)),
            None => self.converted(repo, None).await,
        }
    }

    async fn converted(&self, repo: &RepoId, default: Option<&str>) -> Result<Option<Instead>> {
        let branch =
            try_join(self.hub.revision(repo, CONVERT_BRANCH), self.hub.tree(repo, CONVERT_BRANCH, "", true));
        let (commit, entries) = match branch.await {
            Ok(branch) => branch,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let converted = converted(&repo_files(&entries), default);
        if converted.layout.configs.is_empty() {
            return Ok(None);
        }
        Ok(Some(Instead {
            origin: InsteadOrigin::Converted,
            sha: commit.sha,
            layout: LayoutTable::from(converted.layout),
            partial: converted.partial,
        }))
    }
}

fn repo_files(entries: &[Entry]) -> Vec<RepoFile> {
    let files = entries.iter().filter(|entry| entry.kind == EntryKind::File);
    files.map(|entry| RepoFile { path: entry.path.clone(), size: entry.size }).collect()
}

impl From<Layout> for LayoutTable {
    fn from(layout: Layout) -> Self {
        let Layout { builder, default_config, configs, files, rules, .. } = layout;
        // The layout has its files in code-point order.
        let position = |file: &RepoFile| files.binary_search_by(|known| known.path.cmp(&file.path)).ok();
        let split = |split: &crate::splits::Split| SplitTable {
            name: split.name.clone(),
            files: split.files.iter().filter_map(position).collect(),
            num_bytes: split.num_bytes,
            num_rows: split.num_rows,
        };
        let config = |config: Config| ConfigTable {
            splits: config.splits.iter().map(split).collect(),
            name: config.name,
            is_default: config.is_default,
            features: config.features,
            declared_splits: config.declared_splits,
            problem: config.problem,
        };
        let configs = configs.into_iter().map(config).collect();
        let mut paths = String::new();
        let (mut file_rules, mut rule_ends) = (Vec::new(), Vec::new());
        for file in &files {
            paths.push_str(&file.path);
            paths.push('\0');
            file_rules.extend_from_slice(&file.rules);
            rule_ends.push(file_rules.len());
        }
        let sizes = files.iter().map(|file| file.size).collect();
        Self { builder, default_config, configs, paths, sizes, file_rules, rule_ends, rules }
    }
}
