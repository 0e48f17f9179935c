//! What a card declares of its data beside its files: `dataset_info`, and the old `dataset_infos.json`. Numbers that are no
//! longer true make `load_dataset` fail (`datasets.utils.info_utils.verify_splits`), so they are brought up to date or
//! removed.

use bytes::Bytes;
use serde_json::{Map, Value as Json};

use super::{
    configs::Files,
    table::{Table, TableFile, WRITE},
};
use crate::{
    error::{Error, ErrorKind, Result},
    features::Features,
};

/// A table and the split that it became.
pub(super) struct Written<'a> {
    pub(super) config: &'a str,
    pub(super) split: &'a str,
    pub(super) table: &'a Table,
    /// Whether the split has other files, too.
    pub(super) split_stays: bool,
    /// Whether the config has.
    pub(super) config_stays: bool,
}

/// `dataset_info` after tables were written. `size` gives the length of a file.
///
/// # Errors
/// Kind `invalid` when a table's columns are not those that are declared for the rest of its config.
pub(super) fn updated(
    old: &Json,
    written: &[Written<'_>],
    files: &Files,
    size: impl Fn(&str) -> u64,
) -> Result<Json> {
    let update = |entry: &Json| -> Result<Json> {
        let name = entry.get("config_name").and_then(Json::as_str).unwrap_or("default");
        let tables: Vec<&Written<'_>> = written.iter().filter(|table| table.config == name).collect();
        let Some(entry) = entry.as_object().filter(|_| !tables.is_empty()) else { return Ok(entry.clone()) };
        let mut entry = entry.clone();
        for table in tables {
            update_features(&mut entry, table)?;
            update_split(&mut entry, table);
        }
        if entry.contains_key("download_size") {
            let paths = files.splits(name).flat_map(|(_, paths)| paths);
            entry.insert("download_size".to_owned(), paths.map(|path| size(path)).sum::<u64>().into());
        }
        Ok(Json::Object(entry))
    };
    match old {
        Json::Array(entries) => entries.iter().map(update).collect(),
        entry => update(entry),
    }
}

/// Declared features outrank those in the files, so they must be those of the files.
fn update_features(entry: &mut Map<String, Json>, written: &Written<'_>) -> Result<()> {
    let Some(declared) = entry.get("features") else { return Ok(()) };
    if written.config_stays {
        let declared = declared.as_array().map(Vec::as_slice).unwrap_or_default();
        let names: Vec<&str> = declared.iter().filter_map(|feature| feature.get("name")?.as_str()).collect();
        let other = written.table.columns.iter().find(|column| !names.contains(&column.as_str()));
        let missing = names.iter().find(|name| !written.table.columns.iter().any(|column| column == *name));
        return match other.map(String::as_str).or(missing.copied()) {
            None => Ok(()),
            Some(column) => {
                let message = format!(
                    "The column '{column}' is not in both this table and the features that README.md declares for the config \
                     '{}', whose other files stay. Write the same columns, or to another config.",
                    written.config
                );
                Err(Error::new(ErrorKind::Invalid, WRITE, message).with("split", written.split))
            }
        };
    }
    match written.table.features.as_ref().and_then(|features| Features::from_json(features).ok()) {
        Some(features) => drop(entry.insert("features".to_owned(), features.to_readme())),
        // The files say it themselves.
        None => drop(entry.shift_remove("features")),
    }
    Ok(())
}

/// The rows and bytes of the split, and the bytes of all splits.
fn update_split(entry: &mut Map<String, Json>, written: &Written<'_>) {
    let Some(Json::Array(splits)) = entry.get_mut("splits") else { return };
    let added = ["num_bytes", "num_examples"].map(|key| {
        let of = |file: &TableFile| if key == "num_bytes" { file.num_bytes } else { file.num_rows };
        (key, written.table.files.iter().map(of).sum::<u64>())
    });
    let at = splits.iter().position(|split| split.get("name").and_then(Json::as_str) == Some(written.split));
    let known = |key: &str| at.and_then(|at| splits.get(at)?.get(key)?.as_u64());
    let numbers: Option<Vec<(&str, u64)>> = added
        .into_iter()
        .map(|(key, new)| if written.split_stays { Some((key, known(key)? + new)) } else { Some((key, new)) })
        .collect();
    let Some(numbers) = numbers else {
        // It is not known how many there were.
        entry.shift_remove("splits");
        entry.shift_remove("dataset_size");
        return;
    };
    let mut split = Map::from_iter([("name".to_owned(), Json::from(written.split))]);
    split.extend(numbers.into_iter().map(|(key, number)| (key.to_owned(), Json::from(number))));
    match at.and_then(|at| splits.get_mut(at)) {
        Some(old) => *old = Json::Object(split),
        None => splits.push(Json::Object(split)),
    }
    let size = splits.iter().map(|split| split.get("num_bytes")?.as_u64()).sum::<Option<u64>>();
    match size {
        Some(size) if entry.contains_key("dataset_size") => {
            drop(entry.insert("dataset_size".to_owned(), size.into()))
        }
        _ => drop(entry.shift_remove("dataset_size")),
    }
}

/// `dataset_infos.json` without the numbers and features that a write makes untrue; `None` when it has none, or is none.
pub(super) fn without_numbers(text: &[u8]) -> Option<Bytes> {
    const UNTRUE: [&str; 7] = [
        "splits",
        "features",
        "download_checksums",
        "download_size",
        "dataset_size",
        "size_in_bytes",
        "post_processing_size",
    ];
    let mut infos: Map<String, Json> = serde_json::from_slice(text).ok()?;
    let mut changed = false;
    for info in infos.values_mut().filter_map(Json::as_object_mut) {
        for key in UNTRUE {
            changed |= info.shift_remove(key).is_some();
        }
    }
    let text = serde_json::to_vec_pretty(&infos).ok()?;
    changed.then(|| text.into())
}
