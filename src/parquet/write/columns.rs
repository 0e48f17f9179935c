//! The columns of a file: what each is stored as, and what it means.

use std::{collections::HashSet, sync::Arc};

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{Field, Schema, SchemaRef};

use super::{
    WriteOptions,
    conform::{conform, conforms},
    failure::{arrow_failed, refused},
    stored::stored_field,
};
use crate::{
    error::{ErrorKind, Result, ResultExt},
    features::{Feature, Features},
};

/// The stored form of a table's columns.
#[derive(Debug)]
pub(super) struct Columns {
    /// The stored schema, with the features as its only metadata.
    pub(super) schema: SchemaRef,
    /// What the columns mean.
    pub(super) features: Features,
}

impl Columns {
    /// The stored form of a schema. Features under its `huggingface` key are kept where the column can be stored as
    /// they want it, which is the only way in which `datasets` heeds them; the others follow from the types. Whatever
    /// else the metadata says was said of another file.
    ///
    /// # Errors
    /// Kind `invalid` for a schema without columns and a name that two columns have; `unsupported` for a type that
    /// cannot be stored.
    pub(super) fn new(schema: &Schema, options: &WriteOptions) -> Result<Self> {
        let for_hub = options.for_hub;
        let mut names = HashSet::new();
        if let Some(field) = schema.fields().iter().find(|field| !names.insert(field.name())) {
            let message = format!("Two columns are called {:?}; rename one of them.", field.name());
            return Err(refused(ErrorKind::Invalid, message));
        }
        if schema.fields().is_empty() {
            return Err(refused(ErrorKind::Invalid, "The table has no columns, and Parquet needs one."));
        }
        let text = options.features.as_ref().or_else(|| schema.metadata().get(Features::METADATA_KEY));
        // A key that cannot be understood tells nothing.
        let declared = text.and_then(|text| Features::from_metadata_json(text).ok().flatten());
        let declared = declared.unwrap_or_default();
        let (mut fields, mut features) = (Vec::new(), Vec::new());
        for field in schema.fields() {
            let (field, feature) = stored_column(field, declared.get(field.name()), for_hub)?;
            features.extend(feature.map(|feature| (field.name().clone(), feature)));
            fields.push(field);
        }
        let features: Features = features.into_iter().collect();
        let metadata = [(Features::METADATA_KEY, features.to_metadata_json())];
        let schema = Arc::new(Schema::new_with_metadata(fields, metadata));
        Ok(Self { schema, features })
    }

    /// A batch in the stored form.
    ///
    /// # Errors
    /// Kind `unsupported`, with the column, for values that do not fit it; `internal` for a batch of another schema.
    pub(super) fn conform(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let column = |(column, field): (&ArrayRef, &Arc<Field>)| {
            conform(column, field.data_type()).map_err(arrow_failed).context("column", field.name())
        };
        let columns = batch.columns().iter().zip(self.schema.fields()).map(column).collect::<Result<_>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options).map_err(|error| {
            refused(ErrorKind::Internal, "A batch does not fit the table's schema.")
                .with_source(error.to_string())
        })
    }
}

/// How a column is stored, and what it means.
fn stored_column(
    field: &Field,
    declared: Option<&Feature>,
    for_hub: bool,
) -> Result<(Field, Option<Feature>)> {
    if let Some(feature) = declared {
        match feature.to_arrow_field(field.name()) {
            Some(wanted) if conforms(field.data_type(), wanted.data_type()) => {
                return Ok((wanted, Some(feature.clone())));
            }
            Some(_) => {}
            // A type of a later version of `datasets` is handed on as it came.
            None => return Ok((stored_field(field, for_hub)?, Some(feature.clone()))),
        }
    }
    let stored = stored_field(field, for_hub)?;
    let feature = Feature::from_arrow_field(&stored);
    Ok((stored, feature))
}
