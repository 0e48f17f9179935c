//! What a repo declares about its configs without looking at files: `dataset_info` of the card, and the old
//! `dataset_infos.json` (`datasets.info.DatasetInfosDict`). Features and split sizes come from here, and when exactly one
//! config is declared, it is the default one.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value as Json};

use super::card::Card;
use super::card_features;
use super::front_matter::utf8;
use super::place::Place;
use super::yaml_node::{Node, Value};
use crate::error::Result;

/// The name of the file that old versions of `push_to_hub` wrote.
pub(super) const DATASET_INFOS: &str = "dataset_infos.json";
/// The parameters of `datasets.SplitInfo`; any other is an error to it.
const SPLIT_FIELDS: [&str; 6] =
    ["name", "num_bytes", "num_examples", "shard_lengths", "original_shard_lengths", "dataset_name"];

/// What is declared of one config.
#[derive(Debug, Clone, Default)]
pub(super) struct DatasetInfo {
    /// In the form of Parquet metadata.
    pub(super) features: Option<Json>,
    pub(super) splits: Option<Vec<DeclaredSplit>>,
}

/// One entry of `splits`.
#[derive(Debug, Clone)]
pub(super) struct DeclaredSplit {
    pub(super) name: String,
    pub(super) num_rows: Option<u64>,
}

/// Declarations by config name; a later one of the same name replaces the earlier.
#[derive(Debug, Default)]
pub(super) struct DatasetInfos {
    entries: HashMap<String, DatasetInfo>,
}

impl DatasetInfos {
    /// The card's declarations over those of `dataset_infos.json`. A single old one is called `default` whatever its name,
    /// which was `user--repo` then.
    ///
    /// # Errors
    /// What the library cannot read: an unknown feature type, a split with unknown parameters, JSON that is none.
    pub(super) fn read(card: &Card, dataset_infos: Option<&[u8]>) -> Result<Self> {
        let mut infos = dataset_infos.map(from_json).transpose()?.unwrap_or_default();
        if infos.entries.len() == 1 {
            infos.entries = infos.entries.into_values().map(|info| ("default".to_owned(), info)).collect();
        }
        if let Some(node) = card.get("dataset_info") {
            let entries = match &node.value {
                Value::List(items) => items.as_slice(),
                Value::Map(_) => std::slice::from_ref(node),
                _ => &[],
            };
            for entry in entries {
                infos.entries.insert(config_name(entry), from_yaml(entry)?);
            }
        }
        Ok(infos)
    }

    pub(super) fn get(&self, config: &str) -> Option<&DatasetInfo> {
        self.entries.get(config)
    }

    /// The only config that is declared, if it is just one.
    pub(super) fn only_name(&self) -> Option<&str> {
        let mut names = self.entries.keys();
        names.next().filter(|_| names.next().is_none()).map(String::as_str)
    }
}

fn config_name(entry: &Node) -> String {
    entry.get("config_name").map_or_else(|| "default".to_owned(), Node::key_text)
}

fn from_yaml(entry: &Node) -> Result<DatasetInfo> {
    if !matches!(entry.value, Value::Map(_)) {
        let message = format!("An entry of 'dataset_info' must be a mapping, not {}.", entry.describe());
        return Err(entry.place.invalid(message));
    }
    let given = |key: &str| entry.get(key).filter(|node| !matches!(node.value, Value::Null));
    if let Some(version) = given("version") {
        check_version(&version.to_json(), version.place)?;
    }
    let features = given("features").map(card_features::from_yaml).transpose()?;
    let splits =
        given("splits").map(|splits| declared_splits(&splits.to_json(), splits.place)).transpose()?;
    Ok(DatasetInfo { features, splits })
}

fn from_json(bytes: &[u8]) -> Result<DatasetInfos> {
    let place = Place { file: DATASET_INFOS, line: 1 };
    let json: Json = serde_json::from_str(utf8(bytes, DATASET_INFOS)?).map_err(|error| {
        Place { line: error.line(), ..place }
            .invalid("This is not valid JSON; mend the file or delete it.")
            .with_source(error)
    })?;
    let not_a_mapping = || place.invalid("The file must map config names to mappings; mend it or delete it.");
    let mut infos = DatasetInfos::default();
    for (name, info) in json.as_object().ok_or_else(not_a_mapping)? {
        let info = info.as_object().ok_or_else(not_a_mapping)?;
        let given = |key: &str| info.get(key).filter(|value| !value.is_null());
        if let Some(version) = given("version") {
            check_version(version, place)?;
        }
        if let Some(features) = given("features") {
            card_features::check(features, place)?;
        }
        let splits = given("splits").map(|splits| declared_splits(splits, place)).transpose()?;
        infos.entries.insert(name.clone(), DatasetInfo { features: given("features").cloned(), splits });
    }
    Ok(infos)
}

/// `datasets.splits.SplitDict.from_split_dict`.
fn declared_splits(splits: &Json, place: Place) -> Result<Vec<DeclaredSplit>> {
    let items: Vec<&Json> = match splits {
        Json::Array(items) => items.iter().collect(),
        Json::Object(splits) => splits.values().collect(),
        Json::String(text) if text.is_empty() => Vec::new(),
        _ => {
            return Err(
                place.invalid(format!("'splits' must be a list of mappings with a 'name', not {splits}."))
            );
        }
    };
    let mut declared = Vec::new();
    let mut names = HashSet::new();
    for item in items {
        let split =
            item.as_object().filter(|split| split.keys().all(|key| SPLIT_FIELDS.contains(&key.as_str())));
        let Some(split) = split else {
            let message = format!(
                "An entry of 'splits' has 'name', 'num_bytes' and 'num_examples' and no more, but is {item}."
            );
            return Err(place.invalid(message));
        };
        let name = split_name(split);
        if !names.insert(name.clone()) {
            return Err(place.invalid(format!("The split '{name}' is declared twice; remove one.")));
        }
        declared.push(DeclaredSplit { name, num_rows: split.get("num_examples").and_then(Json::as_u64) });
    }
    Ok(declared)
}

fn split_name(split: &Map<String, Json>) -> String {
    match split.get("name") {
        None => String::new(),
        Some(Json::String(name)) => name.clone(),
        Some(other) => other.to_string(),
    }
}

fn check_version(version: &Json, place: Place) -> Result<()> {
    let text = match version {
        Json::Object(version) => version.get("version_str").and_then(Json::as_str),
        other => other.as_str(),
    };
    let is_version = |text: &str| {
        let parts: Vec<&str> = text.split('.').collect();
        parts.len() == 3
            && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    if text.is_some_and(is_version) {
        return Ok(());
    }
    Err(place.invalid(format!(
        "A version is three numbers in quotes, as '1.0.0', not {version}; mend it or remove it."
    )))
}
