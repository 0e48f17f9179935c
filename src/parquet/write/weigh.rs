//! How many rows of a batch fit into so many bytes.
//!
//! What is counted are the bytes that the rows take in Arrow, with offsets and validity; narrow integers count as the
//! four bytes that Parquet's plain encoding gives them. Rows of plain encoded pages are never larger than that, but for
//! the levels of nested columns, which compress to next to nothing.

use std::ops::Range;

use arrow_array::{Array, OffsetSizeTrait, RecordBatch, cast::AsArray};
use arrow_buffer::OffsetBuffer;
use arrow_schema::DataType;

/// The bytes of some rows of a batch.
pub(super) fn byte_len(batch: &RecordBatch, rows: Range<usize>) -> u64 {
    batch.columns().iter().map(|column| array_len(column, rows.clone())).sum()
}

/// The number of rows from `start` on, of the next `at_most`, that take no more than `budget` bytes.
pub(super) fn rows_within(batch: &RecordBatch, start: usize, at_most: usize, budget: u64) -> usize {
    let (mut fit, mut too_many) = (0, at_most.min(batch.num_rows() - start) + 1);
    while fit + 1 < too_many {
        let middle = fit.midpoint(too_many);
        if byte_len(batch, start..start + middle) <= budget {
            fit = middle;
        } else {
            too_many = middle;
        }
    }
    fit
}

fn array_len(array: &dyn Array, rows: Range<usize>) -> u64 {
    let num_rows = rows.len() as u64;
    let validity = if array.nulls().is_some() { num_rows.div_ceil(8) } else { 0 };
    validity
        + match array.data_type() {
            DataType::Null => 0,
            DataType::Boolean => num_rows.div_ceil(8),
            DataType::Utf8 => values_len(array.as_string::<i32>().offsets(), &rows),
            DataType::LargeUtf8 => values_len(array.as_string::<i64>().offsets(), &rows),
            DataType::Binary => values_len(array.as_binary::<i32>().offsets(), &rows),
            DataType::LargeBinary => values_len(array.as_binary::<i64>().offsets(), &rows),
            DataType::FixedSizeBinary(width) => num_rows * u64::from(width.unsigned_abs()),
            DataType::List(_) => {
                let list = array.as_list::<i32>();
                4 * num_rows + array_len(list.values(), span(list.offsets(), &rows))
            }
            DataType::LargeList(_) => {
                let list = array.as_list::<i64>();
                8 * num_rows + array_len(list.values(), span(list.offsets(), &rows))
            }
            DataType::FixedSizeList(_, width) => {
                let width = width.unsigned_abs() as usize;
                array_len(array.as_fixed_size_list().values(), rows.start * width..rows.end * width)
            }
            DataType::Map(..) => {
                let map = array.as_map();
                4 * num_rows + array_len(map.entries(), span(map.offsets(), &rows))
            }
            DataType::Struct(_) => {
                array.as_struct().columns().iter().map(|child| array_len(child, rows.clone())).sum()
            }
            other => num_rows * other.primitive_width().unwrap_or(16).max(4) as u64,
        }
}

/// The elements of some rows.
fn span<O: OffsetSizeTrait>(offsets: &OffsetBuffer<O>, rows: &Range<usize>) -> Range<usize> {
    let at = |row: usize| offsets.get(row).map_or(0, |offset| offset.as_usize());
    at(rows.start)..at(rows.end)
}

fn values_len<O: OffsetSizeTrait>(offsets: &OffsetBuffer<O>, rows: &Range<usize>) -> u64 {
    (span(offsets, rows).len() + rows.len() * size_of::<O>()) as u64
}
