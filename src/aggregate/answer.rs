//! Functions of columns: their passes, and their answers as Arrow values.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, ListArray, RecordBatch, StructArray};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{DataType, Field, Fields, Schema};

use super::{
    ColumnFunctions, ColumnMeasures, Function, Key, Measures, Partial, Pass, Step, TallyOptions,
    arrays::{exact_sum, from_keys},
    query::{found, max_tally, measure_or, type_of},
    statistics::{Histogram, Numeric, Order, Wanted, mean},
    value_counts::too_many,
    values::scale,
};
use crate::error::{Error, ErrorKind, Result};

/// An answer: a JSON text, and a table where it has values of columns' types.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// JSON.
    pub text: String,
    /// Values.
    pub table: Option<RecordBatch>,
}

pub(super) fn aggregates(columns: &[ColumnFunctions], schema: &Schema, passes: &[Pass]) -> Result<Step> {
    let max_tally = max_tally(columns.len());
    if passes.is_empty() {
        return Ok(Step::Measure(first_pass(columns, schema, max_tally)?));
    }
    let (mut fields, mut structs, mut missing) = (Vec::new(), Vec::new(), Vec::new());
    for ColumnFunctions { column, functions } in columns {
        let data_type = type_of(schema, column)?;
        let of = Function::Median.of(data_type);
        let found = found(passes, column, of);
        let wanted = Wanted {
            median: functions.contains(&Function::Median),
            histogram: functions.contains(&Function::Histogram),
            rounded: false,
        };
        let order = Order::new(&found, numeric(data_type), wanted, max_tally);
        missing.extend(order.missing.clone().map(|measures| ColumnMeasures::new(column, of, measures)));
        let one = OneColumn { column, data_type, passes, order };
        let arrays = functions.iter().map(|function| {
            let array = one.value(*function)?;
            Ok((Arc::new(Field::new(function.name(), array.data_type().clone(), true)), array))
        });
        let arrays = arrays.collect::<Result<Vec<_>>>()?;
        let row = StructArray::from(arrays);
        fields.push(Field::new(column, DataType::Struct(row.fields().clone()), false));
        structs.push(Arc::new(row) as ArrayRef);
    }
    measure_or(missing, || {
        let table = RecordBatch::try_new(Arc::new(Schema::new(fields)), structs).map_err(internal)?;
        Ok(Answer { text: "{}".to_owned(), table: Some(table) })
    })
}

fn first_pass(columns: &[ColumnFunctions], schema: &Schema, max_values: u64) -> Result<Vec<ColumnMeasures>> {
    let mut all: Vec<ColumnMeasures> = Vec::new();
    for (position, ColumnFunctions { column, functions }) in columns.iter().enumerate() {
        let data_type = type_of(schema, column)?;
        if functions.is_empty() || columns.iter().take(position).any(|earlier| earlier.column == *column) {
            let message = format!("Ask for the column {column:?} once, and for at least one function of it.");
            return Err(Error::new(ErrorKind::Invalid, "aggregate", message));
        }
        for function in functions {
            function.check(column, data_type)?;
            let of = function.of(data_type);
            let mut measures = Measures::default();
            function.add_to(&mut measures, || TallyOptions { max_values, within: Vec::new() });
            match all.iter_mut().find(|known| known.column == *column && known.of == of) {
                Some(known) => known.measures = std::mem::take(&mut known.measures).and(measures),
                None => all.push(ColumnMeasures::new(column, of, measures)),
            }
        }
    }
    Ok(all)
}

/// What the keys of the values of a type stand for, where decimals were measured as floats.
pub(super) fn numeric(data_type: &DataType) -> Numeric {
    if data_type.is_floating() || data_type.is_decimal() { Numeric::Float } else { Numeric::Int }
}

/// One column's answers.
struct OneColumn<'a> {
    column: &'a str,
    data_type: &'a DataType,
    passes: &'a [Pass],
    order: Order,
}

impl OneColumn<'_> {
    /// The answer to a function, as an array of one value.
    fn value(&self, function: Function) -> Result<ArrayRef> {
        let found = found(self.passes, self.column, function.of(self.data_type));
        let nothing = Partial::default();
        let partial = found.first().map_or(&nothing, |(_, partial)| *partial);
        let scale = scale(self.data_type);
        let extreme = |which: fn(&(Key, Key)) -> &Key| partial.extremes.as_ref().map(which).cloned();
        let length = |key: Option<Key>| match key {
            Some(Key::Number(length)) => Some(length as f64),
            _ => None,
        };
        Ok(match function {
            Function::Count => float(Some((partial.rows - partial.nulls) as f64)),
            Function::NullCount => float(Some(partial.nulls as f64)),
            Function::NanCount => float(Some(partial.nans as f64)),
            Function::Min => from_keys(self.data_type, &[extreme(|extremes| &extremes.0)])?,
            Function::Max => from_keys(self.data_type, &[extreme(|extremes| &extremes.1)])?,
            Function::Sum => self.sum(partial)?,
            Function::Mean => float(mean(partial, scale)),
            Function::Std => float(partial.moments.std()),
            Function::Median => float(self.order.median),
            Function::Histogram => histogram(self.order.histogram.as_ref())?,
            Function::Distinct => {
                let counted = partial.tally.as_ref().map_or(Some(0), super::Tally::num_values);
                let distinct = counted.ok_or_else(|| too_many(self.column))?;
                float(Some((distinct + u64::from(partial.nans > 0)) as f64))
            }
            Function::MinLength => float(length(extreme(|extremes| &extremes.0))),
            Function::MaxLength => float(length(extreme(|extremes| &extremes.1))),
            Function::MeanLength => float(mean(partial, 0)),
        })
    }

    fn sum(&self, partial: &Partial) -> Result<ArrayRef> {
        if self.data_type.is_floating() {
            return Ok(float(Some(partial.sum.float())));
        }
        if *self.data_type == DataType::Boolean {
            return Ok(float(partial.sum.exact().and_then(|sum| sum.to_i128()).map(|sum| sum as f64)));
        }
        exact_sum(partial.sum.exact(), i8::try_from(scale(self.data_type)).unwrap_or_default())
    }
}

fn float(value: Option<f64>) -> ArrayRef {
    Arc::new(Float64Array::from(vec![value]))
}

/// `{ hist: [...], bin_edges: [...] }`, or null.
fn histogram(histogram: Option<&Histogram>) -> Result<ArrayRef> {
    let item = Arc::new(Field::new("item", DataType::Float64, false));
    let list = |values: Vec<f64>| {
        let offsets = OffsetBuffer::from_lengths([values.len()]);
        ListArray::try_new(Arc::clone(&item), offsets, Arc::new(Float64Array::from(values)), None)
    };
    let hist = histogram.map_or(Vec::new(), |own| own.hist.iter().map(|count| *count as f64).collect());
    let edges = histogram.map_or(Vec::new(), |own| own.bin_edges.clone());
    let lists = [("hist", hist), ("bin_edges", edges)].map(|(name, values)| {
        let list = list(values).map_err(internal)?;
        let field = Field::new(name, DataType::List(Arc::clone(&item)), false);
        Ok::<_, Error>((field, Arc::new(list) as ArrayRef))
    });
    let (fields, lists): (Vec<_>, Vec<_>) =
        lists.into_iter().collect::<Result<Vec<_>>>()?.into_iter().unzip();
    let nulls = histogram.is_none().then(|| arrow_buffer::NullBuffer::new_null(1));
    let array = StructArray::try_new(Fields::from(fields), lists, nulls).map_err(internal)?;
    Ok(Arc::new(array))
}

fn internal(error: impl ToString) -> Error {
    Error::new(ErrorKind::Internal, "aggregate", "The answers do not make a table.")
        .with_source(error.to_string())
}
