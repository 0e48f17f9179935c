//! What `datasets` makes of a repo on a Hub, and how many rows its splits have.

use std::rc::Rc;

use hubframe::Result;
use hubframe::frame::{DataFile, FileSet, Frame, FrameSpec, LayoutTable, Session};
use serde_json::{Value, json};

use crate::native::NativeTransport;
use crate::render;

/// The answer for one repo. With `rows`, each split of Parquet files has `num_rows`, or the `problem` with its footers.
pub(crate) async fn answer(session: &Rc<Session<NativeTransport>>, repo: &str, rows: bool) -> Value {
    let dataset = match session.dataset(repo, None).await {
        Ok(dataset) => dataset,
        Err(error) => return render::error(error.kind().code(), &error.to_string()),
    };
    let Some(layout) = &dataset.strict else {
        let problem = dataset.problem.as_ref();
        return problem.map_or(Value::Null, |problem| render::error(problem.code, &problem.message));
    };
    let mut answer = render::layout(layout);
    if rows && layout.builder == "parquet" {
        for (config, split, set) in file_sets(layout, &dataset.repo, &dataset.sha) {
            let (key, value) = match count(session, set).await {
                Ok(num_rows) => ("num_rows", json!(num_rows)),
                Err(error) => ("problem", json!(error.to_string())),
            };
            let split = answer.pointer_mut(&format!("/configs/{config}/splits/{split}"));
            if let Some(split) = split.and_then(Value::as_object_mut) {
                split.insert(key.to_owned(), value);
            }
        }
    }
    answer
}

/// The files of every split, with the positions of its config and of itself.
fn file_sets(layout: &LayoutTable, repo: &str, sha: &str) -> Vec<(usize, usize, FileSet)> {
    let paths: Vec<&str> = layout.paths.split_terminator('\0').collect();
    let file = |&file: &usize| DataFile {
        path: paths.get(file).copied().unwrap_or_default().to_owned(),
        size: layout.sizes.get(file).copied().unwrap_or_default(),
        ..DataFile::default()
    };
    let configs = layout.configs.iter().enumerate();
    let splits = configs.flat_map(|(at, config)| {
        let splits = config.splits.iter().enumerate();
        splits.map(move |(split_at, split)| (at, config, split_at, split))
    });
    splits
        .map(|(at, config, split_at, split)| {
            let set = FileSet {
                repo_type: "dataset".to_owned(),
                repo: repo.to_owned(),
                sha: sha.to_owned(),
                files: split.files.iter().map(file).collect(),
                features: config.features.clone(),
            };
            (at, split_at, set)
        })
        .collect()
}

async fn count(session: &Rc<Session<NativeTransport>>, set: FileSet) -> Result<u64> {
    let source = session.open_files(set).await?;
    Frame::new(Rc::clone(session), FrameSpec::from(source))?.count().await
}
