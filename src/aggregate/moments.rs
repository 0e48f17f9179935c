//! Mean and variance in one pass, from parts that are put together.

use serde::{Deserialize, Serialize};

/// The number of values, their mean, and the sum of their squared distances from it.
///
/// Updated by Welford's method and merged by that of Chan, Golub and LeVeque ("Updating Formulae and a Pairwise
/// Algorithm for Computing Sample Variances", 1979), which do not lose the digits that a sum of squares does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    count: u64,
    mean: f64,
    squares: f64,
}

impl Moments {
    pub(super) fn add(&mut self, value: f64) {
        self.count += 1;
        let distance = value - self.mean;
        self.mean += distance / self.count as f64;
        self.squares += distance * (value - self.mean);
    }

    pub(super) fn merge(&mut self, other: &Self) {
        if self.count == 0 || other.count == 0 {
            if self.count == 0 {
                *self = *other;
            }
            return;
        }
        let (own, others) = (self.count as f64, other.count as f64);
        let distance = other.mean - self.mean;
        self.count += other.count;
        let count = self.count as f64;
        self.mean += distance * others / count;
        self.squares += other.squares + distance * distance * own * others / count;
    }

    /// The standard deviation of a sample (divided by the number of values less one), as pandas, polars and the Hub give
    /// it; nothing of less than two values.
    pub fn std(&self) -> Option<f64> {
        (self.count > 1).then(|| (self.squares / (self.count - 1) as f64).sqrt())
    }
}
