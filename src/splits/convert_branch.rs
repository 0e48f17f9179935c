//! The branch `refs/convert/parquet`, where the Hub keeps its conversion of a dataset to Parquet.
//!
//! Files there are called `{config}/{split}/0000.parquet`; `{config}/partial-{split}/…` when the conversion stopped early (at
//! 5 GB), and `{config}/{split}-part1/…` beyond ten thousand files. That naming alone says what is what: the keyword rules of
//! a dataset's own repo would merge configs here.

use std::collections::BTreeMap;

use super::layout::{Config, FileReport, Layout, Placement, RepoFile, Rule, Split};

/// The splits that come first, in this order.
const FIRST_SPLITS: [&str; 3] = ["train", "validation", "test"];

/// What the Hub converted.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Converted {
    /// Configs in code-point order of their names, each with `train`, `validation` and `test` before its other splits.
    pub layout: Layout,
    /// The names of configs of which only the first rows were converted.
    pub partial: Vec<String>,
}

/// Reads the listing of the branch. `default_config` is the dataset's own default; without one, a config called `default` or
/// the only one is it. Files that are not named by the rule are reported as ignored.
pub fn converted(files: &[RepoFile], default_config: Option<&str>) -> Converted {
    let mut sorted: Vec<&RepoFile> = files.iter().collect();
    sorted.sort_unstable_by_key(|file| &file.path);
    sorted.dedup_by_key(|file| &file.path);
    let mut configs: BTreeMap<&str, ConvertedSplits<'_>> = BTreeMap::new();
    let mut partial = Vec::new();
    let mut rules =
        vec![Rule { placed: None, reason: "Its name is not that of a converted file.".to_owned() }];
    let mut reports = Vec::with_capacity(sorted.len());
    for file in sorted {
        let rule = match ConvertedName::parse(&file.path) {
            None => 0,
            Some(name) => {
                let splits = configs.entry(name.config).or_default();
                splits.entry((rank(name.split), name.split)).or_default().push((name.part, file));
                if name.is_partial && partial.last().is_none_or(|last| last != name.config) {
                    partial.push(name.config.to_owned());
                }
                rule_of(&mut rules, &name)
            }
        };
        reports.push(FileReport { path: file.path.clone(), size: file.size, rules: vec![rule] });
    }
    partial.dedup();
    let default_config = default_config
        .filter(|name| configs.contains_key(name))
        .or_else(|| configs.keys().copied().find(|name| configs.len() == 1 || *name == "default"))
        .map(str::to_owned);
    let configs =
        configs.into_iter().map(|(name, splits)| config(name, default_config.as_deref(), splits)).collect();
    Converted {
        layout: Layout { builder: "parquet", default_config, configs, files: reports, rules },
        partial,
    }
}

/// A config's files, each with its part, by the rank and name of their split.
type ConvertedSplits<'a> = BTreeMap<(usize, &'a str), Vec<(usize, &'a RepoFile)>>;

/// The parts of a converted file's path.
struct ConvertedName<'a> {
    config: &'a str,
    split: &'a str,
    part: usize,
    is_partial: bool,
}

impl<'a> ConvertedName<'a> {
    fn parse(path: &'a str) -> Option<Self> {
        let mut segments = path.split('/');
        let (config, directory, file) = (segments.next()?, segments.next()?, segments.next()?);
        let number = file.strip_suffix(".parquet")?;
        if segments.next().is_some() || number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit())
        {
            return None;
        }
        // A '-' cannot be in a split's name, so neither affix can be part of one.
        let (is_partial, rest) = match directory.strip_prefix("partial-") {
            Some(rest) => (true, rest),
            None => (false, directory),
        };
        let (split, part) = match rest.split_once("-part") {
            Some((split, part)) => (split, part.parse().ok()?),
            None => (rest, 0),
        };
        (!split.is_empty()).then_some(Self { config, split, part, is_partial })
    }
}

fn config(
    name: &str,
    default: Option<&str>,
    splits: BTreeMap<(usize, &str), Vec<(usize, &RepoFile)>>,
) -> Config {
    let splits = splits.into_iter().map(|((_, split), mut files)| {
        files.sort_by_key(|(part, _)| *part);
        let files: Vec<RepoFile> = files.into_iter().map(|(_, file)| file.clone()).collect();
        let num_bytes = files.iter().map(|file| file.size).sum();
        Split { name: split.to_owned(), files, num_bytes, num_rows: None }
    });
    Config {
        name: name.to_owned(),
        is_default: default == Some(name),
        features: None,
        splits: splits.collect(),
        declared_splits: None,
        problem: None,
    }
}

/// The rule for all files of one directory. Files come sorted, so only the last rule can be it.
fn rule_of(rules: &mut Vec<Rule>, name: &ConvertedName<'_>) -> usize {
    let placement = Placement {
        config: name.config.to_owned(),
        split: name.split.to_owned(),
        pattern: format!("{}/{}{}/*", name.config, if name.is_partial { "partial-" } else { "" }, name.split),
    };
    if rules.last().is_none_or(|rule| rule.placed.as_ref() != Some(&placement)) {
        let extent = if name.is_partial { "The first rows, converted" } else { "Converted" };
        rules.push(Rule { placed: Some(placement), reason: format!("{extent} to Parquet by the Hub.") });
    }
    rules.len() - 1
}

fn rank(split: &str) -> usize {
    FIRST_SPLITS.iter().position(|first| *first == split).unwrap_or(FIRST_SPLITS.len())
}
