//! Fitting the batches of one file to the schema of the frame: columns by name, missing ones as nulls.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, new_null_array};
use arrow_schema::{Field, Schema, SchemaRef};

use crate::error::{Error, ErrorKind, Result};

/// Turns batches of a file's schema into batches of the frame's.
#[derive(Debug)]
pub(super) struct Adapter {
    schema: SchemaRef,
    /// For each column of the frame, its position in the file's batches.
    positions: Vec<Option<usize>>,
}

impl Adapter {
    /// # Errors
    /// Kind `unsupported` when a column has another type in the file than in the frame.
    pub(super) fn new(schema: SchemaRef, file: &Schema) -> Result<Self> {
        let position = |field: &Arc<Field>| match file.index_of(field.name()).ok() {
            None => Ok(None),
            Some(index) => match file.fields().get(index) {
                Some(found) if found.data_type() != field.data_type() => Err(differs(field, found)),
                _ => Ok(Some(index)),
            },
        };
        let positions = schema.fields().iter().map(position).collect::<Result<_>>()?;
        // A file without a column makes it nullable, whatever the first file said.
        let fields = schema.fields().iter().map(|field| Arc::new(field.as_ref().clone().with_nullable(true)));
        let schema =
            Arc::new(Schema::new_with_metadata(fields.collect::<Vec<_>>(), schema.metadata().clone()));
        Ok(Self { schema, positions })
    }

    /// # Errors
    /// Kind `internal` for a batch that is not of the file's schema.
    pub(super) fn adapt(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let rows = batch.num_rows();
        let column = |(position, field): (&Option<usize>, &Arc<Field>)| -> ArrayRef {
            match position.and_then(|position| batch.columns().get(position)) {
                Some(column) => Arc::clone(column),
                None => new_null_array(field.data_type(), rows),
            }
        };
        let columns = self.positions.iter().zip(self.schema.fields()).map(column).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options).map_err(|error| {
            Error::new(ErrorKind::Internal, "read rows", "A batch does not fit its schema.")
                .with_source(error.to_string())
        })
    }
}

fn differs(wanted: &Field, found: &Field) -> Error {
    let (wanted_type, found_type) = (wanted.data_type(), found.data_type());
    let message = format!(
        "The column {:?} is {found_type} in this file and {wanted_type} in the first one; read them apart, or \
         select the other columns.",
        wanted.name()
    );
    Error::new(ErrorKind::Unsupported, "read rows", message)
}
