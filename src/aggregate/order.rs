//! Histograms and medians of any number of values, from counts: exact, in as many passes as it takes.
//!
//! The first pass tallies the values. When they are too many, the next ones count them in bins: those of the histogram,
//! and a few thousand of equal width in the space of keys around the median, until the bin that holds it has few enough
//! values to be tallied, or a single key. Each pass leaves a four-thousandth of the width, so that 64-bit keys take six
//! at the very most, and two or three as data goes.

use super::{ColumnMeasures, Key, Measures, Partial, TallyOptions, bins::bin_of};

/// The distinct values that are tallied of all columns of a pass together: about 50 MB while they are counted.
pub(super) const MAX_TALLY: u64 = 1 << 20;

/// The bins that a range of keys is cut into.
const NUM_PARTS: i128 = 4096;

/// What the passes measured of one column, in order.
pub(super) type Found<'a> = Vec<(&'a ColumnMeasures, &'a Partial)>;

/// A range of keys that holds the value of some rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Around {
    start: i128,
    end: i128,
    /// The values below it.
    before: u64,
    /// The values in it.
    count: u64,
}

/// The numbers of one column, by their keys.
pub(super) struct Numbers<'a> {
    found: &'a Found<'a>,
    min: i128,
    max: i128,
    count: u64,
}

/// The answer, or what must be measured first.
pub(super) enum Progress<T> {
    Known(T),
    Measure(Measures),
}

impl<'a> Numbers<'a> {
    /// The numbers that passes measured, the first of them with extremes; `None` when there is none.
    pub(super) fn new(found: &'a Found<'a>) -> Option<Self> {
        let (_, first) = found.first()?;
        match first.extremes.as_ref()? {
            (Key::Number(min), Key::Number(max)) => {
                Some(Self { found, min: *min, max: *max, count: first.num_values() })
            }
            _ => None,
        }
    }

    pub(super) fn extremes(&self) -> (i128, i128) {
        (self.min, self.max)
    }

    /// The two values in the middle, which are one when the number of values is odd.
    pub(super) fn middle(&self, max_tally: u64) -> Progress<(i128, i128)> {
        let ranks = [(self.count.max(1) - 1) / 2, self.count / 2];
        match self.select(ranks) {
            [Ok(low), Ok(high)] => Progress::Known((low, high)),
            unknown => {
                let mut ranges: Vec<Around> = unknown.into_iter().filter_map(Result::err).collect();
                ranges.dedup();
                Progress::Measure(self.narrow(&ranges, max_tally))
            }
        }
    }

    /// The number of values in each bin between these edges, of which the last bin has both. What lies outside counts to
    /// the first or the last bin.
    pub(super) fn histogram(&self, edges: &[i128]) -> Progress<Vec<u64>> {
        let mut bins = vec![0; edges.len().saturating_sub(1).max(1)];
        let mut count = |key: i128, count: u64| {
            if let Some(bin) = bins.get_mut(bin_of(edges, key)) {
                *bin += count;
            }
        };
        for (measures, partial) in self.found {
            let Measures { tally, edges: fine, .. } = &measures.measures;
            if let (Some(options), Some(tally)) = (tally, &partial.tally)
                && options.within.is_empty()
                && tally.num_values().is_some()
            {
                tally.numbers().for_each(|(key, n)| count(key, n));
                return Progress::Known(bins);
            }
            if edges.iter().all(|edge| fine.binary_search(edge).is_ok()) {
                fine.iter().zip(&partial.bins).for_each(|(start, n)| count(*start, *n));
                return Progress::Known(bins);
            }
        }
        Progress::Measure(Measures { edges: self.all_edges(edges.to_vec()), ..Measures::default() })
    }

    /// For each rank the key of the value that has it, or a range that holds it.
    fn select<const N: usize>(&self, ranks: [u64; N]) -> [Result<i128, Around>; N] {
        let whole = Around { start: self.min, end: self.max + 1, before: 0, count: self.count };
        let mut selected = [Err(whole); N];
        for (measures, partial) in self.found {
            let sorted = partial.tally.as_ref().and_then(super::Tally::sorted);
            for (selected, rank) in selected.iter_mut().zip(ranks) {
                let Err(around) = *selected else { continue };
                if let (Some(options), Some(sorted)) = (&measures.measures.tally, &sorted)
                    && let Some(key) = around.find(rank, options, sorted)
                {
                    *selected = Ok(key);
                } else {
                    *selected = Err(around.within(rank, &measures.measures.edges, &partial.bins));
                }
            }
        }
        selected.map(|selected| match selected {
            Err(around) if around.end - around.start <= 1 => Ok(around.start),
            selected => selected,
        })
    }

    /// What tells the values in the ranges apart: a tally if they are few, else finer bins.
    fn narrow(&self, ranges: &[Around], max_tally: u64) -> Measures {
        if ranges.iter().map(|range| range.count).sum::<u64>() <= max_tally {
            let within = ranges.iter().map(|range| (range.start, range.end)).collect();
            let tally = Some(TallyOptions { max_values: max_tally, within });
            return Measures { tally, ..Measures::default() };
        }
        let edges = ranges.iter().flat_map(|range| {
            let width = range.end - range.start;
            let parts = width.min(NUM_PARTS);
            // Of a decimal's keys, the width alone may take more bits than can be multiplied with.
            (0..=parts).map(move |part| range.start + width / parts * part + width % parts * part / parts)
        });
        Measures { edges: self.all_edges(edges.collect()), ..Measures::default() }
    }

    /// These edges, and such that no value lies outside of them.
    fn all_edges(&self, mut edges: Vec<i128>) -> Vec<i128> {
        edges.extend([self.min, self.max + 1]);
        edges.sort_unstable();
        edges.dedup();
        edges.retain(|edge| (self.min..=self.max + 1).contains(edge));
        edges
    }
}

impl Around {
    /// The key of the value of a rank, when it was tallied.
    fn find(&self, rank: u64, options: &TallyOptions, sorted: &[(Key, u64)]) -> Option<i128> {
        let covers = |(start, end): &(i128, i128)| *start <= self.start && self.end <= *end;
        if !options.within.is_empty() && !options.within.iter().any(covers) {
            return None;
        }
        let mut below = self.before;
        for (key, count) in sorted {
            let Key::Number(key) = key else { continue };
            if *key < self.start {
                continue;
            }
            below += count;
            if rank < below {
                return Some(*key);
            }
        }
        None
    }

    /// The bin that holds the value of a rank.
    fn within(self, rank: u64, edges: &[i128], bins: &[u64]) -> Self {
        let mut before = 0;
        for (pair, count) in edges.windows(2).zip(bins) {
            if let [start, end] = pair
                && rank < before + count
            {
                return Self { start: *start, end: *end, before, count: *count };
            }
            before += count;
        }
        self
    }
}
