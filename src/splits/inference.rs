//! Which builder reads a dataset: the format that most of its file names claim
//! (`datasets.load.infer_module_for_data_files`).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::formats::{self, Format};
use super::place::OPERATION;
use crate::error::{Error, ErrorKind, Result};

/// How many archives of a split are looked into.
const MAX_ARCHIVES: usize = 10;

/// The format of a dataset, from the files of each of its splits in the library's order, duplicates included.
///
/// # Errors
/// `Invalid` when two splits differ in format; `Unsupported` when no file has a known one, or when it lies in archives whose
/// members `zip_members` does not tell.
pub(super) fn infer_format(
    splits: &[(&str, Vec<&str>)],
    zip_members: &BTreeMap<String, Vec<String>>,
) -> Result<Format> {
    let mut formats = Vec::new();
    for (name, files) in splits {
        formats.push((*name, split_format(files, zip_members)?));
    }
    let first = formats.first().and_then(|(_, format)| *format);
    if formats.iter().any(|(_, format)| *format != first) {
        return Err(differing(&formats));
    }
    first.ok_or_else(|| {
        Error::new(
            ErrorKind::Unsupported,
            OPERATION,
            "No file that the splits are made of has the ending of a data format. Endings count in lower case only; to read \
             other files than these, list them under 'configs' in README.md.",
        )
    })
}

/// Every dotted part of every name is one vote. Metadata files vote last; a draw goes to Parquet, then by a fixed order.
fn split_format(files: &[&str], zip_members: &BTreeMap<String, Vec<String>>) -> Result<Option<Format>> {
    let mut votes: HashMap<(String, bool), usize> = HashMap::new();
    for file in files {
        let name = base_name(file);
        let is_metadata = formats::is_metadata_name(name);
        for extension in formats::extensions(name) {
            *votes.entry((extension.to_lowercase(), is_metadata)).or_default() += 1;
        }
    }
    let mut ranking: Vec<_> = votes
        .into_iter()
        .map(|((extension, is_metadata), count)| (!is_metadata, count, favour(&extension), extension))
        .collect();
    ranking.sort_unstable();
    for (.., extension) in ranking.iter().rev() {
        if let Some(format) = formats::of_extension(extension) {
            return Ok(Some(format));
        }
        if extension == "zip" {
            return archive_format(files, zip_members);
        }
    }
    Ok(None)
}

/// The most common extension inside the archives decides alone.
fn archive_format(files: &[&str], zip_members: &BTreeMap<String, Vec<String>>) -> Result<Option<Format>> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    let mut positions: HashMap<String, usize> = HashMap::new();
    for file in files.iter().filter(|file| file.ends_with(".zip")).take(MAX_ARCHIVES) {
        let Some(members) = zip_members.get(*file) else {
            return Err(Error::new(
                ErrorKind::Unsupported,
                OPERATION,
                "The data lies in zip archives, and what is in them is not known here.",
            )
            .with("file", file));
        };
        for path in with_directories(members) {
            for extension in formats::extensions(base_name(path)) {
                let extension = extension.to_lowercase();
                let at = *positions.entry(extension.clone()).or_insert(counts.len());
                match counts.get_mut(at) {
                    Some(entry) => entry.1 += 1,
                    None => counts.push((extension, 1)),
                }
            }
        }
    }
    // Of equal counts the first seen wins, which is why this is no `max_by_key`.
    let most = counts.iter().map(|(_, count)| *count).max();
    let winner = counts.iter().find(|(_, count)| Some(*count) == most);
    Ok(winner.and_then(|(extension, _)| formats::of_extension(extension)))
}

/// The members and the directories above them, in code-point order: what a recursive glob of the archive lists.
fn with_directories(members: &[String]) -> BTreeSet<&str> {
    let mut paths = BTreeSet::new();
    for member in members {
        let member = member.trim_end_matches('/');
        paths.insert(member);
        paths.extend(member.match_indices('/').filter_map(|(at, _)| member.get(..at)));
    }
    paths.remove("");
    paths
}

/// Who wins a draw: the position from the end of the library's list of favourites.
fn favour(extension: &str) -> usize {
    const FAVOURITES: [&str; 7] = ["csv", "json", "jsonl", "arrow", "vortex", "lance", "parquet"];
    FAVOURITES.iter().position(|favourite| *favourite == extension).map_or(0, |at| at + 1)
}

fn base_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

fn differing(formats: &[(&str, Option<Format>)]) -> Error {
    let name = |format: &Option<Format>| match format {
        None => "no known format",
        Some(Format { builder: "csv", variant: "special" }) => "csv with tabs (.tsv)",
        Some(Format { builder: "conll", variant: "special" }) => "conllu",
        Some(format) => format.builder,
    };
    let list: Vec<String> =
        formats.iter().map(|(split, format)| format!("'{split}' is {}", name(format))).collect();
    Error::new(
        ErrorKind::Invalid,
        OPERATION,
        format!(
            "All splits must have one format, but {}. Remove the files that are no data, or list the data files of each split \
             under 'configs' in README.md.",
            list.join(", ")
        ),
    )
}
