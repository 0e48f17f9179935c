//! Sums: exact ones of integers and decimals, compensated ones of floats.

use arrow_buffer::i256;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A sum under way.
///
/// Integers and the unscaled values of decimals are added in 256 bits, exactly. Floats are added with a compensation
/// for what each addition rounds off (Neumaier's variant of Kahan's algorithm), so that the error does not grow with
/// the number of values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Sum {
    #[serde(with = "wide")]
    exact: i256,
    /// Whether the exact sum ran over.
    overflowed: bool,
    float: f64,
    compensation: f64,
}

impl Sum {
    pub(super) fn add_int(&mut self, value: i256) {
        match self.exact.checked_add(value) {
            Some(sum) => self.exact = sum,
            None => self.overflowed = true,
        }
    }

    pub(super) fn add_float(&mut self, value: f64) {
        let sum = self.float + value;
        self.compensation += if self.float.abs() >= value.abs() {
            (self.float - sum) + value
        } else {
            (value - sum) + self.float
        };
        self.float = sum;
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.overflowed |= other.overflowed;
        self.add_int(other.exact);
        self.add_float(other.float);
        self.compensation += other.compensation;
    }

    /// The sum of what was added as integers; `None` when it has more than 255 bits.
    pub fn exact(&self) -> Option<i256> {
        (!self.overflowed).then_some(self.exact)
    }

    /// The sum of what was added as floats.
    pub fn float(&self) -> f64 {
        // Beyond what a float can hold, the compensation is not a number.
        if self.float.is_finite() { self.float + self.compensation } else { self.float }
    }
}

/// A 256-bit integer as its decimal digits.
mod wide {
    use super::{Deserialize, Deserializer, Serializer, i256};

    pub(super) fn serialize<S: Serializer>(value: &i256, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i256, D::Error> {
        let digits = String::deserialize(deserializer)?;
        i256::from_string(&digits).ok_or_else(|| serde::de::Error::custom("a sum is not an integer"))
    }
}
