//! What the statistics of a column chunk say exactly, so that nobody need read it to know.
//!
//! For pruning a bound may be wide; an answer must be the value itself. So besides the order of the bounds it matters
//! whether they were cut short (`is_min_value_exact`, `is_max_value_exact` in parquet.thrift): writers cut strings and
//! binaries, and say nothing of it in older files. Numbers are never cut, nor are decimals and half-precision floats,
//! whose order is not that of their bytes.

use arrow_schema::DataType;
use parquet::file::{metadata::ColumnChunkMetaData, statistics::Statistics};

use super::bounds::Leaf;
use crate::{expr::Limits, parquet::Footer};

/// What is known of the values of one column in one row group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExactBounds {
    /// The number of nulls.
    pub nulls: Option<u64>,
    /// The smallest and the largest value that is neither null nor NaN, both or none.
    pub extremes: Option<Limits>,
}

impl Footer {
    /// What the statistics of a row group say exactly of a column that is read as `data_type`; a type with several leaf
    /// columns, or repeated ones, has no statistics of its own.
    pub fn exact_bounds(&self, row_group: usize, column: &str, data_type: &DataType) -> ExactBounds {
        let unknown = ExactBounds { nulls: None, extremes: None };
        let metadata = self.metadata();
        let columns = metadata.file_metadata().schema_descr().columns();
        let index = columns.iter().position(|leaf| leaf.path().parts() == [column]);
        let chunk = index.and_then(|index| metadata.row_groups().get(row_group)?.columns().get(index));
        let leaf = index.and_then(|index| Leaf::new(metadata, index, data_type, true));
        let (Some(chunk), Some(leaf), false) = (chunk, leaf, data_type.is_nested()) else { return unknown };
        if chunk.column_descr().max_rep_level() > 0 {
            return unknown;
        }
        let nulls = nulls(chunk);
        let extremes = chunk.statistics().filter(|statistics| is_exact(statistics, data_type));
        let extremes = extremes.map(|statistics| leaf.chunk_bounds(statistics, chunk.num_values()).limits);
        let both = |limits: &Limits| {
            matches!(limits, Limits::Numbers(Some(_), Some(_)) | Limits::Bytes(Some(_), Some(_)))
        };
        ExactBounds { nulls, extremes: extremes.filter(both) }
    }
}

fn nulls(chunk: &ColumnChunkMetaData) -> Option<u64> {
    if chunk.column_descr().max_def_level() == 0 {
        return Some(0);
    }
    let nulls = chunk.statistics()?.null_count_opt()?;
    (i128::from(nulls) <= i128::from(chunk.num_values())).then_some(nulls)
}

fn is_exact(statistics: &Statistics, data_type: &DataType) -> bool {
    let may_be_cut = matches!(statistics, Statistics::ByteArray(_) | Statistics::FixedLenByteArray(_))
        && !data_type.is_decimal()
        && *data_type != DataType::Float16;
    !may_be_cut || (statistics.min_is_exact() && statistics.max_is_exact())
}
