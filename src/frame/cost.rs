//! What running a prepared task costs.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{prepare::Prepared, scan::unknown_runs};
use crate::{
    error::Result,
    parquet::{Prefix, Reader, Wave, prefixes},
    range::Coalescing,
};

/// A prefix that proves too short is read again at most so often.
const MAX_PREFIX_READS: u64 = 3;

/// Requests and what they fetch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    /// Byte ranges that are needed: column chunks, pages.
    pub ranges: u64,
    /// Requests that they become.
    pub requests: u64,
    /// Bytes that these fetch, those between ranges included.
    pub bytes: u64,
    /// Requests that wait for one another, in the task that has the most. Tasks run side by side.
    pub round_trips: u64,
}

impl Cost {
    /// One wave of requests.
    fn of(prepared: &Prepared, ranges: &[Range<u64>], coalescing: &Coalescing) -> Self {
        let requests = coalescing.requests(&unknown_runs(&prepared.footer, ranges));
        Self {
            ranges: ranges.iter().filter(|range| prepared.footer.known_bytes(range).is_none()).count() as u64,
            requests: requests.len() as u64,
            bytes: requests.iter().map(|range| range.end - range.start).sum(),
            round_trips: u64::from(!requests.is_empty()),
        }
    }

    /// Two costs, one after the other.
    fn then(self, next: Self) -> Self {
        Self { round_trips: self.round_trips + next.round_trips, ..self.beside(next) }
    }

    /// Two costs, side by side.
    pub(super) fn beside(self, other: Self) -> Self {
        Self {
            ranges: self.ranges + other.ranges,
            requests: self.requests + other.requests,
            bytes: self.bytes + other.bytes,
            round_trips: self.round_trips.max(other.round_trips),
        }
    }
}

/// The cost of a task: of its first read that costs anything, for certain, and at most.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct TaskCost {
    pub(super) first: Cost,
    pub(super) certain: Cost,
    pub(super) at_most: Cost,
}

impl TaskCost {
    pub(super) fn new(prepared: &Prepared, coalescing: &Coalescing) -> Result<Self> {
        let reader = Reader::new(&prepared.footer, &prepared.options)?;
        let mut cost = Self::default();
        for Wave { first, later } in reader.waves() {
            let now = Cost::of(prepared, first, coalescing);
            if cost.first == Cost::default() {
                cost.first = now;
            }
            cost.certain = cost.certain.then(now);
            cost.at_most = cost.at_most.then(now);
            for pages in later {
                // At the worst, every page that holds a row that passes is a request of its own.
                let pages = Cost::of(prepared, pages, coalescing);
                cost.at_most = cost.at_most.then(Cost { requests: pages.ranges, ..pages });
            }
        }
        cost.with_prefixes(prepared, coalescing)
    }

    /// Two tasks, side by side.
    pub(super) fn beside(self, other: Self) -> Self {
        Self {
            first: if self.first == Cost::default() { other.first } else { self.first },
            certain: self.certain.beside(other.certain),
            at_most: self.at_most.beside(other.at_most),
        }
    }

    /// Where prefixes are read instead of column chunks, less is certain.
    fn with_prefixes(mut self, prepared: &Prepared, coalescing: &Coalescing) -> Result<Self> {
        let ranges: Vec<_> =
            prefixes(&prepared.footer, &prepared.options).iter().filter_map(Prefix::missing).collect();
        if !ranges.is_empty() {
            self.first = Cost::of(prepared, &ranges, coalescing);
            self.certain = self.first;
            self.at_most.round_trips += MAX_PREFIX_READS;
        }
        Ok(self)
    }
}
