//! Tables of different schemas as one: which columns it has, and batches of each table brought to them.
//!
//! Where nobody says what a column is to be, only what loses nothing is done: integers and floats of several widths become
//! the type that holds them, nothing becomes anything. `datasets` refuses a split whose files differ in more.

use std::{io::Cursor, io::Read, sync::Arc};

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, new_null_array};
use arrow_ipc::reader::StreamReader;
use arrow_schema::{DataType, Field, FieldRef, Schema};
use indexmap::IndexMap;
use serde_json::Value as Json;

use super::{
    BatchEncoder, Column, EncodedBatch, FrameSource,
    cast::can_cast,
    convert::{can_convert, convert},
    ipc::{decode_schema, encode_schema},
};
use crate::{
    error::{Error, ErrorKind, Result},
    expr::unknown_column,
    features::{Feature, Features},
    ingest::features_of,
};

const UNITE: &str = "unite tables";

/// A column of the table to be.
struct United {
    field: Field,
    feature: Option<Feature>,
}

/// The columns of all schemas, which are IPC messages, in the order of their first appearance. `types` says what some of them
/// are to be: a name of `datasets` such as `string`, or a feature. Columns that a table lacks are null there. Pure.
///
/// # Errors
/// Kind `invalid` for a column whose types do not go together, naming both; for a type that does not exist or that a column
/// cannot become; and for the type of a column that there is not.
pub fn unite(schemas: &[Vec<u8>], types: &IndexMap<String, Json>) -> Result<FrameSource> {
    let given = features_of(types)?;
    let mut columns: IndexMap<String, United> = IndexMap::new();
    for schema in schemas {
        let schema = decode_schema(schema)?;
        let features = Features::from_arrow_schema(&schema)?;
        for field in schema.fields() {
            let given = given.get(field.name());
            let next = match (columns.get(field.name()), given) {
                (_, Some(feature)) => declared(field, feature)?,
                (Some(known), None) => merged(known, field)?,
                (None, None) => {
                    let field =
                        Field::clone(field).with_nullable(true).with_data_type(plain(field.data_type()));
                    United { feature: features.get(field.name()).cloned(), field }
                }
            };
            columns.insert(field.name().clone(), next);
        }
    }
    let fields: Vec<Field> = columns.values().map(|column| column.field.clone()).collect();
    let known: Features =
        columns.into_iter().filter_map(|(name, column)| Some((name, column.feature?))).collect();
    let schema = Schema::new(fields);
    if let Some((name, _)) = given.iter().find(|(name, _)| schema.index_of(name).is_err()) {
        return Err(unknown_column("set types", &schema, name));
    }
    let schema = schema.with_metadata([(Features::METADATA_KEY.to_owned(), known.to_metadata_json())]);
    Ok(FrameSource {
        repo_type: "dataset".to_owned(),
        repo: "local/files".to_owned(),
        sha: String::new(),
        files: Vec::new(),
        schema: Column::all(&schema),
        arrow_schema: encode_schema(&schema)?,
    })
}

/// A batch of the schema `from` with the columns of the schema `to`; both, and the batch, are IPC messages.
///
/// # Errors
/// Kind `invalid` for a value that its column cannot hold, with the fact `column`, and for bytes that are no such messages.
pub fn unite_batch(from: &[u8], to: &[u8], batch: &[u8]) -> Result<EncodedBatch> {
    let undecodable = |error: arrow_schema::ArrowError| {
        Error::new(ErrorKind::Invalid, UNITE, "This is no batch of the table.").with_source(error.to_string())
    };
    let mut reader =
        StreamReader::try_new(Cursor::new(from).chain(Cursor::new(batch)), None).map_err(undecodable)?;
    let schema = decode_schema(to)?;
    let features = Features::from_arrow_schema(&schema)?;
    let batch = match reader.next() {
        Some(batch) => batch.map_err(undecodable)?,
        None => RecordBatch::new_empty(reader.schema()),
    };
    let rows = batch.num_rows();
    let column = |field: &FieldRef| -> Result<ArrayRef> {
        match batch.column_by_name(field.name()) {
            None => Ok(new_null_array(field.data_type(), rows)),
            Some(column) => convert(column, field, features.get(field.name())).map_err(|why| {
                let message = format!(
                    "The column {:?} cannot be what it is set to: {why}. Set another type, such as string.",
                    field.name()
                );
                Error::new(ErrorKind::Invalid, UNITE, message).with("column", field.name())
            }),
        }
    };
    let columns = schema.fields().iter().map(column).collect::<Result<Vec<_>>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    let batch =
        RecordBatch::try_new_with_options(Arc::clone(&schema), columns, &options).map_err(|error| {
            Error::new(ErrorKind::Internal, UNITE, "A batch does not fit its schema.")
                .with_source(error.to_string())
        })?;
    Ok(EncodedBatch { num_rows: rows, buffers: BatchEncoder::new(&schema)?.encode(&batch)? })
}

/// A column as it was asked for.
fn declared(found: &Field, feature: &Feature) -> Result<United> {
    let wrong = |message: String| {
        Err(Error::new(ErrorKind::Invalid, "set types", message).with("column", found.name()))
    };
    let Some(field) = feature.to_arrow_field(found.name()) else {
        return wrong(
            "There is no such type; a type is a name such as string or int64, or a feature.".to_owned(),
        );
    };
    if !can_convert(found.data_type(), &field, Some(feature)) {
        return wrong(format!(
            "The column {:?} is {} and cannot become {}. Set another type, or drop it.",
            found.name(),
            found.data_type(),
            field.data_type()
        ));
    }
    Ok(United { field, feature: Some(feature.clone()) })
}

/// A column that another table has, too.
fn merged(known: &United, found: &Field) -> Result<United> {
    let (a, b) = (known.field.data_type(), &plain(found.data_type()));
    let Some(data_type) = wider(a, b) else {
        let name = found.name();
        let message = format!(
            "The column {name:?} is {a} in one table and {b} in another. Say what it is to be: types: {{ {name:?}: \"string\" }}."
        );
        return Err(Error::new(ErrorKind::Invalid, UNITE, message).with("column", name));
    };
    let feature = if data_type == *a {
        known.feature.clone()
    } else {
        Feature::from_arrow_field(&known.field.clone().with_data_type(data_type.clone()))
    };
    Ok(United { field: known.field.clone().with_data_type(data_type), feature })
}

/// The one of two types, or a third, that holds all values of both.
fn wider(a: &DataType, b: &DataType) -> Option<DataType> {
    let numbers = |of: &DataType| of.is_integer() || of.is_floating();
    if a == b {
        return Some(a.clone());
    }
    if numbers(a) && numbers(b) {
        return Some(match (a.is_floating(), b.is_floating()) {
            (false, false) if a.is_signed_integer() != b.is_signed_integer() => DataType::Int64,
            (true, false) | (false, true) => DataType::Float64,
            _ if a.primitive_width() >= b.primitive_width() => a.clone(),
            _ => b.clone(),
        });
    }
    match (can_cast(b, a), can_cast(a, b)) {
        (true, _) => Some(a.clone()),
        (_, true) => Some(b.clone()),
        _ => None,
    }
}

/// Dictionaries are another way to store their values.
fn plain(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Dictionary(_, values) => plain(values),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::{
        Array, BooleanArray, Date32Array, DictionaryArray, Float64Array, Int32Array, Int64Array, StringArray,
        cast::AsArray, types,
    };
    use serde_json::json;

    use super::*;

    fn message(columns: &[(&str, ArrayRef)]) -> (Vec<u8>, Vec<u8>) {
        let batch =
            RecordBatch::try_from_iter(columns.iter().map(|(name, array)| (*name, Arc::clone(array))))
                .unwrap();
        let buffers = BatchEncoder::new(batch.schema_ref()).unwrap().encode(&batch).unwrap();
        let bytes = buffers.iter().flat_map(|buffer| buffer.as_slice().iter().copied()).collect();
        (encode_schema(batch.schema_ref()).unwrap(), bytes)
    }

    fn united(tables: &[(Vec<u8>, Vec<u8>)], types: Json) -> Result<Vec<RecordBatch>> {
        let schemas: Vec<Vec<u8>> = tables.iter().map(|(schema, _)| schema.clone()).collect();
        let to = unite(&schemas, &serde_json::from_value(types).unwrap())?.arrow_schema;
        let batch = |(schema, batch): &(Vec<u8>, Vec<u8>)| {
            let united = unite_batch(schema, &to, batch)?;
            let bytes: Vec<u8> =
                united.buffers.iter().flat_map(|buffer| buffer.as_slice().iter().copied()).collect();
            let mut reader =
                StreamReader::try_new(Cursor::new(to.as_slice()).chain(Cursor::new(bytes)), None).unwrap();
            Ok(reader.next().unwrap().unwrap())
        };
        tables.iter().map(batch).collect()
    }

    fn texts(batch: &RecordBatch, column: &str) -> Vec<Option<String>> {
        batch
            .column_by_name(column)
            .unwrap()
            .as_string::<i32>()
            .iter()
            .map(|text| text.map(str::to_owned))
            .collect()
    }

    #[test]
    fn columns_are_those_of_all_and_absent_ones_null() {
        let first = message(&[("a", Arc::new(Int32Array::from(vec![1, 2])) as ArrayRef)]);
        let second = message(&[
            ("b", Arc::new(StringArray::from(vec!["x"])) as ArrayRef),
            ("a", Arc::new(Float64Array::from(vec![0.5])) as ArrayRef),
        ]);
        let [one, two] = united(&[first, second], json!({})).unwrap().try_into().unwrap();
        assert_eq!(one.column(0).as_primitive::<types::Float64Type>().values(), &[1.0, 2.0]);
        assert_eq!((one.column(1).null_count(), two.num_columns()), (2, 2));
        assert_eq!(texts(&two, "b"), [Some("x".to_owned())]);
    }

    #[test]
    fn what_does_not_go_together_wants_a_type() {
        let number = message(&[("a", Arc::new(Int64Array::from(vec![Some(1), None])) as ArrayRef)]);
        let text = message(&[("a", Arc::new(StringArray::from(vec!["x"])) as ArrayRef)]);
        let tables = [number, text];
        let error = united(&tables, json!({})).unwrap_err();
        assert!(error.message().contains("is Int64 in one table and Utf8 in another"), "{}", error.message());
        let batches = united(&tables, json!({ "a": "string" })).unwrap();
        assert_eq!(texts(&batches[0], "a"), [Some("1".to_owned()), None]);
        let error = united(&tables, json!({ "a": "int64" })).unwrap_err();
        assert!(error.message().contains("\"x\""), "{}", error.message());
        assert_eq!(united(&tables, json!({ "b": "int64" })).unwrap_err().kind(), ErrorKind::Invalid);
    }

    #[test]
    fn scalars_become_text_and_text_scalars() {
        let table = message(&[
            ("day", Arc::new(Date32Array::from(vec![Some(0), None])) as ArrayRef),
            ("is", Arc::new(BooleanArray::from(vec![true, false])) as ArrayRef),
            ("n", Arc::new(StringArray::from(vec![Some("12"), None])) as ArrayRef),
            ("x", Arc::new(Float64Array::from(vec![0.1, 1e300])) as ArrayRef),
        ]);
        let types = json!({ "day": "string", "is": "string", "n": "int32", "x": "string" });
        let [batch] = united(&[table], types).unwrap().try_into().unwrap();
        assert_eq!(texts(&batch, "day"), [Some("1970-01-01".to_owned()), None]);
        assert_eq!(texts(&batch, "is"), ["true", "false"].map(|text| Some(text.to_owned())));
        assert_eq!(batch.column(2).as_primitive::<types::Int32Type>().value(0), 12);
        let floats: Vec<f64> =
            texts(&batch, "x").iter().flatten().map(|text| text.parse().unwrap()).collect();
        assert_eq!(floats, [0.1, 1e300]);
    }

    #[test]
    fn names_become_labels() {
        let colours: DictionaryArray<types::Int32Type> =
            vec![Some("red"), None, Some("blue")].into_iter().collect();
        let table = message(&[("colour", Arc::new(colours) as ArrayRef)]);
        let labels = |names: &[&str]| json!({ "colour": { "_type": "ClassLabel", "names": names } });
        let [batch] =
            united(std::slice::from_ref(&table), labels(&["blue", "red"])).unwrap().try_into().unwrap();
        assert_eq!(
            batch.column(0).as_primitive::<types::Int64Type>().iter().collect::<Vec<_>>(),
            [Some(1), None, Some(0)]
        );
        assert!(batch.schema().metadata()["huggingface"].contains("ClassLabel"));
        let error = united(&[table], labels(&["blue"])).unwrap_err();
        assert!(error.message().contains("\"red\" is none of the 1 label names"), "{}", error.message());
    }
}
