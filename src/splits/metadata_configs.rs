//! The `configs` of the card: which files make up which config, as far as the YAML says it
//! (`datasets.utils.metadata.MetadataConfigs`).

use std::collections::{HashMap, HashSet};

use serde_json::Value as Json;

use super::card::Card;
use super::card_features;
use super::patterns::{SourcedPattern, SplitPatterns};
use super::place::Place;
use super::split_name::is_split_name;
use super::yaml_node::{Node, Value};
use crate::error::{Error, Result};

/// Characters that no config name may hold, because the library makes directories of these names on Windows too.
const BAD_NAME_CHARS: &str = r"<>:/\|?*";
/// What `data_files` may look like, for errors.
const DATA_FILES_FORMS: &str =
    "Write a path or glob, a list of them, or a list of entries with exactly the keys 'split' and 'path'";

/// One entry of `configs`.
#[derive(Debug)]
pub(super) struct ConfigEntry {
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) data_files: DataFiles,
    pub(super) data_dir: Option<String>,
    pub(super) features: Option<Json>,
    is_marked_default: bool,
}

/// What an entry says about its files.
#[derive(Debug)]
pub(super) enum DataFiles {
    /// No `data_files` key, or one without a value in an entry after the first: the default patterns decide.
    Default,
    /// A `data_files` key without a value. In the first entry that is an error to the library.
    Null(Place),
    Patterns(Vec<SplitPatterns>),
}

impl ConfigEntry {
    /// A nameless config is listed by the library, and fails when it is loaded.
    pub(super) fn check_name(&self) -> Result<()> {
        if self.name.is_empty() {
            Err(self.place.invalid("A 'config_name' may not be empty."))
        } else {
            Ok(())
        }
    }
}

/// The entries in YAML order. Of two entries with one name the later counts, in the place of the earlier.
///
/// # Errors
/// `Invalid`, with the line to mend, where the library refuses the whole dataset.
pub(super) fn read(card: &Card) -> Result<Vec<ConfigEntry>> {
    let Some(configs) = card.get("configs").filter(|configs| configs.is_truthy()) else {
        return Ok(Vec::new());
    };
    let Value::List(items) = &configs.value else {
        let message =
            format!("'configs' must be a list of entries with a 'config_name', not {}.", configs.describe());
        return Err(configs.place.invalid(message));
    };
    let mut last: HashMap<&str, &Node> = HashMap::new();
    let mut names = Vec::new();
    for item in items {
        let name = config_name(item)?;
        if let Some(data_files) = item.get("data_files") {
            check_form(data_files)?;
        }
        item.get("features").map(card_features::from_yaml).transpose()?;
        if last.insert(name, item).is_none() {
            names.push(name);
        }
    }
    // An entry that a later one replaces must have the right form, and may be wrong in what it says.
    names.into_iter().filter_map(|name| Some(read_entry(name, last.get(name)?))).collect()
}

/// The config that is loaded when none is named: the only one, the one called `default`, or the one with a truthy `default`.
///
/// # Errors
/// `Invalid` when two entries claim it.
pub(super) fn default_name(entries: &[ConfigEntry]) -> Result<Option<&str>> {
    let mut candidates = entries
        .iter()
        .filter(|entry| entries.len() == 1 || entry.name == "default" || entry.is_marked_default);
    let Some(first) = candidates.next() else { return Ok(None) };
    match candidates.next() {
        None => Ok(Some(&first.name)),
        Some(second) => Err(second.place.invalid(format!(
            "Both '{}' and '{}' claim to be the default config; leave 'default: true' at one (a config called 'default' \
             claims it by its name).",
            first.name, second.name
        ))),
    }
}

fn config_name(item: &Node) -> Result<&str> {
    let Some(name) = item.get("config_name") else {
        return Err(item.place.invalid("Each entry of 'configs' needs a 'config_name'."));
    };
    let Some(text) = name.as_str() else {
        let message = format!("A 'config_name' must be a text, not {}; put it in quotes.", name.describe());
        return Err(name.place.invalid(message));
    };
    match text.chars().find(|c| BAD_NAME_CHARS.contains(*c)) {
        None => Ok(text),
        Some(bad) => Err(name.place.invalid(format!(
            "The config name '{text}' holds '{bad}'; none of {BAD_NAME_CHARS} may be in it."
        ))),
    }
}

fn read_entry(name: &str, item: &Node) -> Result<ConfigEntry> {
    for (key, _) in item.entries() {
        match key.as_str() {
            Some("name") => {
                return Err(key.place.invalid("A config is named by 'config_name'; remove the key 'name'."));
            }
            Some(_) => {}
            None => return Err(key.place.invalid(format!("A key must be a text, not {}.", key.describe()))),
        }
    }
    Ok(ConfigEntry {
        name: name.to_owned(),
        place: item.place,
        data_files: match item.get("data_files") {
            None => DataFiles::Default,
            Some(Node { place, value: Value::Null }) => DataFiles::Null(*place),
            Some(data_files) => DataFiles::Patterns(read_data_files(data_files)?),
        },
        data_dir: read_data_dir(item)?,
        features: item.get("features").map(card_features::from_yaml).transpose()?,
        is_marked_default: item.get("default").is_some_and(Node::is_truthy),
    })
}

fn read_data_dir(item: &Node) -> Result<Option<String>> {
    let Some(node) = item.get("data_dir").filter(|node| node.is_truthy()) else { return Ok(None) };
    match node.as_str() {
        Some(data_dir) => Ok(Some(data_dir.to_owned())),
        None => {
            let message = format!("'data_dir' must be a path, not {}; put it in quotes.", node.describe());
            Err(node.place.invalid(message))
        }
    }
}

/// The form of `data_files`, which the library checks first, entry by entry.
fn check_form(node: &Node) -> Result<()> {
    let Value::List(items) = &node.value else {
        let is_known = matches!(node.value, Value::String(_) | Value::Null);
        return if is_known { Ok(()) } else { Err(bad_data_files(node)) };
    };
    for item in items.iter().filter(|item| item.as_str().is_none()) {
        let (Some(split), Some(path), 2) = (item.get("split"), item.get("path"), item.entries().len()) else {
            return Err(bad_data_files(item));
        };
        if !split.as_str().is_some_and(is_split_name) {
            return Err(split.place.invalid(format!(
                "{} is no split name. A split name is a text of letters, digits and '_', with single dots inside; there may \
                 be no dash or blank in it, and a number must be in quotes.",
                split.describe()
            )));
        }
        if !matches!(path.value, Value::String(_) | Value::List(_)) {
            return Err(bad_data_files(path));
        }
    }
    Ok(())
}

/// Patterns by split, from what [`check_form`] let pass.
fn read_data_files(node: &Node) -> Result<Vec<SplitPatterns>> {
    let items = match &node.value {
        Value::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    if !items.iter().any(|item| matches!(item.value, Value::Map(_))) {
        let patterns = items.iter().map(pattern).collect::<Result<_>>()?;
        return Ok(vec![SplitPatterns { split: "train".to_owned(), patterns }]);
    }
    let mut names = HashSet::new();
    let read_split = |item: &Node| {
        let (Some(split), Some(path)) = (item.get("split"), item.get("path")) else {
            return Err(bad_data_files(item));
        };
        let name = split.key_text();
        if !names.insert(name.clone()) {
            return Err(split
                .place
                .invalid(format!("The split '{name}' is listed twice; join its paths in one entry.")));
        }
        let paths = match &path.value {
            Value::List(paths) => paths.as_slice(),
            _ => std::slice::from_ref(path),
        };
        Ok(SplitPatterns { split: name, patterns: paths.iter().map(pattern).collect::<Result<_>>()? })
    };
    items.iter().map(read_split).collect()
}

fn pattern(node: &Node) -> Result<SourcedPattern> {
    match node.as_str() {
        Some(text) => Ok(SourcedPattern { text: text.to_owned(), place: Some(node.place) }),
        None => Err(bad_data_files(node)),
    }
}

fn bad_data_files(node: &Node) -> Error {
    node.place.invalid(format!("{} is no 'data_files'. {DATA_FILES_FORMS}.", node.describe()))
}
