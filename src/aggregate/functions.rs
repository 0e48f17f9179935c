//! The functions of a column that a user asks for by name, and what they must be measured by.

use arrow_schema::DataType;
use serde::{Deserialize, Serialize};

use super::{
    Measures, Of,
    measure::{has_length, is_number, is_scalar},
};
use crate::error::{Error, ErrorKind, Result};

/// Functions of one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnFunctions {
    /// The column.
    pub column: String,
    /// What is asked of it.
    pub functions: Vec<Function>,
}

/// A function of a column's values. Nulls and NaNs are left out, except where they are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Function {
    /// The number of values that are not null; of any type.
    Count,
    /// The number of nulls; of any type.
    NullCount,
    /// The number of NaNs.
    NanCount,
    /// The smallest value: of numbers, strings and binaries (by their bytes), booleans, dates and times.
    Min,
    /// The largest value.
    Max,
    /// The sum: exact of integers and decimals, compensated of floats; of booleans the number of true ones.
    Sum,
    /// The mean, as a float.
    Mean,
    /// The standard deviation of a sample.
    Std,
    /// The median, as a float: of an even number of values the mean of the two in the middle.
    Median,
    /// The number of distinct values, of which NaN is one; null is none. Exact, up to a million.
    Distinct,
    /// Ten bins of equal width, as the Hub cuts them.
    Histogram,
    /// The length of the shortest string (in code points), binary (bytes) or list (items).
    MinLength,
    /// The length of the longest.
    MaxLength,
    /// The mean length.
    MeanLength,
}

impl Function {
    /// What is measured of values of a type.
    pub(super) fn of(self, data_type: &DataType) -> Of {
        match self {
            Self::MinLength | Self::MaxLength | Self::MeanLength => Of::Lengths,
            Self::Median | Self::Histogram if data_type.is_decimal() => Of::Floats,
            _ => Of::Values,
        }
    }

    /// Adds the measures that the function needs in the first pass.
    pub(super) fn add_to(self, measures: &mut Measures, tally: impl Fn() -> super::TallyOptions) {
        match self {
            Self::Count | Self::NullCount => {}
            // NaNs are counted wherever values are looked at, which statistics do not.
            Self::NanCount | Self::Std => measures.moments = true,
            Self::Min | Self::Max | Self::MinLength | Self::MaxLength => measures.extremes = true,
            Self::Sum | Self::Mean | Self::MeanLength => measures.sum = true,
            Self::Distinct => measures.tally = Some(tally()),
            Self::Median | Self::Histogram => {
                measures.extremes = true;
                measures.tally = Some(tally());
            }
        }
    }

    /// # Errors
    /// Kind `invalid` for a type that has no such function.
    pub(super) fn check(self, column: &str, data_type: &DataType) -> Result<()> {
        let fits = match self {
            Self::Count | Self::NullCount | Self::NanCount => true,
            Self::Min | Self::Max | Self::Distinct => is_scalar(data_type),
            Self::Sum | Self::Mean => is_number(data_type) || *data_type == DataType::Boolean,
            Self::Std | Self::Median | Self::Histogram => is_number(data_type),
            Self::MinLength | Self::MaxLength | Self::MeanLength => has_length(data_type),
        };
        if fits {
            return Ok(());
        }
        let message = format!("The column {column:?} is {data_type}, which has no {}.", self.name());
        Err(Error::new(ErrorKind::Invalid, "aggregate", message))
    }

    /// The name, as it is asked for.
    pub fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::NullCount => "nullCount",
            Self::NanCount => "nanCount",
            Self::Min => "min",
            Self::Max => "max",
            Self::Sum => "sum",
            Self::Mean => "mean",
            Self::Std => "std",
            Self::Median => "median",
            Self::Distinct => "distinct",
            Self::Histogram => "histogram",
            Self::MinLength => "minLength",
            Self::MaxLength => "maxLength",
            Self::MeanLength => "meanLength",
        }
    }
}
