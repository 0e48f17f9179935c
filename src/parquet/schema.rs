//! The Arrow schema that a Parquet file is read as.

use std::{slice::Iter, sync::Arc};

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

/// A type with all text in it as bytes; `None` where there is no text in it.
pub fn bytes_type(data_type: &DataType) -> Option<DataType> {
    let item = |item: &FieldRef| {
        bytes_type(item.data_type()).map(|bytes| Arc::new(Field::clone(item).with_data_type(bytes)))
    };
    Some(match data_type {
        DataType::Utf8 | DataType::Utf8View => DataType::Binary,
        DataType::LargeUtf8 => DataType::LargeBinary,
        DataType::List(field) => DataType::List(item(field)?),
        DataType::LargeList(field) => DataType::LargeList(item(field)?),
        DataType::FixedSizeList(field, len) => DataType::FixedSizeList(item(field)?, *len),
        DataType::Map(entries, sorted) => DataType::Map(item(entries)?, *sorted),
        DataType::Struct(fields) => {
            let changed: Fields =
                fields.iter().map(|field| item(field).unwrap_or_else(|| Arc::clone(field))).collect();
            if changed == *fields {
                return None;
            }
            DataType::Struct(changed)
        }
        _ => return None,
    })
}

/// The fields of a file, text as bytes where `wanted` has bytes in its place, and in those of `names` that are not wanted.
pub(super) fn fields_as_bytes(fields: &Fields, wanted: &Fields, names: &[&str]) -> Fields {
    let as_wanted = |field: &FieldRef| match (wanted.find(field.name()), bytes_type(field.data_type())) {
        (Some((_, wanted)), _) => field_as_bytes(field, wanted),
        (None, Some(bytes)) if names.contains(&field.name().as_str()) => {
            Arc::new(Field::clone(field).with_data_type(bytes))
        }
        _ => Arc::clone(field),
    };
    fields.iter().map(as_wanted).collect()
}

fn field_as_bytes(field: &FieldRef, wanted: &FieldRef) -> FieldRef {
    use DataType as T;
    let data_type = match (field.data_type(), wanted.data_type()) {
        (T::Utf8 | T::Utf8View, T::Binary | T::LargeBinary | T::BinaryView) => T::Binary,
        (T::LargeUtf8, T::Binary | T::LargeBinary | T::BinaryView) => T::LargeBinary,
        (T::List(item), wanted) => in_list(item, wanted, T::List),
        (T::LargeList(item), wanted) => in_list(item, wanted, T::LargeList),
        (T::FixedSizeList(item, len), wanted) => in_list(item, wanted, |item| T::FixedSizeList(item, *len)),
        (T::Map(entries, sorted), T::Map(wanted, _)) => T::Map(field_as_bytes(entries, wanted), *sorted),
        (T::Struct(fields), T::Struct(wanted)) => T::Struct(fields_as_bytes(fields, wanted, &[])),
        _ => return Arc::clone(field),
    };
    Arc::new(Field::clone(field).with_data_type(data_type))
}

fn in_list(item: &FieldRef, wanted: &DataType, list: impl Fn(FieldRef) -> DataType) -> DataType {
    match wanted {
        DataType::List(wanted) | DataType::LargeList(wanted) | DataType::FixedSizeList(wanted, _) => {
            list(field_as_bytes(item, wanted))
        }
        _ => list(Arc::clone(item)),
    }
}

/// The types of the leaves, in the order of the format: depth first.
pub(super) fn leaf_types(fields: &Fields) -> Vec<&DataType> {
    fields.iter().flat_map(leaf_types_of).collect()
}

fn leaf_types_of(field: &FieldRef) -> Vec<&DataType> {
    match field.data_type() {
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::FixedSizeList(item, _)
        | DataType::Map(item, _) => leaf_types_of(item),
        DataType::Struct(fields) => leaf_types(fields),
        leaf => vec![leaf],
    }
}

/// The metadata of a file in which some columns of text are said to be plain bytes, so that nobody checks that they are UTF-8:
/// for each leaf, whether it is one of those.
///
/// # Errors
/// None for a schema that was decoded from a file.
pub(super) fn with_bytes(metadata: &ParquetMetaData, changed: &[bool]) -> Result<ParquetMetaData> {
    let file = metadata.file_metadata();
    let root = plain_bytes(&file.schema_descr().root_schema_ptr(), &mut changed.iter())?;
    let file = FileMetaData::new(
        file.version(),
        file.num_rows(),
        file.created_by().map(str::to_owned),
        file.key_value_metadata().cloned(),
        Arc::new(SchemaDescriptor::new(root)),
        file.column_orders().cloned(),
    );
    Ok(ParquetMetaDataBuilder::new(file)
        .set_row_groups(metadata.row_groups().to_vec())
        .set_page_index(metadata.page_index().cloned())
        .build())
}

fn plain_bytes(field: &TypePtr, changed: &mut Iter<'_, bool>) -> Result<TypePtr> {
    let info = field.get_basic_info();
    let id = info.has_id().then(|| info.id());
    if field.is_group() {
        let fields =
            field.get_fields().iter().map(|field| plain_bytes(field, changed)).collect::<Result<_>>()?;
        let mut group = Type::group_type_builder(field.name())
            .with_converted_type(info.converted_type())
            .with_logical_type(info.logical_type_ref().cloned())
            .with_fields(fields)
            .with_id(id);
        if info.has_repetition() {
            group = group.with_repetition(info.repetition());
        }
        return group.build().map(Arc::new);
    }
    if changed.next() != Some(&true) {
        return Ok(Arc::clone(field));
    }
    Type::primitive_type_builder(field.name(), PhysicalType::BYTE_ARRAY)
        .with_repetition(info.repetition())
        .with_id(id)
        .build()
        .map(Arc::new)
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
