//! [`Partial`]: what was measured of one column in some rows.

use serde::{Deserialize, Serialize};

use super::{ColumnMeasures, Moments, Sum, Tally, bins::num_bins};

/// A value by its key, whose order is that of the values of a type (see [`crate::expr::float_key`]).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Key {
    /// Of integers, decimals, floats, booleans, dates and times.
    Number(i128),
    /// Of strings, binaries, and 256-bit decimals.
    Bytes(#[serde(with = "serde_bytes")] Vec<u8>),
}

/// What was measured of one column in some rows. The default is that of no rows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Partial {
    /// The number of rows.
    pub rows: u64,
    /// Of these, how many are null.
    pub nulls: u64,
    /// Of these, how many are NaN.
    pub nans: u64,
    /// The smallest and the largest value that is neither; `None` without any.
    pub extremes: Option<(Key, Key)>,
    /// The sum of those.
    pub sum: Sum,
    /// Their mean and variance.
    pub moments: Moments,
    /// How often each of them comes; `None` before any was seen.
    pub tally: Option<Tally>,
    /// How many lie in each bin; empty before any was seen.
    pub bins: Vec<u64>,
}

impl Partial {
    /// The values that are neither null nor NaN.
    pub fn num_values(&self) -> u64 {
        self.rows.saturating_sub(self.nulls).saturating_sub(self.nans)
    }

    /// Takes in what was measured of other rows by the same measures.
    pub(super) fn merge(&mut self, other: Self, measures: &ColumnMeasures) {
        self.rows += other.rows;
        self.nulls += other.nulls;
        self.nans += other.nans;
        if let Some((min, max)) = other.extremes {
            self.widen(min);
            self.widen(max);
        }
        self.sum.merge(&other.sum);
        self.moments.merge(&other.moments);
        if let (Some(tally), Some(options)) = (other.tally, &measures.measures.tally) {
            self.tally.get_or_insert_default().merge(tally, options);
        }
        if !other.bins.is_empty() {
            self.bins.resize(num_bins(&measures.measures.edges), 0);
            self.bins.iter_mut().zip(other.bins).for_each(|(own, other)| *own += other);
        }
    }

    pub(super) fn widen(&mut self, key: Key) {
        match &mut self.extremes {
            None => self.extremes = Some((key.clone(), key)),
            Some((min, _)) if key < *min => *min = key,
            Some((_, max)) if key > *max => *max = key,
            Some(_) => {}
        }
    }
}

/// Merges partial results of the same measures, each a list with one partial for each of `measures`.
pub fn merge(measures: &[ColumnMeasures], parts: Vec<Vec<Partial>>) -> Vec<Partial> {
    let mut whole = vec![Partial::default(); measures.len()];
    for part in parts {
        for ((own, other), measures) in whole.iter_mut().zip(part).zip(measures) {
            own.merge(other, measures);
        }
    }
    whole
}
