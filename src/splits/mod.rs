//! Configs, splits and files of a dataset repo, exactly as the `datasets` library sees them, and why.
//!
//! Pure: from a list of paths and the few texts that matter to a [`Layout`]. The rules are those of `datasets` 5.2.0 on its
//! Hub code path, defects included, because what is listed here must equal what `load_dataset` loads. Where that strict
//! answer holds no Parquet, [`parquet_layout`] and [`converted`] say what can be read all the same.
//!
//! Each file is one decision: `front_matter` (which lines are YAML), `yaml11`, `yaml_node` and `yaml_scalar` (what they
//! mean), `card`, `metadata_configs` and `dataset_info` (what they say), `patterns` (which files a pattern takes),
//! `ladder` (the default patterns), `formats` and `inference` (which builder), `resolve` (in which order), `report`
//! (why), `edit` (changing a card). HTTP, Parquet and Arrow are unknown here.

mod card;
mod card_features;
mod convert_branch;
mod dataset_info;
mod edit;
mod formats;
mod front_matter;
mod inference;
mod ladder;
mod layout;
mod metadata_configs;
mod patterns;
mod place;
mod report;
mod resolve;
mod split_name;
mod yaml11;
mod yaml_node;
mod yaml_scalar;

use std::collections::BTreeMap;

pub use convert_branch::{Converted, converted};
pub use edit::{edit_metadata, read_metadata};
pub use layout::{Config, FileReport, Layout, Placement, RepoFile, Rule, Split};

use crate::error::Result;
use crate::path::RepoId;

/// What decides the layout of a repo, all at one revision.
#[derive(Debug, Clone, Copy)]
pub struct RepoContents<'a> {
    /// The repo's id, if it is known: a loading script is told by the repo's name.
    pub id: Option<&'a RepoId>,
    /// Every file, in any order.
    pub files: &'a [RepoFile],
    /// The bytes of `README.md`.
    pub readme: Option<&'a [u8]>,
    /// The bytes of `.huggingface.yaml` at the root, which overrides the README's front matter key by key.
    pub standalone_yaml: Option<&'a [u8]>,
    /// The bytes of `dataset_infos.json` at the root.
    pub dataset_infos: Option<&'a [u8]>,
    /// The names inside zip archives, by path. Only asked for when most data files are archives.
    pub zip_members: &'a BTreeMap<String, Vec<String>>,
}

/// The arguments of `load_dataset` that choose files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadArgs {
    /// A directory to look in instead of the root; the README's `data_files` do not count then.
    pub data_dir: Option<String>,
    /// Patterns by split, instead of the README's and the default ones. A bare list of patterns is the split `train`.
    pub data_files: Option<Vec<(String, Vec<String>)>>,
}

/// Names of the files at the root whose texts [`RepoContents`] wants, besides `README.md`. Fetch those that are listed.
pub const SIDE_FILES: [&str; 2] = [card::STANDALONE_YAML, dataset_info::DATASET_INFOS];

/// The layout that `datasets` finds. Costs time in proportion to the number of files, and no I/O.
///
/// ```
/// use hubframe::splits::{LoadArgs, RepoContents, RepoFile, layout};
///
/// let files = ["train.parquet", "test.parquet"].map(|path| RepoFile { path: path.to_owned(), size: 1000 });
/// let repo = RepoContents { files: &files, ..RepoContents::default() };
/// let layout = layout(&repo, &LoadArgs::default())?;
/// assert_eq!(layout.configs[0].splits[0].name, "train");
/// # Ok::<(), hubframe::Error>(())
/// ```
///
/// # Errors
/// What makes `datasets` refuse the repo: kind `Invalid` for what the README or a file name gets wrong, with `file` and
/// `line`; `NotFound` when there is no data; `Unsupported` when there is none of a known format; `Limit` for a card that is too
/// long or too deep, which `datasets` might still read.
pub fn layout(repo: &RepoContents<'_>, args: &LoadArgs) -> Result<Layout> {
    resolve::resolve(repo, args)
}

/// The layout that the repo would have if it held nothing but its Parquet files: what can be read when the strict answer
/// of [`layout`] is another format or an error. Label it as such, since `datasets` and the Hub's viewer do not list it.
///
/// # Errors
/// As [`layout`], and `NotFound` when there is no Parquet file.
pub fn parquet_layout(repo: &RepoContents<'_>, args: &LoadArgs) -> Result<Layout> {
    let files: Vec<RepoFile> = repo.files.iter().filter(|file| is_parquet(&file.path)).cloned().collect();
    layout(&RepoContents { files: &files, ..*repo }, args)
}

/// The split that each file would be of, were it a Parquet file and the repo nothing but these: what a person means by their
/// names. Of a file that is in two splits, the first; `train` for what `datasets` leaves out or refuses.
pub fn guess_splits(paths: &[String]) -> Vec<String> {
    let named = |path: &String| format!("{path}.parquet");
    let files: Vec<RepoFile> = paths.iter().map(|path| RepoFile { path: named(path), size: 1 }).collect();
    let found = layout(&RepoContents { files: &files, ..RepoContents::default() }, &LoadArgs::default());
    let splits = found.map(|layout| layout.configs.into_iter().flat_map(|config| config.splits).collect());
    let splits: Vec<Split> = splits.unwrap_or_default();
    let split_of = |path: &String| {
        let path = named(path);
        let split = splits.iter().find(|split| split.files.iter().any(|file| file.path == path));
        split.map_or_else(|| "train".to_owned(), |split| split.name.clone())
    };
    paths.iter().map(split_of).collect()
}

/// Whether a file's name ends as that of a Parquet file does. Upper case does not count, as in the library.
pub fn is_parquet(path: &str) -> bool {
    [".parquet", ".geoparquet", ".gpq"].iter().any(|ending| path.ends_with(ending))
}

impl Default for RepoContents<'_> {
    fn default() -> Self {
        static NO_ARCHIVES: BTreeMap<String, Vec<String>> = BTreeMap::new();
        Self {
            id: None,
            files: &[],
            readme: None,
            standalone_yaml: None,
            dataset_infos: None,
            zip_members: &NO_ARCHIVES,
        }
    }
}

#[cfg(test)]
mod tests;
