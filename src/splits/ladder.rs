//! The default patterns: how the library finds splits when no README names files
//! (`datasets.data_files._get_data_files_patterns`).
//!
//! It is a ladder of rules. The first rung on which any file matches decides for the whole repo, whatever the file's format;
//! lower rungs are not looked at.

use super::patterns::{Listing, SourcedPattern, SplitPatterns};
use super::place::OPERATION;
use super::split_name::is_split_name;
use crate::error::{Error, ErrorKind, Result};

/// The rungs, from the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rung {
    /// `data/<split>-00000-of-00001.parquet`, for any split name.
    Shards,
    /// `*.eval` logs.
    EvalLogs,
    /// `task.toml` and `instruction.md`.
    HarborTasks,
    /// Directories named after splits.
    Directories,
    /// Files named after splits.
    FileNames,
    /// Everything is `train`.
    Everything,
}

impl Rung {
    /// What decides on this rung, as the start of a sentence.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Self::Shards => "File names of the form data/<split>-00000-of-00001.* decide the splits",
            Self::EvalLogs => "The *.eval logs are the split 'logs'",
            Self::HarborTasks => "Files named task.toml and instruction.md are the split 'test'",
            Self::Directories => "Directories named after splits decide, so that names of files do not count",
            Self::FileNames => "Names of files that hold the name of a split decide",
            Self::Everything => "No name holds that of a split, so all is 'train'",
        }
    }
}

/// The splits' words, in the order in which the library tries them.
const KEYWORDS: [(&str, &[&str]); 3] = [
    ("train", &["train", "training"]),
    ("validation", &["validation", "valid", "dev", "val"]),
    ("test", &["test", "testing", "eval", "evaluation"]),
];
const DIRECTORY_PATTERNS: [&str; 4] =
    ["**/{}/**", "**/{}[-._ 0-9]*/**", "**/*[-._ 0-9]{}/**", "**/*[-._ 0-9]{}[-._ 0-9]*/**"];
const FILE_PATTERNS: [&str; 2] = ["**/{}[-._ 0-9]*", "**/*[-._ 0-9]{}[-._ 0-9]*"];
const SHARDS: &str = "data/{}-[0-9][0-9][0-9][0-9][0-9]-of-[0-9][0-9][0-9][0-9][0-9]*.*";

/// The patterns that apply below `base`, and their rung; `None` when there is no file at all that counts.
///
/// # Errors
/// `Invalid` when a file on the first rung has no split name where it should have one, as `data/my-split-00000-of-00001.csv`.
pub(super) fn default_patterns(
    listing: &Listing<'_>,
    base: &str,
) -> Result<Option<(Rung, Vec<SplitPatterns>)>> {
    if let Some(splits) = shard_patterns(listing, base)? {
        return Ok(Some((Rung::Shards, splits)));
    }
    // Most keywords are in no path at all, which one look at each path settles for all of a keyword's patterns.
    let is_used = |keyword: &str| listing.files().iter().any(|file| file.path.contains(keyword));
    let used =
        KEYWORDS.map(|(_, keywords)| keywords.iter().map(|keyword| is_used(keyword)).collect::<Vec<_>>());
    let rungs = [
        (Rung::EvalLogs, vec![split("logs", ["**/*.eval".to_owned()])]),
        (Rung::HarborTasks, vec![split("test", ["**/task.toml".to_owned(), "**/instruction.md".to_owned()])]),
        (Rung::Directories, keyword_patterns(&DIRECTORY_PATTERNS, &used)),
        (Rung::FileNames, keyword_patterns(&FILE_PATTERNS, &used)),
        (Rung::Everything, vec![split("train", ["**".to_owned()])]),
    ];
    for (rung, splits) in rungs {
        let mut found = Vec::new();
        for split in splits {
            if any_match(listing, base, &split)? {
                found.push(split);
            }
        }
        if !found.is_empty() {
            return Ok(Some((rung, found)));
        }
    }
    Ok(None)
}

fn shard_patterns(listing: &Listing<'_>, base: &str) -> Result<Option<Vec<SplitPatterns>>> {
    let mut names: Vec<&str> = Vec::new();
    for index in listing.matches(base, &SHARDS.replace("{}", "*"))? {
        let path = listing.path(index);
        let name = shard_split(path.rsplit_once('/').map_or(path, |(_, name)| name));
        let Some(name) = name.filter(|name| is_split_name(name)) else {
            return Err(Error::new(
                ErrorKind::Invalid,
                OPERATION,
                format!(
                    "'{}' is no split name: letters, digits and '_' only, with single dots inside. Rename the file, or list \
                     the files under 'configs' in README.md.",
                    name.unwrap_or_default()
                ),
            )
            .with("file", path));
        };
        names.push(name);
    }
    names.sort_unstable();
    names.dedup();
    let (default, other): (Vec<&str>, Vec<&str>) =
        names.into_iter().partition(|name| KEYWORDS.iter().any(|(split, _)| split == name));
    let ordered =
        KEYWORDS.iter().map(|(split, _)| *split).filter(|split| default.contains(split)).chain(other);
    let splits: Vec<_> = ordered.map(|name| split(name, [SHARDS.replace("{}", name)])).collect();
    Ok((!splits.is_empty()).then_some(splits))
}

/// The longest text before `-ddddd-of-dddd` in a file name: Python's `(.+)-[0-9]{5}-of-[0-9]{4}` searched greedily.
fn shard_split(name: &str) -> Option<&str> {
    let is_digits = |text: &str, len: usize| {
        text.get(..len).is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
    };
    name.rmatch_indices('-').map(|(at, _)| name.split_at(at)).find_map(|(split, rest)| {
        let rest = rest.strip_prefix('-').filter(|rest| is_digits(rest, 5))?;
        let rest = rest.get(5..)?.strip_prefix("-of-")?;
        (!split.is_empty() && is_digits(rest, 4)).then_some(split)
    })
}

/// The patterns of the keywords that are in some path. The others match nothing, so that they need not be listed.
fn keyword_patterns(forms: &[&str], used: &[Vec<bool>]) -> Vec<SplitPatterns> {
    let of_split = |((name, keywords), used): (&(&str, &[&str]), &Vec<bool>)| {
        let keywords = keywords.iter().zip(used).filter(|(_, used)| **used).map(|(keyword, _)| keyword);
        split(name, keywords.flat_map(|keyword| forms.iter().map(|form| form.replace("{}", keyword))))
    };
    KEYWORDS.iter().zip(used).map(of_split).collect()
}

fn split(name: &str, patterns: impl IntoIterator<Item = String>) -> SplitPatterns {
    let patterns = patterns.into_iter().map(|text| SourcedPattern { text, place: None }).collect();
    SplitPatterns { split: name.to_owned(), patterns }
}

fn any_match(listing: &Listing<'_>, base: &str, split: &SplitPatterns) -> Result<bool> {
    for pattern in &split.patterns {
        if listing.matches(base, &pattern.text)?.next().is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}
