//! Fitting the batches of one file to the schema of the frame: columns by name, missing ones as nulls, other types
//! cast where that loses nothing.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, new_null_array};
use arrow_schema::{Field, FieldRef, Schema, SchemaRef};

use super::cast::{can_cast, cast, relaxed};
use crate::error::{Error, ErrorKind, Result};

const READ_ROWS: &str = "read rows";

/// The operation of the error of a file whose columns are of other types. Who knows the other files can ask them, too:
/// see [`super::Session::check_schemas`].
pub(super) const FIT_COLUMNS: &str = "fit columns";

/// Turns batches of a file's schema into batches of the frame's.
#[derive(Debug)]
pub(super) struct Adapter {
    schema: SchemaRef,
    /// For each column of the frame, its position in the file's batches.
    positions: Vec<Option<usize>>,
}

impl Adapter {
    /// # Errors
    /// Kind `unsupported` when columns have types in the file that cannot be read as those in the frame; it names each.
    pub(super) fn new(schema: &Schema, file: &Schema) -> Result<Self> {
        let differences = differences(schema, file);
        if !differences.is_empty() {
            let message = format!(
                "This file does not fit the first one: {}. Read such files apart, or select the other columns.",
                differences.join("; ")
            );
            return Err(Error::new(ErrorKind::Unsupported, FIT_COLUMNS, message));
        }
        let positions = schema.fields().iter().map(|field| file.index_of(field.name()).ok()).collect();
        // A file without a column makes it nullable, whatever the first file said.
        let fields = schema.fields().iter().map(|field| {
            let nullable = Field::clone(field).with_nullable(true);
            match file.field_with_name(field.name()) {
                Ok(found) if found.data_type() != field.data_type() => {
                    nullable.with_data_type(relaxed(field.data_type()))
                }
                _ => nullable,
            }
        });
        let schema = Schema::new_with_metadata(fields.collect::<Vec<_>>(), schema.metadata().clone());
        Ok(Self { schema: Arc::new(schema), positions })
    }

    /// # Errors
    /// Kind `unsupported` for a value that the frame's type cannot hold; kind `internal` for a batch that is not of the
    /// file's schema.
    pub(super) fn adapt(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let rows = batch.num_rows();
        let column = |(position, field): (&Option<usize>, &FieldRef)| -> Result<ArrayRef> {
            match position.and_then(|position| batch.columns().get(position)) {
                Some(column) => cast(column, field.data_type()).map_err(|why| unfit(field, column, &why)),
                None => Ok(new_null_array(field.data_type(), rows)),
            }
        };
        let columns = self.positions.iter().zip(self.schema.fields()).map(column).collect::<Result<_>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options).map_err(|error| {
            Error::new(ErrorKind::Internal, READ_ROWS, "A batch does not fit its schema.")
                .with_source(error.to_string())
        })
    }
}

/// What of a file cannot be read as the frame's columns, each in words.
pub(super) fn differences(schema: &Schema, file: &Schema) -> Vec<String> {
    let differs = |field: &FieldRef| {
        let found = file.field_with_name(field.name()).ok()?;
        let (wanted, found) = (field.data_type(), found.data_type());
        (!can_cast(found, wanted))
            .then(|| format!("the column {:?} is {found} in it, not {wanted}", field.name()))
    };
    schema.fields().iter().filter_map(differs).collect()
}

fn unfit(field: &Field, column: &ArrayRef, why: &str) -> Error {
    let (wanted, found) = (field.data_type(), column.data_type());
    let message = format!(
        "The column {:?} is {found} in this file and {wanted} in the first one, which cannot hold all of it: {why}. \
         Read the files apart, or select the other columns.",
        field.name()
    );
    Error::new(ErrorKind::Unsupported, READ_ROWS, message).with("column", field.name())
}
