//! Which files of a repo a pattern takes (`datasets.data_files.resolve_pattern` over `HfFileSystem`).
//!
//! A glob alone does not decide: hidden files, `__dunder__` directories and a few reserved names stay out unless the pattern
//! spells them, and the caller may want only names with the ending of a data format.

use std::cell::Cell;

use super::formats;
use super::layout::RepoFile;
use super::place::{OPERATION, Place};
use crate::error::{Error, ErrorKind, Result};
use crate::path::{Glob, Positions, has_magic};

/// Names that are never data, in any directory, unless a pattern's last part is just that name.
const RESERVED_NAMES: [&str; 6] = [
    "README.md",
    "config.json",
    "dataset_info.json",
    "dataset_infos.json",
    "dummy_data.zip",
    "dataset_dict.json",
];

/// How many pairs of a pattern and a file are looked at before a card is refused: a second or two of work. Only patterns that
/// begin with a wildcard look at every file, so that real cards come nowhere near.
const MAX_CHECKS: usize = 100_000_000;
/// How many files may be placed, each placing of a file counted.
const MAX_MATCHES: usize = 2_000_000;

/// The paths of a repo in code-point order, with what every pattern asks of them.
#[derive(Debug)]
pub(super) struct Listing<'a> {
    files: Vec<ListedFile<'a>>,
    checks: Cell<usize>,
    matches: Cell<usize>,
}

/// A path and what its spelling means.
#[derive(Debug)]
pub(super) struct ListedFile<'a> {
    pub(super) path: &'a str,
    pub(super) size: u64,
    pub(super) is_reserved: bool,
    pub(super) is_supported: bool,
    /// How many parts begin with a dot.
    pub(super) hidden_parts: usize,
    /// How many directories begin with two underscores.
    pub(super) dunder_parts: usize,
}

/// The patterns of one split, in order.
#[derive(Debug, Clone)]
pub(super) struct SplitPatterns {
    pub(super) split: String,
    pub(super) patterns: Vec<SourcedPattern>,
}

/// A pattern and the line it comes from; the library's own patterns and a caller's come from none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SourcedPattern {
    pub(super) text: String,
    pub(super) place: Option<Place>,
}

/// One file of a split: its index in the listing, and the index of the pattern that took it. A file appears once for each
/// pattern that takes it, as in the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) file: usize,
    pub(super) pattern: usize,
}

impl<'a> Listing<'a> {
    /// Sorts the paths. A path that is listed twice counts once.
    pub(super) fn new(files: impl IntoIterator<Item = &'a RepoFile>) -> Self {
        let mut files: Vec<ListedFile<'a>> = files.into_iter().map(ListedFile::new).collect();
        files.sort_unstable_by_key(|file| file.path);
        files.dedup_by_key(|file| file.path);
        Self { files, checks: Cell::new(0), matches: Cell::new(0) }
    }

    pub(super) fn files(&self) -> &[ListedFile<'a>] {
        &self.files
    }

    pub(super) fn file(&self, index: usize) -> Option<RepoFile> {
        self.files.get(index).map(|file| RepoFile { path: file.path.to_owned(), size: file.size })
    }

    pub(super) fn path(&self, index: usize) -> &'a str {
        self.files.get(index).map_or("", |file| file.path)
    }

    /// The files that `patterns` take, below the directory `base`, pattern by pattern and each in code-point order.
    ///
    /// # Errors
    /// `NotFound` for a path without magic that is no file (or, with `supported_only`, none of a known format), `Invalid` for
    /// a malformed glob or a doubled `/`, `Limit` when all patterns so far together cost too much.
    pub(super) fn resolve(
        &self,
        base: &str,
        patterns: &[SourcedPattern],
        supported_only: bool,
    ) -> Result<Vec<Match>> {
        let mut matches = Vec::new();
        for (index, pattern) in patterns.iter().enumerate() {
            let before = matches.len();
            let taken = self.matches(base, &pattern.text).map_err(|error| at_place(error, pattern.place))?;
            let kept = taken.filter(|file| {
                !supported_only || self.files.get(*file).is_some_and(|file| file.is_supported)
            });
            matches.extend(kept.map(|file| Match { file, pattern: index }));
            if matches.len() == before && !has_magic(&pattern.text) {
                return Err(at_place(self.not_found(base, &pattern.text), pattern.place));
            }
            self.count_placed(matches.len() - before).map_err(|error| at_place(error, pattern.place))?;
        }
        Ok(matches)
    }

    /// Every file that one pattern takes, in code-point order. Costs one pass over the files that start as the pattern does, up
    /// to its first wildcard.
    pub(super) fn matches(
        &self,
        base: &str,
        pattern: &str,
    ) -> Result<impl Iterator<Item = usize> + use<'_, 'a>> {
        let full = join(base, pattern)?.filter(|full| !full.is_empty());
        let mut finder = full.as_deref().map(|full| Finder::new(full, self)).transpose()?;
        let range = finder.as_ref().map_or(0..0, |finder| finder.range.clone());
        spend(&self.checks, range.len(), MAX_CHECKS)?;
        Ok(range.filter(move |index| {
            let file = self.files.get(*index);
            finder.as_mut().zip(file).is_some_and(|(finder, file)| finder.takes(file))
        }))
    }

    /// Counts files that are put into a split.
    ///
    /// # Errors
    /// `Limit` when there were too many of them for one card.
    pub(super) fn count_placed(&self, files: usize) -> Result<()> {
        spend(&self.matches, files, MAX_MATCHES)
    }

    /// How many pairs of a pattern and a file were looked at.
    #[cfg(test)]
    pub(super) fn checks(&self) -> usize {
        self.checks.get()
    }

    /// The indexes of the paths that start with `prefix`.
    fn below(&self, prefix: &str) -> std::ops::Range<usize> {
        let start = self.files.partition_point(|file| file.path < prefix);
        let rest = self.files.get(start..).unwrap_or(&[]);
        start..start + rest.partition_point(|file| file.path.starts_with(prefix))
    }

    fn not_found(&self, base: &str, pattern: &str) -> Error {
        let full = join(base, pattern).ok().flatten().unwrap_or_else(|| pattern.to_owned());
        let files = self.below(&full);
        let hint = if is_url(pattern) || pattern.starts_with('/') {
            "paths are relative to the repo's root and may not leave it".to_owned()
        } else if self.files.binary_search_by_key(&full.as_str(), |file| file.path).is_ok() {
            "its ending is that of no data format".to_owned()
        } else if self.path(self.below(&format!("{full}/")).start).starts_with(&format!("{full}/")) {
            format!("it is a directory; write '{full}/*' or '{full}/**'")
        } else if full.contains(['{', '}']) {
            "braces are no wildcards; list the paths one by one".to_owned()
        } else if full.contains("%") {
            "paths are taken literally; write blanks and other signs as they are".to_owned()
        } else if full.starts_with("./") || full.contains("/../") || full.starts_with("../") {
            "leave './' off, and write the path without '..'".to_owned()
        } else if !files.is_empty() {
            format!("did you mean '{}'?", self.path(files.start))
        } else {
            "check its spelling; upper and lower case differ".to_owned()
        };
        Error::new(
            ErrorKind::NotFound,
            OPERATION,
            format!("There is no data file '{full}' in the repo: {hint}."),
        )
    }
}

impl<'a> ListedFile<'a> {
    fn new(RepoFile { path, size }: &'a RepoFile) -> Self {
        let name = base_name(path);
        Self {
            path,
            size: *size,
            is_reserved: RESERVED_NAMES.contains(&name),
            is_supported: formats::is_supported(name),
            hidden_parts: hidden_parts(path),
            dunder_parts: dunder_parts(path),
        }
    }
}

/// A pattern made ready for many files.
struct Finder {
    glob: Option<Glob>,
    range: std::ops::Range<usize>,
    name: String,
    /// The most `/` a match can have: `fsspec` lists no deeper. Unbounded with `**`.
    max_slashes: usize,
    hidden_parts: usize,
    dunder_parts: usize,
    positions: Positions,
}

impl Finder {
    fn new(full: &str, listing: &Listing<'_>) -> Result<Self> {
        let slashes = full.matches('/').count();
        let (glob, range) = if has_magic(full) {
            let literal = full.split(['*', '?', '[']).next().unwrap_or("");
            (Some(Glob::new(full)?), listing.below(literal))
        } else {
            let found = listing.files.binary_search_by_key(&full, |file| file.path);
            (None, found.map_or(0..0, |index| index..index + 1))
        };
        Ok(Self {
            glob,
            range,
            name: base_name(full).to_owned(),
            max_slashes: if full.contains("**") { usize::MAX } else { slashes },
            hidden_parts: hidden_parts(full),
            dunder_parts: dunder_parts(full),
            positions: Positions::default(),
        })
    }

    fn takes(&mut self, file: &ListedFile<'_>) -> bool {
        file.hidden_parts == self.hidden_parts
            && file.dunder_parts == self.dunder_parts
            && (!file.is_reserved || base_name(file.path) == self.name)
            && self.glob.as_ref().is_none_or(|glob| glob.is_match_with(file.path, &mut self.positions))
            && (self.max_slashes == usize::MAX || file.path.matches('/').count() <= self.max_slashes)
    }
}

/// `pattern` below `base`, without slashes at its end; `None` when it leaves the repo.
fn join(base: &str, pattern: &str) -> Result<Option<String>> {
    if pattern.starts_with('/') || base.starts_with('/') || is_url(pattern) {
        return Ok(None);
    }
    let joined = match base {
        "" => pattern.to_owned(),
        base if base.ends_with('/') => format!("{base}{pattern}"),
        base => format!("{base}/{pattern}"),
    };
    let joined = joined.trim_end_matches('/');
    if joined.contains("//") {
        let message = format!("The path '{joined}' has a doubled '/'; remove one.");
        return Err(Error::new(ErrorKind::Invalid, OPERATION, message));
    }
    Ok(Some(joined.to_owned()))
}

/// Whether Python's `urlparse` finds a scheme, which takes the pattern out of the repo.
fn is_url(pattern: &str) -> bool {
    pattern.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
    })
}

/// Adds to a running total that has a bound.
fn spend(total: &Cell<usize>, amount: usize, bound: usize) -> Result<()> {
    total.set(total.get().saturating_add(amount));
    if total.get() <= bound {
        return Ok(());
    }
    let message =
        "The card places too many files by too many patterns; begin its patterns with a directory each.";
    Err(Error::new(ErrorKind::Limit, OPERATION, message))
}

fn at_place(error: Error, place: Option<Place>) -> Error {
    match place {
        Some(place) => error.with("file", place.file).with("line", place.line),
        None => error,
    }
}

/// The last part of a path. The library takes `::` for the joint between an archive and a path in it, and looks before it.
fn base_name(path: &str) -> &str {
    let path = path.split_once("::").map_or(path, |(path, _)| path);
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// The parts of a path as `pathlib.PurePath` counts them.
fn parts(path: &str) -> impl DoubleEndedIterator<Item = &str> {
    path.split('/').filter(|part| !matches!(*part, "" | "."))
}

fn hidden_parts(path: &str) -> usize {
    parts(path).filter(|part| part.starts_with('.') && part.contains(|c| c != '.')).count()
}

fn dunder_parts(path: &str) -> usize {
    parts(path).rev().skip(1).filter(|part| part.starts_with("__")).count()
}
