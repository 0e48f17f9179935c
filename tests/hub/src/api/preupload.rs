//! `POST /api/datasets/{id}/preupload/{rev}`: which files go to the object store and which into the commit.

use axum::Json;
use axum::body::Bytes;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::commit::body_json;
use super::target::Target;
use crate::errors::HubError;
use crate::lfs::LfsRules;
use crate::params::Params;
use crate::repo::lfs_rules;
use crate::rights::{may_contribute, may_write};
use crate::wildcard;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Question {
    files: Vec<Candidate>,
    /// The `.gitattributes` of the same commit.
    git_attributes: Option<String>,
    /// The `.gitignore` of the same commit.
    git_ignore: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Candidate {
    path: String,
    size: u64,
    /// Base64 of the first bytes.
    #[serde(default)]
    sample: String,
}

pub(super) async fn preupload(target: Target, query: Params, body: Bytes) -> Result<Json<Value>, HubError> {
    if query.flag("create_pr") {
        may_contribute(&target.caller, &target.repo)?;
    } else {
        may_write(&target.caller, &target.repo)?;
    }
    let commit = target.place_of_revision()?;
    let question: Question = body_json(&body)?;
    let rules = match &question.git_attributes {
        Some(text) => LfsRules::parse(text),
        None => lfs_rules(&commit.files)?,
    };
    let ignore = match (&question.git_ignore, commit.files.get(".gitignore")) {
        (Some(text), _) => text.clone(),
        (None, Some(entry)) => String::from_utf8_lossy(&entry.blob.head(1 << 20)?).into_owned(),
        (None, None) => String::new(),
    };
    let mut answers = Vec::new();
    for file in &question.files {
        let sample = BASE64_STANDARD.decode(&file.sample);
        let sample =
            sample.map_err(|error| HubError::bad_request(format!("{}: sample: {error}", file.path)))?;
        let mode = if rules.decide(&file.path, file.size, &sample) { "lfs" } else { "regular" };
        let mut answer =
            json!({ "path": file.path, "uploadMode": mode, "shouldIgnore": is_ignored(&ignore, &file.path) });
        if let (Some(entry), Value::Object(fields)) = (commit.files.get(&file.path), &mut answer) {
            let oid = if entry.lfs { entry.blob.sha256().await? } else { entry.blob.git_oid().await? };
            fields.insert("oid".into(), oid.into());
        }
        answers.push(answer);
    }
    Ok(Json(json!({ "files": answers })))
}

/// Whether a line of `.gitignore` names the path or a folder that it is in. `!` lines are not known here.
fn is_ignored(gitignore: &str, path: &str) -> bool {
    let patterns =
        gitignore.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', '!']));
    patterns.map(|line| line.trim_end_matches('/')).any(|pattern| match pattern.strip_prefix('/') {
        Some(rooted) => path == rooted || wildcard::matches(&format!("{rooted}/*"), path),
        None if pattern.contains('/') => {
            wildcard::matches(pattern, path) || wildcard::matches(&format!("{pattern}/*"), path)
        }
        None => path.split('/').any(|name| wildcard::matches(pattern, name)),
    })
}

#[cfg(test)]
mod tests {
    use super::is_ignored;

    #[test]
    fn ignoring() {
        let ignore = "# comment\n*.tmp\n/build/\ncache/\ndocs/private\n";
        for path in ["a.tmp", "x/a.tmp", "build/a", "x/cache/y", "docs/private/a"] {
            assert!(is_ignored(ignore, path), "{path}");
        }
        for path in ["a.txt", "x/build/a", "docs/public", "# comment"] {
            assert!(!is_ignored(ignore, path), "{path}");
        }
    }
}
