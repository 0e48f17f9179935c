//! [`Query`]: what is asked of a table, and how to get there.

use arrow_schema::{DataType, Schema};
use serde::{Deserialize, Serialize};

use super::{
    Answer, ColumnFunctions, ColumnMeasures, Measures, Of, Partial,
    answer::aggregates,
    describe::describe,
    order::{Found, MAX_TALLY},
    value_counts::value_counts,
};
use crate::{error::Result, expr::unknown_column};

/// What is asked of a table's columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Query {
    /// Functions of columns: a table of one row with a struct for each column, a field for each function.
    Aggregate {
        /// The columns, each once.
        columns: Vec<ColumnFunctions>,
    },
    /// Statistics of columns in the shape of the Hub's own.
    Describe {
        /// The columns; `None` for all.
        columns: Option<Vec<String>>,
    },
    /// The distinct values of a column, the most frequent first: a table of `value` and `count`.
    ValueCounts {
        /// The column.
        column: String,
        /// The most values to give.
        limit: Option<u64>,
    },
}

/// A pass over the rows: what was measured, and what that came to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pass {
    /// The measures.
    pub measures: Vec<ColumnMeasures>,
    /// A partial result for each, of all rows.
    pub partials: Vec<Partial>,
}

/// What comes after some passes.
#[derive(Debug)]
pub enum Step {
    /// Another pass, with these measures.
    Measure(Vec<ColumnMeasures>),
    /// The answer.
    Answer(Answer),
}

impl Query {
    /// What to do after these passes over a table of this schema.
    ///
    /// # Errors
    /// Kind `invalid` for an unknown column and for a function that a column's type has not; `limit` for too many
    /// distinct values, and for a sum of too many digits.
    pub fn step(&self, schema: &Schema, passes: &[Pass]) -> Result<Step> {
        match self {
            Self::Aggregate { columns } => aggregates(columns, schema, passes),
            Self::Describe { columns } => describe(columns.as_deref(), schema, passes),
            Self::ValueCounts { column, limit } => value_counts(column, *limit, schema, passes),
        }
    }
}

/// The type of a column.
///
/// # Errors
/// Kind `invalid` for a column that the schema has not.
pub(super) fn type_of<'a>(schema: &'a Schema, column: &str) -> Result<&'a DataType> {
    let field = schema.field_with_name(column).map_err(|_| unknown_column("aggregate", schema, column))?;
    Ok(field.data_type())
}

/// What the passes measured of a column.
pub(super) fn found<'a>(passes: &'a [Pass], column: &str, of: Of) -> Found<'a> {
    let each = passes.iter().flat_map(|pass| pass.measures.iter().zip(&pass.partials));
    each.filter(|(measures, _)| measures.column == column && measures.of == of).collect()
}

/// Each of `num_columns` columns' part of the values that may be tallied.
pub(super) fn max_tally(num_columns: usize) -> u64 {
    (MAX_TALLY / num_columns.max(1) as u64).max(1 << 12)
}

/// A further pass, if it is known to be needed, or else the answer.
pub(super) fn measure_or(
    missing: Vec<ColumnMeasures>,
    answer: impl FnOnce() -> Result<Answer>,
) -> Result<Step> {
    if missing.is_empty() { answer().map(Step::Answer) } else { Ok(Step::Measure(missing)) }
}

impl ColumnMeasures {
    pub(super) fn new(column: &str, of: Of, measures: Measures) -> Self {
        Self { column: column.to_owned(), of, measures }
    }
}

impl Measures {
    /// These measures and those.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.edges.extend(other.edges);
        self.edges.sort_unstable();
        self.edges.dedup();
        self.tally = self.tally.or(other.tally);
        Self {
            extremes: self.extremes || other.extremes,
            sum: self.sum || other.sum,
            moments: self.moments || other.moments,
            ..self
        }
    }
}
