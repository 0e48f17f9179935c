//! What is to be measured of a column.

use arrow_schema::DataType;
use serde::{Deserialize, Serialize};

/// Measures of one column, or of something that its values have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnMeasures {
    /// The column.
    pub column: String,
    /// What of its values is measured.
    pub of: Of,
    /// The measures.
    pub measures: Measures,
}

/// What of a column's values is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Of {
    /// The values themselves.
    Values,
    /// Decimals as the nearest floats.
    Floats,
    /// Their lengths: Unicode code points of strings, bytes of binaries, items of lists.
    Lengths,
}

/// Which measures are taken. Rows, nulls and NaNs are always counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Measures {
    /// The smallest and the largest value.
    pub extremes: bool,
    /// The sum.
    pub sum: bool,
    /// Mean and variance.
    pub moments: bool,
    /// How often each value comes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tally: Option<TallyOptions>,
    /// How many values lie between these keys, ascending: from each to before the next. What lies outside counts to the
    /// first or the last of these bins.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub edges: Vec<i128>,
}

/// How far a tally goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TallyOptions {
    /// The most distinct values. With more, the tally is given up.
    pub max_values: u64,
    /// Only values whose keys lie in one of these half-open ranges; none for all.
    pub within: Vec<(i128, i128)>,
}

impl Measures {
    /// Whether counts and extremes are all, which a file's statistics may answer.
    pub fn is_in_statistics(&self) -> bool {
        !self.sum && !self.moments && self.tally.is_none() && self.edges.is_empty()
    }
}

/// Whether lengths can be measured of the type.
pub(super) fn has_length(data_type: &DataType) -> bool {
    is_text(data_type) || is_binary(data_type) || is_list(data_type)
}

/// Whether values of the type can be compared, so that there is a smallest one, and equal ones.
pub(super) fn is_scalar(data_type: &DataType) -> bool {
    is_number(data_type)
        || is_text(data_type)
        || is_binary(data_type)
        || data_type.is_temporal() && !matches!(data_type, DataType::Interval(_))
        || *data_type == DataType::Boolean
}

/// Whether values of the type can be added.
pub(super) fn is_number(data_type: &DataType) -> bool {
    data_type.is_integer() || data_type.is_floating() || data_type.is_decimal()
}

pub(super) fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

pub(super) fn is_list(data_type: &DataType) -> bool {
    matches!(data_type, DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..))
}

fn is_binary(data_type: &DataType) -> bool {
    use DataType as T;
    matches!(data_type, T::Binary | T::LargeBinary | T::BinaryView | T::FixedSizeBinary(_))
}
