//! What a filter spares a read of one file: the row groups and pages that hold no row that passes.
//!
//! Three kinds of evidence are asked in turn, each dearer than the one before: the statistics in the footer, the
//! column index (statistics of each page), and Bloom filters. [`Filter::row_groups`] uses whatever of it is in the
//! footer's known bytes; [`Filter::lookup`] says what else is worth a request. A row group, or page, is left out only
//! when the evidence proves that none of its rows passes.

mod bloom;
mod bounds;
mod evidence;
mod exact;
mod leaves;
mod rows;

#[cfg(test)]
mod tests;

use std::ops::Range;

use parquet::arrow::ProjectionMask;
use serde::{Deserialize, Serialize};

pub use self::exact::ExactBounds;
use self::{evidence::Evidence, leaves::Leaves};
use super::{Footer, RowGroupRows};
use crate::{
    expr::{Predicate, Test, Verdict},
    range::coalesce,
};

/// What a round trip costs, in bytes that would come over in the meantime (50 ms at 40 Mbit/s). A request that saves
/// less is not sent.
const ROUND_TRIP: u64 = 256 << 10;

/// A predicate on the rows of one file, bound to its schema.
#[derive(Debug, Clone)]
pub struct Filter {
    predicate: Predicate,
    leaves: Leaves,
}

/// Why rows need not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PrunedBy {
    /// The statistics of a column chunk, in the footer.
    Statistics,
    /// A Bloom filter.
    BloomFilter,
    /// The statistics of the pages, in the column index.
    PageIndex,
}

/// A row group of which rows were left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pruned {
    /// Its index in the file.
    pub row_group: usize,
    /// The evidence.
    pub by: PrunedBy,
    /// The tests that no row passes, and what their columns hold.
    pub reason: String,
    /// The number of rows left out: all that were wanted of it, or some.
    pub num_rows: u64,
}

/// The row groups that a filter leaves.
#[derive(Debug, Clone, Default)]
pub struct Remaining {
    /// Those that may hold rows that pass.
    pub row_groups: Vec<RowGroupRows>,
    /// What was left out.
    pub pruned: Vec<Pruned>,
}

/// What is worth looking up in a file before its rows are read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lookup {
    /// The row groups whose pages are to be told apart.
    pub row_groups: Vec<usize>,
    /// The leaf columns whose pages' statistics are to be known.
    pub leaves: Vec<usize>,
    /// The byte ranges to read for that, and for Bloom filters. Without any, it costs nothing.
    pub ranges: Vec<Range<u64>>,
}

impl Lookup {
    /// Whether there is nothing to look up.
    pub fn is_empty(&self) -> bool {
        self.row_groups.is_empty() && self.ranges.is_empty()
    }
}

impl Filter {
    /// A filter by `predicate`, which was bound to the schema of the file of this footer.
    pub fn new(footer: &Footer, predicate: Predicate) -> Self {
        let leaves = Leaves::new(footer.metadata(), &predicate);
        Self { predicate, leaves }
    }

    /// The predicate.
    pub fn predicate(&self) -> &Predicate {
        &self.predicate
    }

    /// The names of the columns that it reads; of one that is tested twice, twice.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.predicate.tests().into_iter().filter_map(|test| test.path.first()).map(String::as_str)
    }

    /// Whether deciding needs this leaf column.
    pub fn reads(&self, leaf: usize) -> bool {
        self.leaves.contains(leaf)
    }

    /// The leaf columns that deciding `part` of the predicate needs.
    pub(super) fn leaves_of(&self, part: &Predicate) -> Vec<usize> {
        part.tests().iter().flat_map(|test| self.leaves.of(test)).copied().collect()
    }

    /// What the footer's statistics prove of all rows of a row group.
    pub fn verdict(&self, footer: &Footer, row_group: usize) -> Verdict {
        let evidence = Evidence::new(footer, &self.leaves, row_group);
        self.predicate.verdict(&mut |test| test.condition.verdict(&evidence.chunk_bounds(test)))
    }

    /// Why no row of a row group passes, when its statistics prove that.
    pub fn refuted(&self, footer: &Footer, row_group: usize) -> Option<String> {
        let evidence = Evidence::new(footer, &self.leaves, row_group);
        let tests =
            self.predicate.refuted_by(&mut |test| test.condition.verdict(&evidence.chunk_bounds(test)))?;
        Some(explain(&tests, |test| evidence.chunk_bounds(test).describe(test.value_type())))
    }

    /// The row groups, and the rows of them, that may pass, by all evidence that the footer has at hand.
    ///
    /// `output` are the leaf columns that are read of the rows that pass; they decide whether the columns of the filter
    /// are read ahead of them.
    pub fn row_groups(
        &self,
        footer: &Footer,
        row_groups: Vec<RowGroupRows>,
        output: &ProjectionMask,
    ) -> Remaining {
        let mut remaining = Remaining::default();
        for group in row_groups {
            if let Some(group) = self.narrow(footer, group, &mut remaining.pruned) {
                let filter_first = self.pays_to_filter_first(footer, &group, output);
                remaining.row_groups.push(RowGroupRows { filter_first, ..group });
            }
        }
        remaining
    }

    /// What of the page index and the Bloom filters is worth having before the rows of these row groups, which may pass
    /// by what is known so far. What is known as bytes already always is.
    pub fn lookup(&self, footer: &Footer, row_groups: &[RowGroupRows], output: &ProjectionMask) -> Lookup {
        let undecided: Vec<_> =
            row_groups.iter().filter(|group| self.verdict(footer, group.row_group) != Verdict::All).collect();
        let stake = |group: &RowGroupRows| {
            group.read_len(footer, |leaf| output.leaf_included(leaf) || self.reads(leaf))
        };
        let total: u64 = undecided.iter().map(|group| stake(group)).sum();
        let unknown = |mut ranges: Vec<Range<u64>>| {
            ranges.retain(|range| footer.known_bytes(range).is_none());
            ranges
        };
        let row_groups: Vec<usize> = undecided.iter().map(|group| group.row_group).collect();
        let undecoded = footer.missing_page_index(&row_groups, self.leaves.all());
        let ranges = unknown(undecoded.clone());
        let mut lookup = Lookup::default();
        if !undecoded.is_empty() && (ranges.is_empty() || total > ROUND_TRIP + 2 * len(&ranges)) {
            lookup = Lookup { row_groups, leaves: self.leaves.all().to_vec(), ranges };
        }
        let blooms = undecided.iter().flat_map(|group| {
            let ranges = unknown(self.blooms(footer, group.row_group));
            if stake(group) > 2 * len(&ranges) { ranges } else { Vec::new() }
        });
        let blooms: Vec<_> = blooms.collect();
        if !lookup.ranges.is_empty() || total > ROUND_TRIP + 2 * len(&blooms) {
            lookup.ranges.extend(blooms);
        }
        lookup
    }

    /// The rows of a row group that may pass, and what was left out of it.
    fn narrow(&self, footer: &Footer, group: RowGroupRows, pruned: &mut Vec<Pruned>) -> Option<RowGroupRows> {
        let evidence = Evidence::new(footer, &self.leaves, group.row_group);
        let wanted = group.num_rows();
        let mut leave_out = |by, reason, num_rows| {
            pruned.push(Pruned { row_group: group.row_group, by, reason, num_rows });
        };
        if let Some(reason) = self.refuted(footer, group.row_group) {
            leave_out(PrunedBy::Statistics, reason, wanted);
            return None;
        }
        let by_bloom = |test: &Test| {
            if evidence.is_excluded(test) {
                Verdict::None
            } else {
                test.condition.verdict(&evidence.chunk_bounds(test))
            }
        };
        if let Some(tests) = self.predicate.refuted_by(&mut |test| by_bloom(test)) {
            leave_out(PrunedBy::BloomFilter, explain(&tests, |_| "not in it".to_owned()), wanted);
            return None;
        }
        let Some(pages) = evidence.rows(&self.predicate, group.ranges()) else { return Some(group) };
        let kept: u64 = pages.iter().map(|rows| rows.end - rows.start).sum();
        if kept == wanted {
            return Some(group);
        }
        let mut tests = self.predicate.tests();
        tests.retain(|test| evidence.excludes_pages(test, group.ranges()));
        leave_out(PrunedBy::PageIndex, explain(&tests, |_| "page by page".to_owned()), wanted - kept);
        let rows = pages.first()?.start..pages.last()?.end;
        Some(RowGroupRows { rows, whole: false, runs: Some(pages), ..group })
    }

    /// Whether to read the columns of the filter first, and of the others only the pages with rows that passed: one
    /// round trip more, for the bytes of the pages that are then not read.
    fn pays_to_filter_first(&self, footer: &Footer, group: &RowGroupRows, output: &ProjectionMask) -> bool {
        let evidence = Evidence::new(footer, &self.leaves, group.row_group);
        let rows = group.num_rows() as f64;
        let share = self.predicate.share(&mut |test| {
            test.share(&evidence.bounds_in(test, &group.rows), evidence.distinct(test).min(rows))
        });
        let spared = evidence.spared(group, share, |leaf| output.leaf_included(leaf) && !self.reads(leaf));
        spared > ROUND_TRIP as f64
    }

    /// Where the Bloom filters lie that could rule a row group out.
    fn blooms(&self, footer: &Footer, row_group: usize) -> Vec<Range<u64>> {
        let evidence = Evidence::new(footer, &self.leaves, row_group);
        let ranges: Vec<_> = self
            .predicate
            .tests()
            .iter()
            .filter_map(|test| evidence.bloom(test).map(|(range, _)| range))
            .collect();
        coalesce(&ranges, 0)
    }
}

fn len(ranges: &[Range<u64>]) -> u64 {
    ranges.iter().map(|range| range.end - range.start).sum()
}

fn explain(tests: &[&Test], known: impl Fn(&Test) -> String) -> String {
    if tests.is_empty() {
        return "the filter is never true".to_owned();
    }
    let mut reasons: Vec<_> = tests.iter().map(|test| format!("{test} ({})", known(test))).collect();
    reasons.dedup();
    reasons.join("; ")
}
