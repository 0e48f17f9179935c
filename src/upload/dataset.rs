//! What a commit does that writes tables: which files it adds and deletes, and how the README changes so that `datasets` finds
//! the intended splits. Pure.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value as Json;

use super::{
    Content, Head, Plan, StoredFile,
    configs::{self, Files, Rewrite},
    info,
    table::{Mode, Table, WRITE},
};
use crate::{
    error::{Error, ErrorKind, Result},
    path::RepoId,
    splits::{Layout, LoadArgs, RepoContents, RepoFile, SIDE_FILES, edit_metadata, layout, read_metadata},
};

/// Tables to write in one commit.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct DatasetChange {
    /// What becomes of the files that the tables had.
    pub mode: Mode,
    /// The tables.
    pub tables: Vec<Table>,
    /// Other files to put there as they are. What `datasets` would make of them does not count: the card names the tables.
    pub files: Vec<StoredFile>,
    /// The license to name in a card that names none.
    pub license: Option<String>,
}

impl DatasetChange {
    /// The files that each table consists of now, which is all that is checked ahead of an upload.
    ///
    /// # Errors
    /// Kind `conflict` when there are some and they may not be replaced, and what makes `datasets` refuse the repo.
    pub fn existing(&self, repo: &RepoId, head: &Head) -> Result<Vec<Vec<RepoFile>>> {
        let tree = Tree::of(head);
        let before = tree.layout(repo)?;
        let file = |path: String| RepoFile { size: tree.files.get(&path).copied().unwrap_or(0), path };
        let existing = |table: &Table| {
            let existing = table.existing(head, before.as_ref());
            table.placed(self.mode, &existing)?;
            Ok(existing.into_iter().map(file).collect())
        };
        self.tables.iter().map(existing).collect()
    }

    /// The commit on `head`. It is only planned if `datasets` then finds exactly the intended splits: those that there
    /// were, without what is replaced and with what is written. The card's `configs` are changed where it would not.
    ///
    /// # Errors
    /// Kind `conflict` when files are in the way, `unsupported` when the repo holds data of another format, `invalid` for
    /// a card that cannot be read or for names that no config or split may have.
    pub fn plan(&self, repo: &RepoId, head: &Head) -> Result<Plan> {
        let before = Tree::of(head).layout(repo)?;
        let before = before.as_ref();
        let mut tree = Tree::of(head);
        let (mut placed, mut deleted) = (Vec::new(), BTreeSet::new());
        for table in &self.tables {
            let existing = table.existing(head, before);
            placed.push(table.placed(self.mode, &existing)?);
            if self.mode == Mode::Overwrite {
                deleted.extend(existing);
            }
        }
        let base = self.base(before, &deleted)?;
        let added: BTreeSet<&str> = placed.iter().flatten().map(|file| file.path.as_str()).collect();
        deleted.retain(|path| !added.contains(path.as_str()));
        tree.replace(&deleted, &placed);
        tree.files.extend(self.files.iter().map(|file| (file.path.clone(), file.size)));

        let intended = self.intended(repo, &tree, before, &base, &placed)?;
        let readme = tree.readme.clone();
        tree.readme = Some(self.described(&tree, &base, &intended)?);
        self.arrange(repo, &mut tree, &intended)?;
        let mut add: Vec<StoredFile> = placed.into_iter().flatten().collect();
        add.extend(self.files.iter().cloned());
        add.extend(tree.changed_dataset_infos(head));
        let text = tree.readme.filter(|text| !text.is_empty() || readme.is_some());
        let readme = text.filter(|text| readme.as_ref() != Some(text));
        Ok(Plan { add, delete: deleted.into_iter().collect(), readme })
    }

    /// The splits as they are, without the files that go.
    fn base(&self, before: Option<&Layout>, deleted: &BTreeSet<String>) -> Result<Files> {
        let Some(before) = before else { return Ok(Files::default()) };
        let base = Files::of(before).without(deleted);
        if before.builder != "parquet" && !base.is_empty() {
            let message = format!(
                "The repo's data is of the format '{}', and `datasets` reads all of a repo as one format. Write to another \
                 repo, or delete those files first.",
                before.builder
            );
            return Err(Error::new(ErrorKind::Unsupported, WRITE, message));
        }
        Ok(base)
    }

    /// The splits as they are to be. A table that was written to a directory is of the split that the directory makes it, if
    /// everything else stays where it is then.
    fn intended(
        &self,
        repo: &RepoId,
        tree: &Tree,
        before: Option<&Layout>,
        base: &Files,
        placed: &[Vec<StoredFile>],
    ) -> Result<Intended> {
        let after = tree.layout(repo).ok().flatten().map(|layout| Files::of(&layout)).unwrap_or_default();
        let mut intended = Intended { files: base.clone(), written: Vec::new() };
        let has_configs = read_metadata(tree.readme.as_deref().map(str::as_bytes))?.contains_key("configs");
        for (table, files) in self.tables.iter().zip(placed) {
            let paths: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
            let natural = match (table.split(), paths.first()) {
                (None, Some(first)) => after.place_of(first).filter(|place| {
                    if !has_configs && !table.may_be_of(&place.1) {
                        return false;
                    }
                    let mut files = intended.files.clone();
                    files.add(place, &paths);
                    files == after
                }),
                _ => None,
            };
            let place = natural.unwrap_or_else(|| {
                let split = table.split().map_or_else(|| table.split_by_directory(), str::to_owned);
                (table.config(before), split)
            });
            intended.files.add(&place, &paths);
            intended.written.push(place);
        }
        Ok(intended)
    }

    /// The README with `license` and `dataset_info` as they must be.
    fn described(&self, tree: &Tree, base: &Files, intended: &Intended) -> Result<String> {
        let readme = tree.readme.as_deref().map(str::as_bytes);
        let metadata = read_metadata(readme)?;
        let mut changes = Vec::new();
        if let (Some(license), false) = (&self.license, metadata.contains_key("license")) {
            changes.push(("license", Some(Json::from(license.as_str()))));
        }
        if let Some(old) = metadata.get("dataset_info") {
            let written: Vec<info::Written<'_>> = (self.tables.iter().zip(&intended.written))
                .map(|(table, (config, split))| info::Written {
                    config,
                    split,
                    table,
                    split_stays: base.has(config, split),
                    config_stays: base.has_config(config),
                })
                .collect();
            let size = |path: &str| tree.files.get(path).copied().unwrap_or(0);
            let new = info::updated(old, &written, &intended.files, size)?;
            changes.push(("dataset_info", Some(new)));
        }
        match (changes.is_empty(), &tree.readme) {
            (true, None) => Ok(String::new()),
            _ => edit_metadata(readme, &changes),
        }
    }

    /// Changes the card's `configs` as little as gives the intended splits.
    fn arrange(&self, repo: &RepoId, tree: &mut Tree, intended: &Intended) -> Result<()> {
        let described = tree.readme.clone();
        let readme = described.as_deref().filter(|text| !text.is_empty()).map(str::as_bytes);
        let touched: BTreeSet<&str> = intended.written.iter().map(|(config, _)| config.as_str()).collect();
        let mut problem = None;
        for rewrite in [None, Some(Rewrite::Touched(&intended.written)), Some(Rewrite::All)] {
            if let Some(rewrite) = rewrite {
                let old = read_metadata(readme)?.get("configs").cloned();
                let paths: Vec<&str> = tree.files.keys().map(String::as_str).collect();
                let new = configs::rewritten(old.as_ref(), &intended.files, &rewrite, &paths);
                tree.readme = Some(edit_metadata(readme, &[("configs", Some(new))])?);
            }
            match tree.layout(repo) {
                Ok(layout) => {
                    let found = layout.map(|layout| Files::of(&layout)).unwrap_or_default();
                    if found == intended.files {
                        return Ok(());
                    }
                }
                Err(error) => problem = Some(error),
            }
        }
        // What is wrong with a name is said best by what refuses it.
        if let Some(error) = problem {
            return Err(error);
        }
        let configs: Vec<&str> = touched.into_iter().collect();
        let message = format!(
            "No `configs` in README.md make `datasets` find the splits of '{}' as they are to be; another file of the repo \
             (`.huggingface.yaml`, say) decides. Write to another config or repo.",
            configs.join("', '")
        );
        Err(Error::new(ErrorKind::Unsupported, WRITE, message))
    }
}

/// What a repo is to hold.
struct Intended {
    files: Files,
    /// The config and split of each table.
    written: Vec<(String, String)>,
}

/// A repo as far as it decides splits.
struct Tree {
    /// Sizes by path.
    files: BTreeMap<String, u64>,
    readme: Option<String>,
    side_files: Vec<(&'static str, Bytes)>,
}

impl Tree {
    fn of(head: &Head) -> Self {
        let files = head.files.iter().map(|entry| (entry.path.clone(), entry.size)).collect();
        // A README that is not UTF-8 is refused where it is read.
        let readme = head.readme.as_ref().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        Self { files, readme, side_files: head.side_files.clone() }
    }

    fn replace(&mut self, deleted: &BTreeSet<String>, placed: &[Vec<StoredFile>]) {
        self.files.retain(|path, _| !deleted.contains(path));
        self.files.extend(placed.iter().flatten().map(|file| (file.path.clone(), file.size)));
        if let Some((_, text)) = self.side_files.iter_mut().find(|(name, _)| *name == SIDE_FILES[1]) {
            *text = info::without_numbers(text).unwrap_or_else(|| text.clone());
        }
    }

    /// What `datasets` finds; `None` when there is no data.
    fn layout(&self, repo: &RepoId) -> Result<Option<Layout>> {
        let files: Vec<RepoFile> =
            self.files.iter().map(|(path, size)| RepoFile { path: path.clone(), size: *size }).collect();
        let side =
            |name| self.side_files.iter().find(|(known, _)| *known == name).map(|(_, text)| text.as_ref());
        let readme = self.readme.as_ref().filter(|text| !text.is_empty());
        let contents = RepoContents {
            id: Some(repo),
            files: &files,
            readme: readme.map(|text| text.as_bytes()),
            standalone_yaml: side(SIDE_FILES[0]),
            dataset_infos: side(SIDE_FILES[1]),
            ..RepoContents::default()
        };
        match layout(&contents, &LoadArgs::default()) {
            Ok(layout) => Ok(Some(layout)),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Unsupported) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The old `dataset_infos.json`, if its numbers had to go.
    fn changed_dataset_infos(&self, head: &Head) -> Option<StoredFile> {
        let find = |files: &[(&'static str, Bytes)]| {
            files.iter().find(|(name, _)| *name == SIDE_FILES[1]).map(|(_, text)| text.clone())
        };
        let text = find(&self.side_files).filter(|text| find(&head.side_files).as_ref() != Some(text))?;
        let size = text.len() as u64;
        Some(StoredFile { path: SIDE_FILES[1].to_owned(), size, content: Content::Inline(text) })
    }
}
