//! Measuring batches of rows.

use arrow_array::{Array, RecordBatch};
use arrow_buffer::i256;

use super::{
    ColumnMeasures, Key, Partial,
    bins::{bin_of, num_bins},
    values::{Value, for_each, scale, to_f64},
};
use crate::{
    error::{Error, ErrorKind, Result},
    expr::{float_key, wide_key},
};

/// Takes measures of columns, batch after batch.
#[derive(Debug)]
pub struct Accumulator<'a> {
    measures: &'a [ColumnMeasures],
    partials: Vec<Partial>,
}

impl<'a> Accumulator<'a> {
    /// Has seen no row.
    pub fn new(measures: &'a [ColumnMeasures]) -> Self {
        Self { measures, partials: vec![Partial::default(); measures.len()] }
    }

    /// Takes in the rows of a batch.
    ///
    /// # Errors
    /// Kind `internal` for a batch without a column that is measured.
    pub fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        for (measures, partial) in self.measures.iter().zip(&mut self.partials) {
            let array = batch.column_by_name(&measures.column).ok_or_else(|| {
                let message = format!("The batch has no column {:?}.", measures.column);
                Error::new(ErrorKind::Internal, "aggregate", message)
            })?;
            partial.rows += array.len() as u64;
            partial.nulls += array.logical_null_count() as u64;
            let mut column = Column::new(measures, partial, scale(array.data_type()));
            for_each(array, measures.of, &mut |value| column.add(value));
            column.finish();
        }
        Ok(())
    }

    /// What was measured, in the order of the measures.
    pub fn finish(self) -> Vec<Partial> {
        self.partials
    }
}

/// One column of a batch. Extremes that are numbers are kept apart from the partial's, to be compared without looking
/// at what kind of key they are.
struct Column<'a> {
    measures: &'a ColumnMeasures,
    partial: &'a mut Partial,
    scale: i32,
    numbers: Option<(i128, i128)>,
    needs_key: bool,
}

impl<'a> Column<'a> {
    fn new(measures: &'a ColumnMeasures, partial: &'a mut Partial, scale: i32) -> Self {
        let wanted = &measures.measures;
        if !wanted.edges.is_empty() {
            partial.bins.resize(num_bins(&wanted.edges), 0);
        }
        if wanted.tally.is_some() {
            partial.tally.get_or_insert_default();
        }
        let needs_key = wanted.extremes || wanted.tally.is_some() || !wanted.edges.is_empty();
        Self { measures, partial, scale, numbers: None, needs_key }
    }

    fn add(&mut self, value: Value<'_>) {
        let wanted = &self.measures.measures;
        if matches!(value, Value::Float(float) if float.is_nan()) {
            self.partial.nans += 1;
            return;
        }
        if wanted.sum {
            match value {
                Value::Int(value) => self.partial.sum.add_int(i256::from_i128(value)),
                Value::Wide(value) => self.partial.sum.add_int(value),
                Value::Float(value) => self.partial.sum.add_float(value),
                Value::Bytes(_) => {}
            }
        }
        if wanted.moments {
            self.partial.moments.add(to_f64(value, self.scale));
        }
        if !self.needs_key {
            return;
        }
        match value {
            Value::Int(key) => self.number(key),
            Value::Float(value) => self.number(float_key(value)),
            Value::Wide(value) => self.bytes(&wide_key(value)),
            Value::Bytes(bytes) => self.bytes(bytes),
        }
    }

    fn number(&mut self, key: i128) {
        let wanted = &self.measures.measures;
        if wanted.extremes {
            let (min, max) = self.numbers.unwrap_or((key, key));
            self.numbers = Some((min.min(key), max.max(key)));
        }
        if let (Some(options), Some(tally)) = (&wanted.tally, &mut self.partial.tally) {
            tally.add_number(key, 1, options);
        }
        if let Some(bin) = self.partial.bins.get_mut(bin_of(&wanted.edges, key)) {
            *bin += 1;
        }
    }

    fn bytes(&mut self, key: &[u8]) {
        let wanted = &self.measures.measures;
        if wanted.extremes {
            match &mut self.partial.extremes {
                Some((Key::Bytes(min), _)) if key < min.as_slice() => *min = key.to_vec(),
                Some((_, Key::Bytes(max))) if key > max.as_slice() => *max = key.to_vec(),
                Some(_) => {}
                None => {
                    self.partial.extremes = Some((Key::Bytes(key.to_vec()), Key::Bytes(key.to_vec())));
                }
            }
        }
        if let (Some(options), Some(tally)) = (&wanted.tally, &mut self.partial.tally) {
            tally.add_bytes(key, 1, options);
        }
    }

    fn finish(self) {
        if let Some((min, max)) = self.numbers {
            self.partial.widen(Key::Number(min));
            self.partial.widen(Key::Number(max));
        }
    }
}
