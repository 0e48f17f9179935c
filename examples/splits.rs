//! What a repo's configs, splits and files are, as JSON.
//!
//! ```text
//! cargo run -q --example splits -- FILE.json
//! cargo run -q --example splits < FILE.json
//! ```
//!
//! The input is a case: `{"files": [paths], "readme": text or null, "contents"?: {path: text}, "zip_members"?: {path: [names]},
//! "args"?: {"data_dir"?, "data_files"?}}`. The output is `{"builder", "default_config", "configs": [{"config_name",
//! "default", "splits": [{"split", "files"}]}]}`, or `{"error": {"kind", "message"}}`. A list of cases gives a list.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{Read, Write};

use hubframe::splits::{LoadArgs, RepoContents, RepoFile, layout};
use serde::Deserialize;
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let mut text = String::new();
    match std::env::args().nth(1) {
        Some(path) => text = std::fs::read_to_string(path)?,
        None => {
            std::io::stdin().read_to_string(&mut text)?;
        }
    }
    let answer = match serde_json::from_str(&text)? {
        Value::Array(cases) => cases.into_iter().map(answer).collect::<Result<Value, _>>()?,
        case => answer(case)?,
    };
    writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&answer)?)?;
    Ok(())
}

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

fn answer(case: Value) -> Result<Value, serde_json::Error> {
    let case: Case = serde_json::from_value(case)?;
    let data_files = match case.args.data_files {
        None => None,
        Some(DataFiles::Patterns(patterns)) => Some(vec![("train".to_owned(), patterns.into_vec())]),
        Some(DataFiles::Splits(splits)) => {
            let patterns = |patterns| serde_json::from_value(patterns).map(Patterns::into_vec);
            Some(
                splits
                    .into_iter()
                    .map(|(split, paths)| Ok((split, patterns(paths)?)))
                    .collect::<Result<_, _>>()?,
            )
        }
    };
    let args = LoadArgs { data_dir: case.args.data_dir, data_files };
    let files: Vec<RepoFile> = case.files.into_iter().map(|path| RepoFile { path, size: 0 }).collect();
    let content = |name: &str| case.contents.get(name).map(String::as_bytes);
    let repo = RepoContents {
        files: &files,
        readme: case.readme.as_deref().map(str::as_bytes),
        standalone_yaml: content(".huggingface.yaml"),
        dataset_infos: content("dataset_infos.json"),
        zip_members: &case.zip_members,
        ..RepoContents::default()
    };
    let layout = match layout(&repo, &args) {
        Ok(layout) => layout,
        Err(error) => {
            return Ok(json!({ "error": { "kind": error.kind().code(), "message": error.to_string() } }));
        }
    };
    if let Some(problem) = layout.configs.iter().find_map(|config| config.problem.as_ref()) {
        return Ok(json!({ "error": { "kind": "invalid", "message": problem } }));
    }
    let configs = layout.configs.iter().map(|config| {
        let splits = config.splits.iter().map(|split| {
            let files = split.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>();
            json!({ "split": split.name, "files": files })
        });
        let mut json = json!({
            "config_name": config.name,
            "default": config.is_default,
            "splits": splits.collect::<Vec<_>>(),
        });
        if let (Some(names), Some(object)) = (&config.declared_splits, json.as_object_mut()) {
            object.insert("split_names".to_owned(), json!(names));
        }
        json
    });
    let configs = configs.collect::<Vec<_>>();
    Ok(json!({ "builder": layout.builder, "default_config": layout.default_config, "configs": configs }))
}
