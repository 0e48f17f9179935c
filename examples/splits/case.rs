//! What `datasets` makes of a repo that is given as JSON.

use std::collections::BTreeMap;

use hubframe::frame::LayoutTable;
use hubframe::splits::{LoadArgs, RepoContents, RepoFile, layout};
use serde::Deserialize;
use serde_json::Value;

use crate::render;

/// One repo, as the test cases write it.
#[derive(Deserialize)]
struct Case {
    files: Vec<String>,
    readme: Option<String>,
    #[serde(default)]
    contents: BTreeMap<String, String>,
    #[serde(default)]
    zip_members: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    args: Args,
}

#[derive(Default, Deserialize)]
struct Args {
    data_dir: Option<String>,
    data_files: Option<DataFiles>,
}

/// The shapes that `load_dataset` takes.
#[derive(Deserialize)]
#[serde(untagged)]
enum DataFiles {
    Patterns(Patterns),
    Splits(serde_json::Map<String, Value>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Patterns {
    One(String),
    Many(Vec<String>),
}

impl Patterns {
    fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(pattern) => vec![pattern],
            Self::Many(patterns) => patterns,
        }
    }
}

/// The answer to a case.
///
/// # Errors
/// A case that is not of the shape above.
pub(crate) fn answer(case: Value) -> serde_json::Result<Value> {
    let Case { files, readme, contents, zip_members, args } = serde_json::from_value(case)?;
    let files: Vec<RepoFile> = files.into_iter().map(|path| RepoFile { path, size: 0 }).collect();
    let content = |name: &str| contents.get(name).map(String::as_bytes);
    let repo = RepoContents {
        files: &files,
        readme: readme.as_deref().map(str::as_bytes),
        standalone_yaml: content(".huggingface.yaml"),
        dataset_infos: content("dataset_infos.json"),
        zip_members: &zip_members,
        ..RepoContents::default()
    };
    Ok(match layout(&repo, &args.try_into()?) {
        Ok(layout) => render::layout(&LayoutTable::from(layout)),
        Err(error) => render::error(error.kind().code(), &error.to_string()),
    })
}
impl TryFrom<Args> for LoadArgs {
    type Error = serde_json::Error;

    fn try_from(args: Args) -> serde_json::Result<Self> {
        let data_files = match args.data_files {
            None => None,
            Some(DataFiles::Patterns(patterns)) => Some(vec![("train".to_owned(), patterns.into_vec())]),
            Some(DataFiles::Splits(splits)) => {
                let patterns = |patterns| serde_json::from_value(patterns).map(Patterns::into_vec);
                let splits = splits.into_iter().map(|(split, paths)| Ok((split, patterns(paths)?)));
                Some(splits.collect::<serde_json::Result<_>>()?)
            }
        };
        Ok(Self { data_dir: args.data_dir, data_files })
    }
}
