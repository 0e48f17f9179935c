//! What reading a frame comes to, before any of its rows are read.

use std::{collections::BTreeMap, fmt};

use arrow_schema::Fields;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};

use super::{
    Cost, DataFile, FrameSpec, ScanTask, Session, columns::project, cost::TaskCost, ipc::decode_schema,
    prepare::Prepared, session::repo_id,
};
use crate::{
    error::{Result, ResultExt},
    http::Transport,
    parquet::{Pruned, PrunedBy},
    path::RepoId,
};

/// Files that are looked at side by side.
const MAX_IN_FLIGHT: usize = 16;

/// What is read of a frame, what is not, and what that costs.
///
/// As plain data its keys are in camelCase; as text it is a short report.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The filter, as text.
    pub filter: Option<String>,
    /// What is read of how much.
    pub kept: Kept,
    /// What reading costs for certain.
    pub cost: Cost,
    /// What it costs at most. More than [`Explanation::cost`] where the cost hangs on the rows: when the columns of a
    /// filter are read first, when some number of rows that pass is enough, and when the first pages of a file without
    /// page index have yet to be found.
    pub at_most: Cost,
    /// Rows that the filter spares, and why, file by file.
    pub pruned: Vec<PrunedRows>,
    /// The frame's files, with what was read of their ends. A frame of these costs what is said here; another one reads
    /// that again.
    pub files: Vec<DataFile>,
}

/// What is read of how much.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Kept {
    /// Files, of those of the frame.
    pub files: Share,
    /// Row groups, of those of the files whose footers are known.
    pub row_groups: Share,
    /// Data pages of the columns read, of those in the row groups kept, where the page index is known.
    pub pages: Share,
    /// Rows, of those of the files whose footers are known.
    pub rows: Share,
}

/// Some of all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// How many are read.
    pub kept: u64,
    /// How many there are.
    pub of: u64,
}

/// Rows of a row group that are not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PrunedRows {
    /// The file.
    pub file: String,
    /// The row group's index in it.
    pub row_group: u64,
    /// The evidence.
    pub by: PrunedBy,
    /// The tests that no row passes, with what their columns hold.
    pub reason: String,
    /// How many rows.
    pub num_rows: u64,
}

impl<T: Transport> Session<T> {
    /// Says what reading a frame comes to. Reads what reading begins with, unless it is known: footers, and what pays
    /// of page indexes and Bloom filters. No rows. What earlier reads left in memory or in the cache is counted, too.
    ///
    /// # Errors
    /// Those of [`Session::plan`] and of reading footers.
    pub async fn explain(&self, frame: &FrameSpec) -> Result<Explanation> {
        let repo = repo_id(&frame.repo_type, &frame.repo)?;
        let (plan, pruned) = self.plan_with_reasons(frame).await?;
        let columns = project(&decode_schema(&frame.arrow_schema)?, frame.columns.as_deref())?;
        let limited = plan.tasks.iter().any(|task| task.limit.is_some());
        let mut tasks: BTreeMap<String, Vec<ScanTask>> = BTreeMap::new();
        for task in plan.tasks {
            tasks.entry(task.file.path.clone()).or_default().push(task);
        }
        let tasks_of = |file: &DataFile| tasks.get(&file.path).cloned().unwrap_or_default();
        let parts: Vec<FilePart> = stream::iter(&plan.files)
            .map(|file| self.explain_file(&repo, &frame.sha, file, tasks_of(file), columns.fields()))
            .buffered(MAX_IN_FLIGHT)
            .try_collect()
            .await?;
        let filter = frame.filter.as_ref().map(ToString::to_string);
        let mut whole = Explanation { filter, ..Explanation::default() };
        let first = parts.iter().map(|part| part.cost.first).find(|cost| *cost != Cost::default());
        for part in parts {
            whole.pruned.extend(pruned.iter().filter(|pruned| pruned.file == part.file.path).cloned());
            whole.add(part);
        }
        if limited {
            // Perhaps enough rows pass at the first read.
            whole.cost = first.unwrap_or_default();
        }
        Ok(whole)
    }

    /// One file's part of the whole. Its tasks take turns, so that what one learns of the file the next one knows.
    async fn explain_file(
        &self,
        repo: &RepoId,
        sha: &str,
        file: &DataFile,
        tasks: Vec<ScanTask>,
        columns: &Fields,
    ) -> Result<FilePart> {
        let mut part = FilePart { file: file.clone(), ..FilePart::default() };
        // Text files have nothing to look at beforehand, and local ones cost no request.
        for task in tasks.into_iter().filter(|task| task.file.text.is_none()) {
            let task = ScanTask { file: part.file.clone(), ..task };
            let source = self.remote_file(repo, sha, &task.file);
            let prepared = self.prepare(repo, &task, columns.clone(), &source).await;
            let prepared = prepared.context("file", &file.path)?;
            part.cost =
                part.cost.beside(TaskCost::new(&prepared, source.coalescing()).context("file", &file.path)?);
            part.kept.add(&prepared);
            part.file = self.learnt(repo, sha, &task.file, &prepared.footer);
            part.pruned.extend(prepared.pruned);
        }
        if part.file.footer.is_some() {
            let footer = self.footer(repo, sha, &part.file).await?;
            part.kept.row_groups.of = footer.row_group_lens().count() as u64;
            part.kept.rows.of = footer.num_rows();
        }
        part.kept.files = Share { kept: u64::from(part.kept.row_groups.kept > 0), of: 1 };
        Ok(part)
    }
}

/// What reading one file comes to.
#[derive(Debug, Default)]
struct FilePart {
    file: DataFile,
    kept: Kept,
    cost: TaskCost,
    pruned: Vec<Pruned>,
}

impl Explanation {
    fn add(&mut self, part: FilePart) {
        let FilePart { file, kept, cost, pruned } = part;
        self.cost = self.cost.beside(cost.certain);
        self.at_most = self.at_most.beside(cost.at_most);
        self.pruned.extend(pruned.into_iter().map(|pruned| PrunedRows {
            file: file.path.clone(),
            row_group: pruned.row_group as u64,
            by: pruned.by,
            reason: pruned.reason,
            num_rows: pruned.num_rows,
        }));
        let Kept { files, row_groups, pages, rows } = &mut self.kept;
        for (sum, share) in
            [(files, kept.files), (row_groups, kept.row_groups), (pages, kept.pages), (rows, kept.rows)]
        {
            sum.kept += share.kept;
            sum.of += share.of;
        }
        self.files.push(file);
    }
}

impl Kept {
    /// Adds what a task reads.
    fn add(&mut self, prepared: &Prepared) {
        let Prepared { footer, options, .. } = prepared;
        let mask = options.mask(footer);
        let filtered = |leaf| options.filter.as_ref().is_some_and(|filter| filter.reads(leaf));
        for group in &options.row_groups {
            let (kept, of) = group.num_pages(footer, |leaf| mask.leaf_included(leaf) || filtered(leaf));
            self.pages.kept += kept;
            self.pages.of += of;
            self.row_groups.kept += 1;
            self.rows.kept += group.num_rows();
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Kept { files, row_groups, pages, rows } = &self.kept;
        if let Some(filter) = &self.filter {
            writeln!(f, "filter: {filter}")?;
        }
        for (name, share) in [("files", files), ("row groups", row_groups), ("pages", pages), ("rows", rows)]
        {
            writeln!(f, "{name}: {} of {}", share.kept, share.of)?;
        }
        writeln!(f, "reads: {}", self.cost)?;
        if self.at_most != self.cost {
            writeln!(f, "at most: {}", self.at_most)?;
        }
        for PrunedRows { file, row_group, by, reason, num_rows } in &self.pruned {
            let by = match by {
                PrunedBy::Statistics => "statistics",
                PrunedBy::BloomFilter => "Bloom filter",
                PrunedBy::PageIndex => "page index",
            };
            writeln!(f, "not read: {num_rows} rows of {file}, row group {row_group}, by {by}: {reason}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ranges, requests, bytes, round_trips } = self;
        write!(f, "{bytes} bytes in {ranges} ranges, by {requests} requests in {round_trips} round trips")
    }
}
