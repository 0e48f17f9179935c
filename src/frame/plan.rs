//! From a frame to tasks: which rows of which files, cut so that several workers can share them.

use super::{
    DataFile, FrameSpec, RowCount, RowRange, ScanPlan, ScanTask, Session,
    columns::project,
    ipc::{decode_schema, encode_schema},
    session::repo_id,
};
use crate::{
    error::Result,
    http::Transport,
    parquet::{Footer, FooterStep, KnownBytes, row_runs},
    path::RepoId,
};

/// The most footers that are read in one wave while looking for the file in which a row range begins or ends.
const MAX_WAVE: usize = 16;

impl<T: Transport> Session<T> {
    /// Plans a frame. Reads the footers that are needed to find where its rows begin and end: none for a whole
    /// frame, else those of the files up to its last row, in waves of 1, 2, 4, … 16.
    ///
    /// # Errors
    /// Kind `invalid` for a column that the frame has not, and those of reading footers.
    pub async fn plan(&self, frame: &FrameSpec) -> Result<ScanPlan> {
        let repo = repo_id(&frame.repo_type, &frame.repo)?;
        let schema = project(&decode_schema(&frame.arrow_schema)?, frame.columns.as_deref())?;
        let schema = encode_schema(&schema)?;
        let mut files = frame.files.clone();
        let parts = match (frame.rows.is_all(), frame.rows.len_of(u64::MAX)) {
            (_, 0) => Vec::new(),
            (true, _) => files.iter().map(|_| RowRange::default()).collect(),
            (false, _) => self.locate(&repo, &frame.sha, &mut files, frame.rows).await?,
        };
        let tasks = files
            .iter()
            .zip(parts)
            .flat_map(|(file, rows)| runs(file, rows).into_iter().map(move |rows| (file, rows)))
            .map(|(file, rows)| ScanTask {
                repo_type: frame.repo_type.clone(),
                repo: frame.repo.clone(),
                sha: frame.sha.clone(),
                file: file.clone(),
                schema: schema.clone(),
                rows,
            })
            .collect();
        Ok(ScanPlan { schema, tasks, files })
    }

    /// Counts a frame's rows from footers alone: one request for each file whose footer is not known, side by side.
    ///
    /// # Errors
    /// Those of reading footers.
    pub async fn count(&self, frame: &FrameSpec) -> Result<RowCount> {
        let repo = repo_id(&frame.repo_type, &frame.repo)?;
        let mut files = frame.files.clone();
        let num_rows = if let Some(end) = frame.rows.end {
            let parts = self.locate(&repo, &frame.sha, &mut files, frame.rows).await?;
            debug_assert!(frame.rows.start <= end, "a slice keeps its start before its end");
            parts.iter().zip(&files).map(|(rows, file)| rows.len_of(num_rows(file))).sum()
        } else {
            self.learn_footers(&repo, &frame.sha, &mut files).await?;
            frame.rows.len_of(files.iter().map(num_rows).sum())
        };
        Ok(RowCount { num_rows, files })
    }

    /// The rows that the range takes of each file, up to the file in which it ends.
    async fn locate(
        &self,
        repo: &RepoId,
        sha: &str,
        files: &mut [DataFile],
        rows: RowRange,
    ) -> Result<Vec<RowRange>> {
        let end = rows.end.unwrap_or(u64::MAX);
        let mut parts = Vec::new();
        let (mut first, mut wave) = (0, 1);
        while parts.len() < files.len() && first < end {
            let next = parts.len()..(parts.len() + wave).min(files.len());
            let Some(unread) = files.get_mut(next) else { break };
            self.learn_footers(repo, sha, unread).await?;
            for file in unread.iter() {
                let last = first + num_rows(file);
                let part = rows.start.clamp(first, last)..end.clamp(first, last);
                parts.push(RowRange { start: part.start - first, end: Some(part.end - first) });
                first = last;
            }
            wave = (wave * 2).min(MAX_WAVE);
        }
        Ok(parts)
    }
}

/// Cuts the rows of a file into runs of row groups when its footer is known; else they stay one task.
fn runs(file: &DataFile, rows: RowRange) -> Vec<RowRange> {
    let Some(known) = &file.footer else { return vec![rows] };
    let end = rows.end.unwrap_or(known.num_rows).min(known.num_rows);
    let pieces: Vec<KnownBytes> = known.ranges.iter().map(KnownBytes::from).collect();
    match Footer::decode(file.size, pieces) {
        Ok(FooterStep::Done(footer)) => {
            let runs = row_runs(&footer, &(rows.start..end));
            runs.into_iter().map(|run| RowRange { start: run.start, end: Some(run.end) }).collect()
        }
        // The scan reads the footer itself and reports what is wrong with it.
        _ => vec![rows],
    }
}

fn num_rows(file: &DataFile) -> u64 {
    file.footer.as_ref().map_or(0, |footer| footer.num_rows)
}
