//! One schema for several files.

use indexmap::IndexMap;
use serde_json::Value as Json;

use arrow_schema::Schema;

use super::{Guess, Inspection, typed::features_of};
use crate::{
    error::Result,
    expr::unknown_column,
    features::{Feature, Features},
};

/// The schema that the rows of all files fit: each column has the type that the caller set, or the one that its values in
/// all files fit. Columns come in the order of their first appearance. The schema says what they mean to `datasets`.
///
/// # Errors
/// Kind `invalid` for a type of a column that no file has, or one that does not exist.
pub fn schema_of(inspections: &[Inspection], types: &IndexMap<String, Json>) -> Result<Schema> {
    let mut columns: IndexMap<&str, Guess> = IndexMap::new();
    for column in inspections.iter().flat_map(|inspection| &inspection.columns) {
        columns.entry(&column.name).or_default().merge(&column.values);
    }
    let given = features_of(types)?;
    let feature = |name: &str, values: &Guess| -> Feature {
        given.get(name).cloned().unwrap_or_else(|| values.feature())
    };
    let features: Features =
        columns.iter().map(|(name, values)| ((*name).to_owned(), feature(name, values))).collect();
    let schema = features.to_arrow_schema()?;
    match given.iter().find(|(name, _)| !columns.contains_key(name)) {
        Some((name, _)) => Err(unknown_column("set types", &schema, name)),
        None => Ok(schema),
    }
}
