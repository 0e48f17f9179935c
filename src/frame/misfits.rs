//! Which files of a table do not fit its columns. Asked once a read has met the first of them, so that the error can name
//! them all.

use std::collections::BTreeMap;

use futures_util::{StreamExt, TryStreamExt, stream};

use super::{
    DataFile, ScanTask, Session,
    adapt::{FIT_COLUMNS, differences},
    ipc::decode_schema,
    session::repo_id,
};
use crate::{
    error::{Error, ErrorKind, Result},
    http::Transport,
    parquet::ReadOptions,
};

/// The most files that are looked at: each may cost a request.
const MAX_FILES: usize = 256;

/// The most files that the error spells out.
const MAX_LISTED: usize = 20;

/// Files that are looked at side by side.
const MAX_IN_FLIGHT: usize = 16;

impl<T: Transport> Session<T> {
    /// Checks that the columns of some tasks can be read from the Parquet file of each; of the first 256 files, if there
    /// are more. One request for each whose footer is not known, two for a long one.
    ///
    /// # Errors
    /// Kind `unsupported` when they cannot: it lists file by file what differs. And those of reading footers.
    pub async fn check_schemas(&self, tasks: &[ScanTask]) -> Result<()> {
        let Some(first) = tasks.first() else { return Ok(()) };
        let repo = &repo_id(&first.repo_type, &first.repo)?;
        let columns = &decode_schema(&first.schema)?;
        let parquet = tasks.iter().map(|task| &task.file).filter(|file| file.text.is_none());
        let mut seen = BTreeMap::new();
        let files = parquet.filter(|file| seen.insert(&file.path, ()).is_none()).take(MAX_FILES);
        let files: Vec<&DataFile> = files.collect();
        let found: Vec<Vec<String>> = stream::iter(&files)
            .map(|file| async move {
                let footer = self.footer(repo, &first.sha, file).await?;
                let options = ReadOptions { columns: Some(columns.fields().clone()), ..Default::default() };
                Ok::<_, Error>(differences(columns, &options.schema(&footer)))
            })
            .buffered(MAX_IN_FLIGHT)
            .try_collect()
            .await?;
        let misfits = files.iter().zip(&found).filter(|(_, differences)| !differences.is_empty());
        let lines: Vec<String> =
            misfits.map(|(file, differences)| format!("{}: {}", file.path, differences.join("; "))).collect();
        match lines.is_empty() {
            true => Ok(()),
            false => Err(unfit(&lines, files.len())),
        }
    }
}

fn unfit(lines: &[String], num_files: usize) -> Error {
    let listed = lines.iter().take(MAX_LISTED).map(|line| format!("\n- {line}")).collect::<String>();
    let more = match lines.len().saturating_sub(MAX_LISTED) {
        0 => String::new(),
        more => format!("\n- and {more} more"),
    };
    let message = format!(
        "{} of {num_files} files do not fit the columns of the first one. Read them apart, or select the other \
         columns.{listed}{more}",
        lines.len(),
    );
    Error::new(ErrorKind::Unsupported, FIT_COLUMNS, message)
}
