//! Numbers about numbers, by the rules of the Hub's own statistics.
//!
//! Those are in the dataset viewer's `libcommon/statistics_utils.py`: ten bins at most, whose edges for integers are
//! whole (`generate_bins`), half-open but for the last one (`compute_histogram`); five decimals (`DECIMALS`). Where the
//! viewer gives an error (integers of which there are two, one apart) the one bin holds them all.

use arrow_buffer::i256;
use serde::Serialize;

use super::{
    Measures, Partial,
    order::{Found, Numbers, Progress},
    values::{Value, to_f64, unscale},
};
use crate::expr::{float_key, key_float};

/// The most bins of a histogram.
const NUM_BINS: usize = 10;

/// What the keys of a column stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numeric {
    Int,
    Float,
}

/// Counts of values between edges.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Histogram {
    /// The number of values in each bin.
    pub(super) hist: Vec<u64>,
    /// The edges, one more than there are bins.
    pub(super) bin_edges: Vec<f64>,
}

impl Numeric {
    pub(super) fn value(self, key: i128) -> f64 {
        match self {
            Self::Int => key as f64,
            Self::Float => key_float(key),
        }
    }
}

/// Rounds to five decimals as numpy does: a number half-way between two goes to the even one.
pub(super) fn round(value: f64) -> f64 {
    let shifted = (value * 1e5).round_ties_even();
    if shifted.is_finite() { shifted / 1e5 } else { value }
}

/// The mean of what was summed, with so many decimals.
pub(super) fn mean(partial: &Partial, scale: i32) -> Option<f64> {
    let count = partial.num_values();
    let exact = partial.sum.exact().filter(|sum| *sum != i256::ZERO);
    let sum = match exact {
        Some(sum) => match sum.to_i128() {
            // The quotient and the remainder apart keep digits that a sum as a float has not.
            Some(sum) if count > 0 => {
                let divisor = i128::from(count);
                return Some(unscale((sum / divisor) as f64 + (sum % divisor) as f64 / count as f64, scale));
            }
            _ => to_f64(Value::Wide(sum), scale),
        },
        None => partial.sum.float(),
    };
    (count > 0).then(|| sum / count as f64)
}

/// The median: of an even number of values the mean of the two in the middle.
pub(super) fn median(numbers: &Numbers<'_>, numeric: Numeric, max_tally: u64) -> Progress<f64> {
    match numbers.middle(max_tally) {
        Progress::Known((low, high)) if low == high => Progress::Known(numeric.value(low)),
        // Halved before they are added, so that the largest floats do not run over.
        Progress::Known((low, high)) => Progress::Known(numeric.value(low) / 2.0 + numeric.value(high) / 2.0),
        Progress::Measure(measures) => Progress::Measure(measures),
    }
}

/// The Hub's histogram; `None` where a value is infinite. Of floats, `rounded` says whether edges have five decimals.
pub(super) fn histogram(
    numbers: &Numbers<'_>,
    numeric: Numeric,
    rounded: bool,
) -> Progress<Option<Histogram>> {
    let (min, max) = numbers.extremes();
    let (keys, bin_edges) = match numeric {
        Numeric::Int => {
            let keys = int_edges(min, max);
            let edges = keys.iter().map(|key| *key as f64).collect();
            (keys, edges)
        }
        Numeric::Float => {
            let decimals = |value: f64| if rounded { round(value) } else { value };
            let (min, max) = (decimals(key_float(min)), decimals(key_float(max)));
            if !min.is_finite() || !max.is_finite() {
                return Progress::Known(None);
            }
            let edges = float_edges(min, max);
            (edges.iter().map(|edge| float_key(*edge)).collect(), edges.into_iter().map(decimals).collect())
        }
    };
    match numbers.histogram(&keys) {
        Progress::Known(hist) => Progress::Known(Some(Histogram { hist, bin_edges })),
        Progress::Measure(measures) => Progress::Measure(measures),
    }
}

/// The edges of bins of integers: all of one whole width, but for the last.
pub(super) fn int_edges(min: i128, max: i128) -> Vec<i128> {
    let width = (max - min + 1 + NUM_BINS as i128 - 1) / NUM_BINS as i128;
    let mut edges: Vec<i128> =
        (0..NUM_BINS as i128).map(|bin| min + bin * width).filter(|edge| *edge < max).collect();
    if edges.is_empty() {
        edges.push(min);
    }
    edges.push(max);
    edges
}

fn float_edges(min: f64, max: f64) -> Vec<f64> {
    if min == max {
        return vec![min, max];
    }
    // As numpy's `arange`: the step is the difference of the first two values. Divided first, lest it run over.
    let width = max / NUM_BINS as f64 - min / NUM_BINS as f64;
    let width = if (max - min).is_finite() { (max - min) / NUM_BINS as f64 } else { width };
    let step = (min + width) - min;
    let mut edges: Vec<f64> =
        (0..NUM_BINS).map(|bin| min + bin as f64 * step).filter(|edge| *edge < max).collect();
    edges.dedup();
    edges.push(max);
    edges
}

/// What is asked of the order of a column's numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) median: bool,
    pub(super) histogram: bool,
    /// Whether the edges of the histogram have five decimals.
    pub(super) rounded: bool,
}

/// What is known of a column's numbers, and what must be measured for the rest.
#[derive(Default)]
pub(super) struct Order {
    pub(super) median: Option<f64>,
    pub(super) histogram: Option<Histogram>,
    pub(super) missing: Option<Measures>,
}

impl Order {
    pub(super) fn new(found: &Found<'_>, numeric: Numeric, wanted: Wanted, max_tally: u64) -> Self {
        let mut order = Self::default();
        let Some(numbers) = Numbers::new(found) else { return order };
        if wanted.median {
            match median(&numbers, numeric, max_tally) {
                Progress::Known(median) => order.median = Some(median),
                Progress::Measure(measures) => order.missing = Some(measures),
            }
        }
        if wanted.histogram {
            match histogram(&numbers, numeric, wanted.rounded) {
                Progress::Known(histogram) => order.histogram = histogram,
                Progress::Measure(measures) => {
                    order.missing = Some(order.missing.take().unwrap_or_default().and(measures));
                }
            }
        }
        order
    }
}
