//! The distinct values of a column with their counts.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, Float16Array, Float32Array, Float64Array, Int64Array, RecordBatch,
    types::{ArrowPrimitiveType, Float16Type},
};
use arrow_schema::{DataType, Schema};
use arrow_select::concat::concat;
use serde_json::json;

use super::{
    Answer, ColumnMeasures, Measures, Of, Partial, Pass, Step, TallyOptions,
    arrays::from_keys,
    measure::is_scalar,
    order::MAX_TALLY,
    query::{found, type_of},
};
use crate::error::{Error, ErrorKind, Result};

type Float16 = <Float16Type as ArrowPrimitiveType>::Native;

pub(super) fn value_counts(
    column: &str,
    limit: Option<u64>,
    schema: &Schema,
    passes: &[Pass],
) -> Result<Step> {
    let data_type = type_of(schema, column)?;
    if !is_scalar(data_type) {
        let message = format!("The column {column:?} is {data_type}, whose values are not compared.");
        return Err(Error::new(ErrorKind::Invalid, "count values", message));
    }
    match found(passes, column, Of::Values).first() {
        Some((_, partial)) => Ok(Step::Answer(answer(data_type, limit, column, partial)?)),
        None => {
            let tally = Some(TallyOptions { max_values: MAX_TALLY, within: Vec::new() });
            let measures = Measures { tally, ..Measures::default() };
            Ok(Step::Measure(vec![ColumnMeasures::new(column, Of::Values, measures)]))
        }
    }
}

/// The error when a column has more distinct values than are counted.
pub(super) fn too_many(column: &str) -> Error {
    let message = format!(
        "The column {column:?} has more distinct values than are counted ({MAX_TALLY} of all columns together); \
         filter the rows, or ask for fewer columns at once."
    );
    Error::new(ErrorKind::Limit, "count values", message)
}

fn answer(data_type: &DataType, limit: Option<u64>, column: &str, partial: &Partial) -> Result<Answer> {
    let mut counts = match &partial.tally {
        Some(tally) => tally.sorted().ok_or_else(|| too_many(column))?,
        None => Vec::new(),
    };
    let num_distinct = counts.len() as u64 + u64::from(partial.nans > 0);
    // Stable: of equally frequent values, the smaller one comes first.
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let nan_at = (partial.nans > 0).then(|| counts.partition_point(|(_, count)| *count >= partial.nans));
    let (keys, mut numbers): (Vec<_>, Vec<_>) =
        counts.into_iter().map(|(key, count)| (Some(key), i64::try_from(count).unwrap_or(i64::MAX))).unzip();
    let mut values = from_keys(data_type, &keys)?;
    if let Some(at) = nan_at {
        values = with_nan(&values, at)?;
        numbers.insert(at, i64::try_from(partial.nans).unwrap_or(i64::MAX));
    }
    let len = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX).min(numbers.len());
    let columns: [(&str, ArrayRef); 2] =
        [("value", values), ("count", Arc::new(Int64Array::from(numbers)) as ArrayRef)];
    let table = RecordBatch::try_from_iter(columns).map_err(internal)?.slice(0, len);
    let text = json!({
        "num_rows": partial.rows, "null_count": partial.nulls, "num_distinct": num_distinct,
    });
    Ok(Answer { text: text.to_string(), table: Some(table) })
}

/// The floats, and a NaN among them.
fn with_nan(values: &ArrayRef, at: usize) -> Result<ArrayRef> {
    let nan: ArrayRef = match values.data_type() {
        DataType::Float16 => Arc::new(Float16Array::from_iter_values([Float16::from_f64(f64::NAN)])),
        DataType::Float32 => Arc::new(Float32Array::from_iter_values([f32::NAN])),
        _ => Arc::new(Float64Array::from_iter_values([f64::NAN])),
    };
    let (before, after) = (values.slice(0, at), values.slice(at, values.len() - at));
    concat(&[&before, &nan, &after]).map_err(internal)
}

fn internal(error: impl ToString) -> Error {
    Error::new(ErrorKind::Internal, "count values", "The counts do not make a table.")
        .with_source(error.to_string())
}
