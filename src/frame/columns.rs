//! Column names: which ones a frame shows, and what to say of one that it has not.

use std::sync::Arc;

use arrow_schema::{Schema, SchemaRef};

use crate::{
    error::{Error, ErrorKind, Result},
    expr::unknown_column,
};

/// The schema of the columns `names` (`None`: all), in that order.
///
/// # Errors
/// Kind `invalid` for a name that the schema has not, with the nearest one, and for a name given twice.
pub(super) fn project(schema: &SchemaRef, names: Option<&[String]>) -> Result<SchemaRef> {
    let Some(names) = names else { return Ok(Arc::clone(schema)) };
    let mut fields = Vec::with_capacity(names.len());
    for (position, name) in names.iter().enumerate() {
        let index = schema.index_of(name).map_err(|_| unknown(schema, name))?;
        if names.iter().take(position).any(|earlier| earlier == name) {
            let message = format!("The column {name:?} is selected twice.");
            return Err(Error::new(ErrorKind::Invalid, "select columns", message));
        }
        fields.extend(schema.fields().get(index).cloned());
    }
    Ok(Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone())))
}

/// The error for a name that the schema has not.
pub(super) fn unknown(schema: &Schema, name: &str) -> Error {
    unknown_column("select columns", schema, name)
}

#[cfg(test)]
mod tests {
    use arrow_schema::{DataType, Field};

    use super::*;

    fn schema() -> SchemaRef {
        Arc::new(Schema::new(vec![
            Field::new("delay", DataType::Int32, true),
            Field::new("distance", DataType::Int32, true),
            Field::new("origin", DataType::Utf8, true),
        ]))
    }

    #[test]
    fn columns_come_in_the_order_asked_for() {
        let names = ["origin".to_owned(), "delay".to_owned()];
        let projected = project(&schema(), Some(&names)).unwrap();
        assert_eq!(
            projected.fields().iter().map(|f| f.name().as_str()).collect::<Vec<_>>(),
            ["origin", "delay"]
        );
    }

    #[test]
    fn an_unknown_name_gets_the_nearest() {
        let error = project(&schema(), Some(&["Delays".to_owned()])).unwrap_err();
        assert_eq!(error.message(), "There is no column \"Delays\"; the nearest is \"delay\".");
        assert!(project(&schema(), Some(&["delay".to_owned(), "delay".to_owned()])).is_err());
    }
}
