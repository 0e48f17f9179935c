//! What a task comes to, before any of its rows are read: the footer, what is left to read, and why the rest is not.
//!
//! A scan goes on from here by reading the rows; `explain` by adding up what that would cost.

use std::rc::Rc;

use arrow_schema::Fields;

use super::{ScanTask, Session, footers::read_pieces, sample::FileSample};
use crate::{
    error::Result,
    expr::{Expr, Missing, Verdict},
    http::Transport,
    parquet::{Filter, Footer, Lookup, Pruned, ReadOptions, Remaining, row_groups},
    path::RepoId,
    source::RemoteFile,
};

/// A task that is ready to be read.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) footer: Rc<Footer>,
    pub(super) options: ReadOptions,
    /// What the filter spares.
    pub(super) pruned: Vec<Pruned>,
}

impl Prepared {
    /// Leaves out the rows that are not in the sample.
    fn sample(&mut self, sample: &FileSample) {
        let firsts =
            self.footer.row_group_lens().scan(0, |next, len| Some(std::mem::replace(next, *next + len)));
        let firsts: Vec<u64> = firsts.collect();
        self.options.row_groups.retain_mut(|group| {
            let first = firsts.get(group.row_group).copied().unwrap_or_default();
            let runs = sample.runs(first + group.rows.start..first + group.rows.end);
            let runs: Vec<_> = runs.into_iter().map(|run| run.start - first..run.end - first).collect();
            let (Some(start), Some(end)) = (runs.first(), runs.last()) else { return false };
            group.rows = start.start..end.end;
            (group.whole, group.runs) = (false, Some(runs));
            true
        });
    }
}

impl<T: Transport> Session<T> {
    /// Reads the footer of a task's file, if it is not known; then, in one wave, what of the page index and the Bloom
    /// filters pays.
    ///
    /// # Errors
    /// Those of reading a footer; kind `invalid` when the filter does not fit the file's types.
    pub(super) async fn prepare(
        &self,
        repo: &RepoId,
        task: &ScanTask,
        columns: Fields,
        source: &RemoteFile<T>,
    ) -> Result<Prepared> {
        let footer = self.footer(repo, &task.sha, &task.file).await?;
        let rows = task.rows.start..task.rows.end.unwrap_or_else(|| footer.num_rows());
        let options = ReadOptions {
            columns: Some(columns),
            row_groups: row_groups(&footer, &rows),
            filter: None,
            limit: task.limit,
        };
        let mut prepared = Prepared { footer, options, pruned: Vec::new() };
        if !task.samples.is_empty() {
            prepared.sample(&FileSample::new(&task.samples, &task.file.path));
        }
        if let Some(filter) = &task.filter {
            self.narrow(source, &mut prepared, filter).await?;
        }
        let partial = prepared.options.row_groups.iter().filter(|group| !group.whole);
        let row_groups: Vec<usize> = partial.map(|group| group.row_group).collect();
        if let Some(range) = prepared.footer.missing_index(&row_groups) {
            let lookup = Lookup { row_groups, leaves: Vec::new(), ranges: vec![range] };
            self.look_up(source, &mut prepared, lookup).await?;
        }
        Ok(prepared)
    }

    /// Leaves out what the filter cannot pass.
    async fn narrow(&self, source: &RemoteFile<T>, prepared: &mut Prepared, filter: &Expr) -> Result<()> {
        let predicate = filter.bind(prepared.footer.reader().schema(), Missing::AsNulls)?;
        let filter = Filter::new(&prepared.footer, predicate);
        let output = prepared.options.mask(&prepared.footer);
        loop {
            let row_groups = std::mem::take(&mut prepared.options.row_groups);
            let Remaining { row_groups, pruned } = filter.row_groups(&prepared.footer, row_groups, &output);
            let lookup = filter.lookup(&prepared.footer, &row_groups, &output);
            prepared.options.row_groups = row_groups;
            prepared.pruned.extend(pruned);
            if lookup.is_empty() {
                break;
            }
            self.look_up(source, prepared, lookup).await?;
        }
        let passes = |row_group| filter.verdict(&prepared.footer, row_group) == Verdict::All;
        let all_pass = prepared.options.row_groups.iter().all(|group| passes(group.row_group));
        prepared.options.filter = (!all_pass).then_some(filter);
        Ok(())
    }

    /// Reads what is to be looked up, side by side.
    async fn look_up(&self, source: &RemoteFile<T>, prepared: &mut Prepared, lookup: Lookup) -> Result<()> {
        let Lookup { row_groups, leaves, ranges } = lookup;
        let pieces = read_pieces(source, &ranges).await?;
        let footer = Footer::clone(&prepared.footer).add_page_index(&row_groups, &leaves, pieces)?;
        prepared.footer = Rc::new(footer);
        self.footers.put(source.url(), &prepared.footer);
        Ok(())
    }
}
