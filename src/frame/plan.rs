//! From a frame to tasks: which rows of which files, cut so that several workers can share them.

use std::{collections::BTreeMap, rc::Rc};

use arrow_schema::{Fields, Schema};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::{
    CountPlan, DataFile, FrameSpec, PrunedRows, RowCount, RowRange, ScanPlan, ScanTask, Session, TextFile,
    columns::{project, renamed},
    filter::checked,
    ipc::{decode_schema, encode_schema},
    sample::FileSample,
    session::repo_id,
};
use crate::{
    error::{Result, ResultExt},
    expr::{Expr, Missing, Verdict},
    http::Transport,
    parquet::{Filter, PrunedBy, ReadOptions, row_runs},
    path::RepoId,
    range::coalesce,
};

/// Tasks that are counted side by side.
const MAX_COUNTING: usize = 4;

/// The most bytes of a text file that one task reads, about.
const MAX_TEXT_BYTES: u64 = 32 << 20;

/// The most footers that are read in one wave while looking for the file in which a row range begins or ends.
const MAX_WAVE: usize = 64;

/// What is read of the rows of a frame.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    columns: &'a Fields,
    filter: Option<&'a Expr>,
}

impl<T: Transport> Session<T> {
    /// Plans a frame. Without a filter, reads the footers that are needed to find where its rows begin and end: none
    /// for a whole frame, else those of the files up to its last row: the first, then as many as it
    /// lets one expect.
    ///
    /// With a filter nothing is read: which rows pass is for the tasks to find out, each with its own file's footer. Of
    /// the files whose footers are known, only the row groups that may pass become tasks. A slice of filtered rows is
    /// left to whoever runs the tasks ([`ScanPlan::rows`]).
    ///
    /// # Errors
    /// Kind `invalid` for a column that the frame has not and for a filter that does not fit its types; and those of
    /// reading footers.
    pub async fn plan(&self, frame: &FrameSpec) -> Result<ScanPlan> {
        Ok(self.plan_with_reasons(frame).await?.0)
    }

    /// The plan, and the row groups that the filter left out of it.
    pub(super) async fn plan_with_reasons(&self, frame: &FrameSpec) -> Result<(ScanPlan, Vec<PrunedRows>)> {
        let repo = repo_id(&frame.repo_type, &frame.repo)?;
        let all = decode_schema(&frame.arrow_schema)?;
        let projected = project(&all, frame.columns.as_deref())?;
        let schema = encode_schema(&projected)?;
        let filter = frame.filter.as_ref().map(|filter| checked(filter, &all)).transpose()?;
        let mut files = frame.files.clone();
        let whole = frame.is_selective() || frame.rows.is_all();
        let parts = match (whole, frame.rows.len_of(u64::MAX)) {
            (_, 0) => Vec::new(),
            (true, _) => files.iter().map(|_| RowRange::default()).collect(),
            (false, _) => self.locate(&repo, &frame.sha, &mut files, frame.rows).await?,
        };
        let (rows, limit) = match frame.is_selective() {
            true => (frame.rows, frame.rows.end),
            false => (RowRange::default(), None),
        };
        let (mut tasks, mut pruned) = (Vec::new(), Vec::new());
        let wanted = Wanted { columns: projected.fields(), filter: filter.as_ref() };
        for (file, part) in files.iter().zip(parts) {
            for rows in self.runs(&repo, &frame.sha, file, part, wanted, &mut pruned).await {
                let filter = filter.clone();
                tasks.push(ScanTask { filter, limit, ..frame.task(file, schema.clone(), rows) });
            }
        }
        let schema = encode_schema(&renamed(&projected, frame.columns.as_deref()))?;
        Ok((ScanPlan { schema, tasks, rows, files }, pruned))
    }

    /// Plans the counting of filtered or sampled rows. Reads the footers that are not known, side by side: one request a
    /// file. The row groups of which they prove that every row passes, or none, are counted; the tasks are for the
    /// others.
    ///
    /// # Errors
    /// Kind `invalid` for a filter that does not fit the frame's types, and those of reading footers.
    pub async fn plan_count(&self, frame: &FrameSpec) -> Result<CountPlan> {
        let repo = repo_id(&frame.repo_type, &frame.repo)?;
        let all = decode_schema(&frame.arrow_schema)?;
        let filter = checked(frame.filter.as_ref().unwrap_or(&Expr::And(Vec::new())), &all)?;
        let schema = encode_schema(&Schema::empty())?;
        let mut plan = CountPlan { num_rows: 0, tasks: Vec::new(), files: frame.files.clone() };
        self.learn_footers(&repo, &frame.sha, &mut plan.files).await?;
        for file in &plan.files {
            if let Some(text) = &file.text {
                let runs = text_runs(text, RowRange::default()).into_iter();
                let filter = Some(filter.clone());
                plan.tasks.extend(runs.map(|rows| ScanTask {
                    filter: filter.clone(),
                    ..frame.task(file, schema.clone(), rows)
                }));
                continue;
            }
            let footer = self.footer(&repo, &frame.sha, file).await?;
            let predicate =
                filter.bind(footer.reader().schema(), Missing::AsNulls).context("file", &file.path)?;
            let by_statistics = Filter::new(&footer, predicate);
            let sample = FileSample::new(&frame.samples, &file.path);
            let mut undecided = Vec::new();
            let mut first = 0;
            for (row_group, num_rows) in footer.row_group_lens().enumerate() {
                match by_statistics.verdict(&footer, row_group) {
                    Verdict::All => plan.num_rows += sample.count(first..first + num_rows),
                    Verdict::None => {}
                    Verdict::Some => undecided.push(first..first + num_rows),
                }
                first += num_rows;
            }
            let runs = |block| row_runs(&footer, block, |leaf| by_statistics.reads(leaf), |_| true);
            for rows in coalesce(&undecided, 0).iter().flat_map(runs) {
                let rows = RowRange { start: rows.start, end: Some(rows.end) };
                let filter = Some(filter.clone());
                plan.tasks.push(ScanTask { filter, ..frame.task(file, schema.clone(), rows) });
            }
        }
        Ok(plan)
    }

    /// Counts a frame's rows. Without a filter from footers alone: one request for each file whose footer is not known,
    /// side by side. With one, what footers do not prove is counted by reading the filter's columns
    /// ([`Session::plan_count`] lets others do that).
    ///
    /// # Errors
    /// Those of [`Session::plan_count`] and of [`super::Scan::next_batch`].
    pub async fn count(self: &Rc<Self>, frame: &FrameSpec) -> Result<RowCount>
    where
        T: 'static,
    {
        if frame.is_selective() {
            let CountPlan { num_rows, tasks, files } = self.plan_count(frame).await?;
            let counts = stream::iter(tasks).map(|task| self.count_rows(task)).buffered(MAX_COUNTING);
            let counted = counts.try_fold(num_rows, async |sum, rows| Ok(sum + rows)).await?;
            return Ok(RowCount { num_rows: frame.rows.len_of(counted), files });
        }
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

    async fn count_rows(self: &Rc<Self>, task: ScanTask) -> Result<u64>
    where
        T: 'static,
    {
        let mut scan = self.scan(task)?;
        let mut num_rows = 0;
        while let Some(batch) = scan.next_batch().await? {
            num_rows += batch.num_rows() as u64;
        }
        Ok(num_rows)
    }

    /// Cuts the rows of a file into runs of row groups that may pass when its footer is known; else they stay one
    /// task. Sends nothing.
    async fn runs(
        &self,
        repo: &RepoId,
        sha: &str,
        file: &DataFile,
        rows: RowRange,
        wanted: Wanted<'_>,
        pruned: &mut Vec<PrunedRows>,
    ) -> Vec<RowRange> {
        if let Some(text) = &file.text {
            return text_runs(text, rows);
        }
        let Some(known) = &file.footer else { return vec![rows] };
        let end = rows.end.unwrap_or(known.num_rows).min(known.num_rows);
        // What is wrong with a footer, or does not fit it, the scan reports.
        let Ok(footer) = self.footer(repo, sha, file).await else { return vec![rows] };
        let bound = wanted.filter.map(|filter| filter.bind(footer.reader().schema(), Missing::AsNulls));
        let Ok(predicate) = bound.transpose() else { return vec![rows] };
        let filter = predicate.map(|predicate| Filter::new(&footer, predicate));
        let mut refuted = BTreeMap::new();
        if let Some(filter) = &filter {
            for (row_group, num_rows) in footer.row_group_lens().enumerate() {
                refuted.extend(filter.refuted(&footer, row_group).map(|why| (row_group, (num_rows, why))));
            }
        }
        let columns = Some(wanted.columns.clone());
        let mask = ReadOptions { columns, ..ReadOptions::default() }.mask(&footer);
        let is_read =
            |leaf| mask.leaf_included(leaf) || filter.as_ref().is_some_and(|filter| filter.reads(leaf));
        let is_wanted = |row_group| !refuted.contains_key(&row_group);
        let runs = row_runs(&footer, &(rows.start..end), is_read, is_wanted);
        pruned.extend(refuted.into_iter().map(|(row_group, (num_rows, reason))| PrunedRows {
            file: file.path.clone(),
            row_group: row_group as u64,
            by: PrunedBy::Statistics,
            reason,
            num_rows,
        }));
        runs.into_iter().map(|run| RowRange { start: run.start, end: Some(run.end) }).collect()
    }

    /// The rows that the range takes of each file, up to the file in which it ends.
    pub(super) async fn locate(
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
            wave = next_wave(wave, parts.len(), first, end);
        }
        Ok(parts)
    }
}

impl FrameSpec {
    /// Whether which rows there are is seen only where they are read.
    pub(super) fn is_selective(&self) -> bool {
        self.filter.is_some() || !self.samples.is_empty()
    }

    /// A task on one of the frame's files, without a filter.
    pub(super) fn task(&self, file: &DataFile, schema: Vec<u8>, rows: RowRange) -> ScanTask {
        ScanTask {
            repo_type: self.repo_type.clone(),
            repo: self.repo.clone(),
            sha: self.sha.clone(),
            file: file.clone(),
            schema,
            rows,
            filter: None,
            samples: self.samples.clone(),
            limit: None,
        }
    }
}

/// How many files to look at next, when `num_files` were seen to hold `num_rows` and the rows end at `end`: as many as
/// should do if the others are like them; after a wrong guess at least twice as many as before.
fn next_wave(wave: usize, num_files: usize, num_rows: u64, end: u64) -> usize {
    let rows_of_one = num_rows.checked_div(num_files as u64).unwrap_or(0).max(1);
    let expected = end.saturating_sub(num_rows).div_ceil(rows_of_one);
    let least = if num_files > 1 { wave * 2 } else { 1 };
    usize::try_from(expected).unwrap_or(usize::MAX).max(least).min(MAX_WAVE)
}

/// Of a file about which that was learnt.
fn num_rows(file: &DataFile) -> u64 {
    file.num_rows().unwrap_or(0)
}

/// Rows of a text file, cut for several workers.
fn text_runs(text: &TextFile, rows: RowRange) -> Vec<RowRange> {
    let all = rows.start..rows.end.unwrap_or(text.layout.num_rows).min(text.layout.num_rows);
    let runs = text.layout.runs(all, MAX_TEXT_BYTES).into_iter();
    runs.map(|run| RowRange { start: run.start, end: Some(run.end) }).collect()
}
