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
};

use futures_util::future::{join_all, try_join};
use hubframe::{
    Error,
    http::RetryPolicy,
    hub::{EntryKind, Hub},
    path::HfPath,
    splits::{Config, Layout, LoadArgs, RepoContents, RepoFile, SIDE_FILES, layout},
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
        ["--hub", endpoint, repo] => to_json(common::wait(layout_on_hub(endpoint, repo))),
        [file] => answer_all(&std::fs::read_to_string(file)?)?,
        _ => return Err("usage: splits [--hub URL REPO | FILE.json]".into()),
    };
    writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&answer)?)?;
    Ok(())
}

/// The layout of a dataset on a Hub, pinned to one commit.
async fn layout_on_hub(endpoint: &str, repo: &str) -> Result<Layout, Error> {
    let hub = Hub::new(common::NativeTransport::new(), endpoint, None, RetryPolicy::default())?;
    let place = HfPath::parse(&format!("hf://datasets/{repo}"))?;
    let sha = hub.revision(&place.repo, place.resolved_revision()).await?.sha;
    let (entries, readme) =
        try_join(hub.tree(&place.repo, &sha, "", true), hub.text(&place.repo, &sha, "README.md")).await?;
    let files = entries.into_iter().filter(|entry| entry.kind == EntryKind::File);
    let files: Vec<RepoFile> = files.map(|file| RepoFile { path: file.path, size: file.size }).collect();
    let listed = SIDE_FILES.map(|name| files.iter().any(|file| file.path == name).then_some(name));
    let (hub, id, sha) = (&hub, &place.repo, &sha);
    let fetch = |name: Option<&'static str>| async move {
        match name {
            Some(name) => hub.text(id, sha, name).await,
            None => Ok(None),
        }
    };
    let side_files = join_all(listed.map(fetch)).await.into_iter().collect::<Result<Vec<_>, _>>()?;
    let bytes = |at: usize| side_files.get(at).and_then(|text| text.as_ref()).map(|text| &*text.bytes);
    let repo = RepoContents {
        id: Some(id),
        files: &files,
        readme: readme.as_ref().map(|text| &*text.bytes),
        standalone_yaml: bytes(0),
        dataset_infos: bytes(1),
        ..RepoContents::default()
    };
    layout(&repo, &LoadArgs::default())
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
    Ok(to_json(layout(&repo, &LoadArgs { data_dir: case.args.data_dir, data_files })))
}

fn to_json(layout: Result<Layout, Error>) -> Value {
    let error = |kind: &str, message: String| json!({ "error": { "kind": kind, "message": message } });
    let layout = match layout {
        Ok(layout) => layout,
        Err(problem) => return error(problem.kind().code(), problem.to_string()),
    };
    if let Some(problem) = layout.configs.iter().find_map(|config| config.problem.as_ref()) {
        return error("invalid", problem.clone());
    }
    let configs = layout.configs.iter().map(config_to_json).collect::<Vec<_>>();
    json!({ "builder": layout.builder, "default_config": layout.default_config, "configs": configs })
}

fn config_to_json(config: &Config) -> Value {
    let splits = config.splits.iter().map(|split| {
        let files = split.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>();
        json!({ "split": split.name, "files": files })
    });
    let splits = splits.collect::<Vec<_>>();
    let mut json = json!({ "config_name": config.name, "default": config.is_default, "splits": splits });
    if let (Some(names), Some(object)) = (&config.declared_splits, json.as_object_mut()) {
        object.insert("split_names".to_owned(), json!(names));
    }
    json
}
