//! The card's `configs`, written so that `datasets` finds given splits.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use crate::splits::Layout;

/// The files of splits, by config. Equal when each config has the same splits of the same files, in any order.
#[derive(Debug, Clone, Default)]
pub(super) struct Files(Vec<(String, String, Vec<String>)>);

impl Files {
    /// What a layout says, without empty splits.
    pub(super) fn of(layout: &Layout) -> Self {
        let splits =
            layout.configs.iter().flat_map(|config| config.splits.iter().map(move |split| (config, split)));
        let files = splits.map(|(config, split)| {
            let paths = split.files.iter().map(|file| file.path.clone()).collect();
            (config.name.clone(), split.name.clone(), paths)
        });
        Self(files.filter(|(_, _, paths): &(_, _, Vec<_>)| !paths.is_empty()).collect())
    }

    pub(super) fn without(mut self, deleted: &BTreeSet<String>) -> Self {
        for (_, _, paths) in &mut self.0 {
            paths.retain(|path| !deleted.contains(path));
        }
        self.0.retain(|(_, _, paths)| !paths.is_empty());
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The config and split of a file that is in exactly one, once.
    pub(super) fn place_of(&self, path: &str) -> Option<(String, String)> {
        let mut places = self.0.iter().flat_map(|(config, split, paths)| {
            paths.iter().filter(move |known| *known == path).map(move |_| (config.clone(), split.clone()))
        });
        places.next().filter(|_| places.next().is_none())
    }

    pub(super) fn add(&mut self, (config, split): &(String, String), paths: &[String]) {
        if paths.is_empty() {
            return;
        }
        match self.0.iter_mut().find(|(c, s, _)| c == config && s == split) {
            Some((_, _, known)) => known.extend_from_slice(paths),
            None => self.0.push((config.clone(), split.clone(), paths.to_vec())),
        }
    }

    pub(super) fn has(&self, config: &str, split: &str) -> bool {
        self.0.iter().any(|(c, s, _)| c == config && s == split)
    }

    pub(super) fn has_config(&self, config: &str) -> bool {
        self.0.iter().any(|(c, _, _)| c == config)
    }

    /// The splits of a config with their files.
    pub(super) fn splits<'a>(&'a self, config: &'a str) -> impl Iterator<Item = (&'a str, &'a [String])> {
        self.0
            .iter()
            .filter(move |(c, _, _)| c == config)
            .map(|(_, split, paths)| (split.as_str(), paths.as_slice()))
    }

    fn sorted(&self) -> Vec<(&str, &str, Vec<&str>)> {
        let mut all: Vec<(&str, &str, Vec<&str>)> = self
            .0
            .iter()
            .map(|(config, split, paths)| {
                let mut paths: Vec<&str> = paths.iter().map(String::as_str).collect();
                paths.sort_unstable();
                (config.as_str(), split.as_str(), paths)
            })
            .collect();
        all.sort_unstable();
        all
    }
}

impl PartialEq for Files {
    fn eq(&self, other: &Self) -> bool {
        self.sorted() == other.sorted()
    }
}

/// Which entries of `configs` are written anew.
#[derive(Debug)]
pub(super) enum Rewrite<'a> {
    /// Those of these configs, and in them what is said of these splits.
    Touched(&'a [(String, String)]),
    /// All of them.
    All,
}

/// `configs` such that each config has the splits of `files`; `paths` are all files of the repo.
pub(super) fn rewritten(old: Option<&Json>, files: &Files, rewrite: &Rewrite<'_>, paths: &[&str]) -> Json {
    let old = old.and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut entries: Vec<Json> = old.to_vec();
    for (config, _, _) in &files.0 {
        let at =
            entries.iter().position(|entry| entry.get("config_name").and_then(Json::as_str) == Some(config));
        let is_touched = match rewrite {
            Rewrite::Touched(written) => written.iter().any(|(touched, _)| touched == config),
            Rewrite::All => true,
        };
        match at.and_then(|at| entries.get_mut(at)) {
            Some(entry) if is_touched => *entry = rewritten_entry(entry, config, files, rewrite, paths),
            Some(_) => {}
            None => {
                let new = json!({ "config_name": config });
                entries.push(rewritten_entry(&new, config, files, &Rewrite::All, paths));
            }
        }
    }
    Json::Array(entries)
}

fn rewritten_entry(old: &Json, config: &str, files: &Files, rewrite: &Rewrite<'_>, paths: &[&str]) -> Json {
    let mut entry: Map<String, Json> = old.as_object().cloned().unwrap_or_default();
    // Beside a `data_dir`, `datasets` looks for the paths of `data_files` in two places.
    let had_dir = entry.shift_remove("data_dir").is_some();
    let items = entry.get("data_files").and_then(Json::as_array).cloned().unwrap_or_default();
    let kept = |split: &str| match rewrite {
        Rewrite::Touched(written) if !had_dir && !written.iter().any(|(c, s)| c == config && s == split) => {
            items.iter().find(|item| item.get("split").and_then(Json::as_str) == Some(split)).cloned()
        }
        _ => None,
    };
    let item = |(split, files): (&str, &[String])| {
        kept(split).unwrap_or_else(|| json!({ "split": split, "path": path_value(split, files, paths) }))
    };
    // Splits that the card names stay in their order.
    let place = |split: &str| {
        let named = items.iter().position(|item| item.get("split").and_then(Json::as_str) == Some(split));
        named.unwrap_or(items.len())
    };
    let mut splits: Vec<(&str, &[String])> = files.splits(config).collect();
    splits.sort_by_key(|(split, _)| place(split));
    entry.insert("data_files".to_owned(), splits.into_iter().map(item).collect());
    Json::Object(entry)
}

/// Patterns that match exactly `files` among `all`: one text, or a list.
fn path_value(split: &str, files: &[String], all: &[&str]) -> Json {
    let mut patterns: Vec<String> = Vec::new();
    let mut directories = Vec::new();
    for directory in files.iter().map(|file| directory(file)) {
        if !directories.contains(&directory) {
            directories.push(directory);
        }
    }
    for dir in directories {
        let own: Vec<&str> = files.iter().map(String::as_str).filter(|file| directory(file) == dir).collect();
        let prefix =
            own.first().and_then(|file| file.split(|c: char| c.is_ascii_digit()).next()).unwrap_or("");
        // Shards of other splits may come to lie beside those of this one.
        let is_shard = prefix.strip_prefix(dir).and_then(|name| name.strip_suffix('-')) == Some(split);
        let starts = if is_shard { [prefix, dir] } else { [dir, prefix] };
        let found = starts.into_iter().find(|start| {
            let taken = all.iter().filter(|path| path.starts_with(start) && path.ends_with(".parquet"));
            let is_plain = !start.contains(['*', '?', '[', ']']);
            is_plain && taken.filter(|path| directory(path) == dir).eq(own.iter())
        });
        match found {
            Some(start) => patterns.push(format!("{start}*.parquet")),
            None => patterns.extend(own.iter().map(|&file| file.to_owned())),
        }
    }
    match patterns.as_slice() {
        [one] => Json::from(one.as_str()),
        several => Json::from(several.to_vec()),
    }
}

/// The directory of a path with its slash; empty at the root.
fn directory(path: &str) -> &str {
    path.rfind('/').and_then(|slash| path.get(..=slash)).unwrap_or("")
}
