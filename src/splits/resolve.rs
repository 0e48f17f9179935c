//! The order of decisions, as `datasets.load.HubDatasetModuleFactory.get_module` and `DatasetBuilder` take them: the card, the
//! patterns that tell the format, the format, and then the files of each config.

use std::borrow::Cow;
use std::collections::HashMap;

use super::card::Card;
use super::dataset_info::{DatasetInfo, DatasetInfos};
use super::formats;
use super::inference::infer_format;
use super::ladder::{Rung, default_patterns};
use super::layout::{Config, Layout, Split};
use super::metadata_configs::{self, ConfigEntry, DataFiles};
use super::patterns::{Listing, Match, SourcedPattern, SplitPatterns};
use super::place::{OPERATION, Place};
use super::report;
use super::{LoadArgs, RepoContents};
use crate::error::{Error, ErrorKind, Result};

/// What decided which files make up a config.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decider {
    /// The `data_files` of its entry in the README.
    Card,
    /// The caller's own `data_files`.
    Args,
    /// The default patterns.
    Ladder(Rung),
}

/// A config whose files are known, or why they are not.
#[derive(Debug)]
pub(super) struct ResolvedConfig {
    pub(super) name: String,
    pub(super) decider: Decider,
    pub(super) splits: Vec<ResolvedSplit>,
    problem: Option<Error>,
}

/// A split: its patterns, and the files that they took.
#[derive(Debug, Clone)]
pub(super) struct ResolvedSplit {
    pub(super) patterns: SplitPatterns,
    pub(super) matches: Vec<Match>,
}

pub(super) fn resolve(repo: &RepoContents<'_>, args: &LoadArgs) -> Result<Layout> {
    refuse_script(repo)?;
    let card = Card::read(repo.readme, repo.standalone_yaml)?;
    let entries = metadata_configs::read(&card)?;
    let infos = DatasetInfos::read(&card, repo.dataset_infos)?;
    let listing = Listing::new(repo.files);

    let data_dir = args.data_dir.as_deref().filter(|data_dir| !data_dir.is_empty());
    let base = data_dir.unwrap_or("").trim_end_matches('/');
    let (decider, patterns) = format_patterns(&listing, base, args, data_dir, &entries)?;
    let found = resolve_splits(&listing, base, &patterns, true)?;
    let named: Vec<_> =
        found.iter().map(|split| (split.patterns.split.as_str(), split.paths(&listing))).collect();
    let builder = infer_format(&named, repo.zip_members)?.builder;

    let configs = match (&args.data_files, data_dir) {
        // The builder resolves these patterns once more, and then takes files of every ending.
        (Some(_), None) => {
            one_for_all(&listing, base, &entries, decider, resolve_splits(&listing, "", &patterns, false)?)?
        }
        (None, None) if !entries.is_empty() => resolve_entries(&listing, &entries)?,
        _ => {
            let kept = found
                .iter()
                .map(|split| split.keeping(&listing, |path| formats::keeps(builder, path)))
                .collect();
            one_for_all(&listing, base, &entries, decider, kept)?
        }
    };
    let default =
        metadata_configs::default_name(&entries)?.or(infos.only_name()).or(match configs.as_slice() {
            [only] => Some(only.name.as_str()),
            _ => None,
        });
    let (files, rules) = report::report(&listing, &configs, builder);
    Ok(Layout {
        builder,
        default_config: default.map(str::to_owned),
        configs: configs
            .iter()
            .enumerate()
            .map(|(at, config)| {
                to_config(config, &listing, default, entries.get(at), infos.get(&config.name))
            })
            .collect(),
        files,
        rules,
    })
}

/// The patterns whose files tell the format: the caller's, else the first entry's, else the default ones.
fn format_patterns<'a>(
    listing: &Listing<'_>,
    base: &str,
    args: &LoadArgs,
    data_dir: Option<&str>,
    entries: &'a [ConfigEntry],
) -> Result<(Decider, Cow<'a, [SplitPatterns]>)> {
    if let Some(splits) = &args.data_files {
        let sourced = |pattern: &String| SourcedPattern { text: pattern.clone(), place: None };
        let splits = splits.iter().map(|(split, patterns)| SplitPatterns {
            split: split.clone(),
            patterns: patterns.iter().map(sourced).collect(),
        });
        return Ok((Decider::Args, splits.collect()));
    }
    match entries.first().map(|entry| &entry.data_files).filter(|_| data_dir.is_none()) {
        Some(DataFiles::Patterns(splits)) => Ok((Decider::Card, Cow::Borrowed(splits))),
        Some(DataFiles::Null(place)) => {
            Err(place.invalid("'data_files' has no value; give it one, or remove the key."))
        }
        Some(DataFiles::Default) | None => {
            let (rung, splits) = default_patterns(listing, base)?.ok_or_else(|| no_data(base))?;
            Ok((Decider::Ladder(rung), Cow::Owned(splits)))
        }
    }
}

/// Every entry of the README with its own files.
fn resolve_entries(listing: &Listing<'_>, entries: &[ConfigEntry]) -> Result<Vec<ResolvedConfig>> {
    let mut configs = Vec::with_capacity(entries.len());
    let mut ladders = Ladders::default();
    for entry in entries {
        let base = entry.data_dir.as_deref().unwrap_or("");
        let (decider, patterns) = match &entry.data_files {
            DataFiles::Patterns(splits) => (Decider::Card, splits),
            DataFiles::Default | DataFiles::Null(_) => {
                let (rung, splits) = ladders.get(listing, base, entry)?;
                (Decider::Ladder(*rung), splits)
            }
        };
        let splits = entry.check_name().and_then(|()| resolve_splits(listing, base, patterns, true));
        configs.push(ResolvedConfig::new(&entry.name, decider, splits));
    }
    Ok(configs)
}

/// The same files for every config of the README, or for one called `default`.
fn one_for_all(
    listing: &Listing<'_>,
    base: &str,
    entries: &[ConfigEntry],
    decider: Decider,
    splits: Vec<ResolvedSplit>,
) -> Result<Vec<ResolvedConfig>> {
    // The library looks for the entries' own files, too, though it does not use them.
    let mut ladders = Ladders::default();
    for entry in entries.iter().filter(|entry| !matches!(entry.data_files, DataFiles::Patterns(_))) {
        let separator = if base.is_empty() || entry.data_dir.is_none() { "" } else { "/" };
        ladders.get(
            listing,
            &format!("{base}{separator}{}", entry.data_dir.as_deref().unwrap_or("")),
            entry,
        )?;
    }
    if entries.is_empty() {
        return Ok(vec![ResolvedConfig::new("default", decider, Ok(splits))]);
    }
    let num_files = splits.iter().map(|split| split.matches.len()).sum();
    let config = |entry: &ConfigEntry| {
        listing.count_placed(num_files)?;
        Ok(ResolvedConfig::new(&entry.name, decider, entry.check_name().map(|()| splits.clone())))
    };
    entries.iter().map(config).collect()
}

/// The default patterns below each directory that an entry names, worked out once.
#[derive(Default)]
struct Ladders(HashMap<String, (Rung, Vec<SplitPatterns>)>);

impl Ladders {
    fn get(
        &mut self,
        listing: &Listing<'_>,
        base: &str,
        entry: &ConfigEntry,
    ) -> Result<&(Rung, Vec<SplitPatterns>)> {
        if !self.0.contains_key(base) {
            let found = default_patterns(listing, base)?.ok_or_else(|| no_data(base));
            let Place { file, line } = entry.place;
            let found = found
                .map_err(|error| error.with("config", &entry.name).with("file", file).with("line", line))?;
            self.0.insert(base.to_owned(), found);
        }
        self.0.get(base).ok_or_else(|| no_data(base))
    }
}

fn resolve_splits(
    listing: &Listing<'_>,
    base: &str,
    splits: &[SplitPatterns],
    supported_only: bool,
) -> Result<Vec<ResolvedSplit>> {
    let resolve = |split: &SplitPatterns| {
        let matches = listing.resolve(base, &split.patterns, supported_only)?;
        Ok(ResolvedSplit { patterns: split.clone(), matches })
    };
    splits.iter().map(resolve).collect()
}

impl ResolvedConfig {
    fn new(name: &str, decider: Decider, splits: Result<Vec<ResolvedSplit>>) -> Self {
        let (splits, problem) = match splits {
            Ok(splits) => (splits, None),
            Err(problem) => (Vec::new(), Some(problem)),
        };
        Self { name: name.to_owned(), decider, splits, problem }
    }
}

impl ResolvedSplit {
    fn paths<'a>(&self, listing: &Listing<'a>) -> Vec<&'a str> {
        self.matches.iter().map(|found| listing.path(found.file)).collect()
    }

    fn keeping(&self, listing: &Listing<'_>, keeps: impl Fn(&str) -> bool) -> Self {
        let matches = self.matches.iter().filter(|found| keeps(listing.path(found.file))).copied().collect();
        Self { patterns: self.patterns.clone(), matches }
    }
}

fn to_config(
    config: &ResolvedConfig,
    listing: &Listing<'_>,
    default: Option<&str>,
    entry: Option<&ConfigEntry>,
    info: Option<&DatasetInfo>,
) -> Config {
    let declared = info.and_then(|info| info.splits.as_deref());
    let rows: HashMap<&str, Option<u64>> =
        declared.unwrap_or(&[]).iter().map(|split| (split.name.as_str(), split.num_rows)).collect();
    let to_split = |split: &ResolvedSplit| {
        let files: Vec<_> = split.matches.iter().filter_map(|found| listing.file(found.file)).collect();
        let name = split.patterns.split.clone();
        let num_rows = rows.get(name.as_str()).copied().flatten();
        Split { num_bytes: files.iter().map(|file| file.size).sum(), files, num_rows, name }
    };
    let splits: Vec<Split> = config.splits.iter().map(to_split).collect();
    let declared_splits =
        declared.map(|declared| declared.iter().map(|split| split.name.clone()).collect::<Vec<_>>());
    Config {
        name: config.name.clone(),
        is_default: default == Some(&config.name),
        features: info
            .and_then(|info| info.features.clone())
            .or_else(|| entry.and_then(|entry| entry.features.clone())),
        declared_splits: declared_splits
            .filter(|names| !names.iter().eq(splits.iter().map(|split| &split.name))),
        splits,
        problem: config.problem.as_ref().map(Error::to_string),
    }
}

/// A file named like the repo was once a loading script, and now makes the library refuse the repo.
fn refuse_script(repo: &RepoContents<'_>) -> Result<()> {
    let Some(script) = repo.id.map(|id| format!("{}.py", id.name())) else { return Ok(()) };
    if !repo.files.iter().any(|file| file.path == script) {
        return Ok(());
    }
    let message = "The repo holds a loading script, which 'datasets' no longer runs. Remove or rename it.";
    Err(Error::new(ErrorKind::Unsupported, OPERATION, message).with("file", script))
}

fn no_data(base: &str) -> Error {
    let place = if base.is_empty() { "The repo".to_owned() } else { format!("The directory '{base}'") };
    let message = format!(
        "{place} holds no data file. Hidden files and README.md do not count; upload some, or mend the path."
    );
    Error::new(ErrorKind::NotFound, OPERATION, message)
}
