//! What a repo's configs, splits and files are, as JSON.
//!
//! ```text
//! cargo run -q --example splits -- --hub http://127.0.0.1:8080 user/name[@revision]
//! cargo run -q --example splits -- FILE.json
//! cargo run -q --example splits < FILE.json
//! ```
//!
//! A file holds a case: `{"files": [paths], "readme": text or null, "contents"?: {path: text}, "zip_members"?: {path:
//! [names]}, "args"?: {"data_dir"?, "data_files"?}}`, or a list of cases. The output is `{"builder", "default_config",
//! "configs": [{"config_name", "default", "splits": [{"split", "files"}]}]}`, or `{"error": {"kind", "message"}}`.
//! A config has `split_names`, too, where its card declares other splits than its files give.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    rc::Rc,
};

use hubframe::{
    Error,
    frame::Session,
    http::RetryPolicy,
    hub::Hub,
    splits::{LoadArgs, RepoContents, RepoFile, layout},
};
use serde::Deserialize;
use serde_json::{Value, json};

#[path = "../tests/common/mod.rs"]
mod common;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let answer = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text)?;
            answer_all(&text)?
        }
        ["--hub", endpoint, repo] => common::wait(answer_from_hub(endpoint, repo))
            .unwrap_or_else(|error| error_to_json(error.kind().code(), &error.to_string())),
        [file] => answer_all(&std::fs::read_to_string(file)?)?,
        _ => return Err("usage: splits [--hub URL REPO | FILE.json]".into()),
    };
    writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&answer)?)?;
    Ok(())
}

/// The strict answer for a dataset on a Hub.
async fn answer_from_hub(endpoint: &str, repo: &str) -> Result<Value, Error> {
    let hub = Hub::new(common::NativeTransport::new(), endpoint, None, RetryPolicy::default())?;
    let dataset = Rc::new(Session::new(hub)).dataset(repo, None).await?;
    let Some(layout) = dataset.strict else {
        let problem = dataset.problem.map(|problem| (problem.code, problem.message)).unwrap_or_default();
        return Ok(error_to_json(problem.0, &problem.1));
    };
    let paths: Vec<&str> = layout.paths.split('\0').collect();
    let configs = layout.configs.into_iter().map(|config| Answer {
        splits: config
            .splits
            .into_iter()
            .map(|split| (split.name, split.files.iter().filter_map(|at| paths.get(*at).copied()).collect()))
            .collect(),
        name: config.name,
        is_default: config.is_default,
        declared_splits: config.declared_splits,
        problem: config.problem,
    });
    Ok(to_json(layout.builder, layout.default_config.as_deref(), configs))
}

fn answer_all(text: &str) -> Result<Value, serde_json::Error> {
    match serde_json::from_str(text)? {
        Value::Array(cases) => cases.into_iter().map(answer).collect(),
        case => answer(case),
    }
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
            let splits = splits.into_iter().map(|(split, paths)| Ok((split, patterns(paths)?)));
            Some(splits.collect::<Result<_, _>>()?)
        }
    };
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
    let layout = match layout(&repo, &LoadArgs { data_dir: case.args.data_dir, data_files }) {
        Ok(layout) => layout,
        Err(error) => return Ok(error_to_json(error.kind().code(), &error.to_string())),
    };
    let configs = layout.configs.iter().map(|config| Answer {
        splits: config
            .splits
            .iter()
            .map(|split| (split.name.clone(), split.files.iter().map(|file| file.path.as_str()).collect()))
            .collect(),
        name: config.name.clone(),
        is_default: config.is_default,
        declared_splits: config.declared_splits.clone(),
        problem: config.problem.clone(),
    });
    Ok(to_json(layout.builder, layout.default_config.as_deref(), configs))
}

/// A config, as the output wants it.
struct Answer<'a> {
    name: String,
    is_default: bool,
    splits: Vec<(String, Vec<&'a str>)>,
    declared_splits: Option<Vec<String>>,
    problem: Option<String>,
}

fn to_json<'a>(
    builder: &str,
    default_config: Option<&str>,
    configs: impl Iterator<Item = Answer<'a>>,
) -> Value {
    let mut answers = Vec::new();
    for config in configs {
        if let Some(problem) = config.problem {
            return error_to_json("invalid", &problem);
        }
        let splits = config.splits.iter().map(|(split, files)| json!({ "split": split, "files": files }));
        let splits = splits.collect::<Vec<_>>();
        let mut json = json!({ "config_name": config.name, "default": config.is_default, "splits": splits });
        if let (Some(names), Some(object)) = (config.declared_splits, json.as_object_mut()) {
            object.insert("split_names".to_owned(), json!(names));
        }
        answers.push(json);
    }
    json!({ "builder": builder, "default_config": default_config, "configs": answers })
}

fn error_to_json(kind: &str, message: &str) -> Value {
    json!({ "error": { "kind": kind, "message": message } })
}
