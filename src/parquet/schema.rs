//! The Arrow schema that a Parquet file is read as.

use std::sync::Arc;

use arrow_schema::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use parquet::{
    basic::Type as PhysicalType,
    errors::Result,
    file::metadata::{FileMetaData, ParquetMetaData, ParquetMetaDataBuilder},
    schema::types::{SchemaDescriptor, Type, TypePtr},
};

/// The schema with every dictionary type replaced by the type of its values.
///
/// Whether a column was dictionary-encoded in its writer's memory (a pandas categorical, say) is not part of what
/// it holds. Plain columns are the same in every file and every batch, and mean the same to every Arrow reader:
/// some apply only the last dictionary of a stream.
pub fn plain_schema(schema: &SchemaRef) -> SchemaRef {
    let fields = plain_fields(schema.fields());
    if fields == *schema.fields() {
        return Arc::clone(schema);
    }
    Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))
}

/// The type of a text column's values as bytes; `None` for any other column.
pub fn bytes_type(data_type: &DataType) -> Option<DataType> {
    match data_type {
        DataType::Utf8 | DataType::Utf8View => Some(DataType::Binary),
        DataType::LargeUtf8 => Some(DataType::LargeBinary),
        _ => None,
    }
}

/// The metadata of a file in which some text columns are said to be plain bytes, so that nobody checks that they are UTF-8.
///
/// # Errors
/// None for a schema that was decoded from a file.
pub(super) fn with_bytes(metadata: &ParquetMetaData, names: &[&str]) -> Result<ParquetMetaData> {
    let file = metadata.file_metadata();
    let root = file.schema_descr().root_schema();
    let plain = |field: &TypePtr| -> Result<TypePtr> {
        let info = field.get_basic_info();
        if !names.contains(&field.name()) || field.is_group() {
            return Ok(Arc::clone(field));
        }
        Type::primitive_type_builder(field.name(), PhysicalType::BYTE_ARRAY)
            .with_repetition(info.repetition())
            .with_id(info.has_id().then(|| info.id()))
            .build()
            .map(Arc::new)
    };
    let fields = root.get_fields().iter().map(plain).collect::<Result<_>>()?;
    let root = Type::group_type_builder(root.name()).with_fields(fields).build()?;
    let file = FileMetaData::new(
        file.version(),
        file.num_rows(),
        file.created_by().map(str::to_owned),
        file.key_value_metadata().cloned(),
        Arc::new(SchemaDescriptor::new(Arc::new(root))),
        file.column_orders().cloned(),
    );
    Ok(ParquetMetaDataBuilder::new(file)
        .set_row_groups(metadata.row_groups().to_vec())
        .set_page_index(metadata.page_index().cloned())
        .build())
}

fn plain_fields(fields: &Fields) -> Fields {
    fields.iter().map(plain_field).collect()
}

fn plain_field(field: &FieldRef) -> FieldRef {
    let plain = plain_type(field.data_type());
    if plain == *field.data_type() {
        return Arc::clone(field);
    }
    Arc::new(Field::new(field.name(), plain, field.is_nullable()).with_metadata(field.metadata().clone()))
}

fn plain_type(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Dictionary(_, values) => plain_type(values),
        DataType::List(item) => DataType::List(plain_field(item)),
        DataType::ListView(item) => DataType::ListView(plain_field(item)),
        DataType::LargeListView(item) => DataType::LargeListView(plain_field(item)),
        DataType::LargeList(item) => DataType::LargeList(plain_field(item)),
        DataType::FixedSizeList(item, len) => DataType::FixedSizeList(plain_field(item), *len),
        DataType::Map(entries, sorted) => DataType::Map(plain_field(entries), *sorted),
        DataType::Struct(fields) => DataType::Struct(plain_fields(fields)),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_dictionary_is_left_in_a_plain_schema() {
        let item = |data_type| Arc::new(Field::new("item", data_type, true));
        let key = || Box::new(DataType::Int8);
        let text = DataType::Dictionary(key(), Box::new(DataType::Utf8));
        let lists = |of: DataType| {
            [
                DataType::List(item(of.clone())),
                DataType::LargeList(item(of.clone())),
                DataType::ListView(item(of.clone())),
                DataType::LargeListView(item(of.clone())),
                DataType::FixedSizeList(item(of.clone()), 2),
                DataType::Struct([item(of)].into_iter().collect()),
            ]
        };
        let fields = |types: [DataType; 6]| -> SchemaRef {
            let named = |(index, data_type): (usize, DataType)| {
                Field::new(index.to_string(), DataType::Dictionary(key(), Box::new(data_type)), true)
            };
            Arc::new(Schema::new(types.into_iter().enumerate().map(named).collect::<Fields>()))
        };
        let plain = plain_schema(&fields(lists(text)));
        let expected = lists(DataType::Utf8);
        assert!(plain.fields().iter().map(|field| field.data_type()).eq(&expected));
        assert!(Arc::ptr_eq(&plain, &plain_schema(&plain)));
    }
}
