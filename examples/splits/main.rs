//! What a repo's configs, splits and files are, as JSON.
//!
//! ```text
//! cargo run -q --example splits -- --hub URL REPO... [--rows]
//! cargo run -q --example splits -- FILE.json
//! cargo run -q --example splits < FILE.json
//! ```
//!
//! REPO is a dataset on the Hub at URL: `user/name[@revision]`. FILE.json is a case: `{"files": [paths], "readme": text or null,
//! "contents"?: {path: text}, "zip_members"?: {path: [names]}, "args"?: {"data_dir"?, "data_files"?}}`. The output is
//! `{"builder", "default_config", "configs": [{"config_name", "default", "splits": [{"split", "files"}]}]}`, or
//! `{"error": {"kind", "message"}}`; also when only one of several configs cannot be loaded. A config has `split_names`,
//! too, where its card declares other splits than its files give. Several repos, or a list of cases, give a list.
//!
//! With `--rows`, a split of Parquet files has `num_rows`, counted from footers: one request a file.

mod case;
#[path = "../../tests/common/native.rs"]
mod native;
mod on_hub;
mod render;

use std::error::Error;
use std::io::{Read, Write};
use std::rc::Rc;

use hubframe::{frame::Session, http::RetryPolicy, hub::Hub};
use native::NativeTransport;
use serde_json::Value;

type Answer = Result<Value, Box<dyn Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let answer = if words.first().is_some_and(|word| word == "--hub") {
        repos(words.split_off(1)).await?
    } else {
        cases(words.first().map(String::as_str))?
    };
    writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&answer)?)?;
    Ok(())
}

async fn repos(mut words: Vec<String>) -> Answer {
    let given = words.len();
    words.retain(|word| word != "--rows");
    let rows = words.len() < given;
    let [url, repos @ ..] = words.as_slice() else { return Err("--hub wants the address of a Hub".into()) };
    let hub = Hub::new(NativeTransport::new(), url, None, RetryPolicy::default())?;
    let session = Rc::new(Session::new(hub));
    let mut answers = Vec::new();
    for repo in repos {
        answers.push(on_hub::answer(&session, repo, rows).await);
    }
    match answers.len() {
        0 => Err("--hub wants the name of a repo after the address".into()),
        1 => Ok(answers.remove(0)),
        _ => Ok(Value::Array(answers)),
    }
}

fn cases(path: Option<&str>) -> Answer {
    let mut text = String::new();
    match path {
        Some(path) => text = std::fs::read_to_string(path)?,
        None => {
            std::io::stdin().read_to_string(&mut text)?;
        }
    }
    Ok(match serde_json::from_str(&text)? {
        Value::Array(cases) => cases.into_iter().map(case::answer).collect::<Result<Value, _>>()?,
        case => case::answer(case)?,
    })
}
