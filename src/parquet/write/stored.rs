//! Which type a type is stored as.
//!
//! Arrow has several ways to hold the same values in memory (64-bit offsets, views, dictionaries), and units that
//! Parquet has not (seconds). Readers see such differences through the Arrow schema that is embedded in a file, and
//! `datasets` then takes a `large_string` for another type than a `string`. So every type has one stored form.

use std::{collections::BTreeMap, sync::Arc};

use arrow_schema::{
    DataType, Field, FieldRef, Fields, TimeUnit,
    extension::{EXTENSION_TYPE_METADATA_KEY, EXTENSION_TYPE_NAME_KEY},
};

use super::failure::refused;
use crate::error::{Error, ErrorKind, Result};

/// The names that the Parquet specification wants (LogicalTypes.md, "Nested Types").
const ELEMENT: &str = "element";
const ENTRIES: &str = "key_value";

/// The nullable field that a field is stored as, with its extension type and no other metadata.
///
/// # Errors
/// Kind `unsupported`, with the column's path, for a type that Parquet has not, or that `datasets` cannot read if the
/// file is for the Hub.
pub(super) fn stored_field(field: &Field, for_hub: bool) -> Result<Field> {
    stored(field, field.name(), for_hub).map_err(|error| error.with("column", field.name()))
}

fn stored(field: &Field, name: &str, for_hub: bool) -> Result<Field> {
    let extension = [EXTENSION_TYPE_NAME_KEY, EXTENSION_TYPE_METADATA_KEY];
    let kept =
        extension.into_iter().filter_map(|key| Some((key.to_owned(), field.metadata().get(key)?.clone())));
    let data_type = stored_type(field.data_type(), for_hub)?;
    Ok(Field::new(name, data_type, true).with_metadata(kept.collect::<BTreeMap<String, String>>()))
}

fn stored_type(data_type: &DataType, for_hub: bool) -> Result<DataType> {
    let element = |field: &FieldRef| stored(field, ELEMENT, for_hub).map(Arc::new);
    Ok(match data_type {
        DataType::Dictionary(_, values) => stored_type(values, for_hub)?,
        DataType::LargeUtf8 | DataType::Utf8View => DataType::Utf8,
        DataType::LargeBinary | DataType::BinaryView => DataType::Binary,
        // Parquet's units begin at milliseconds, and its dates are days.
        DataType::Timestamp(TimeUnit::Second, zone) => {
            DataType::Timestamp(TimeUnit::Millisecond, zone.clone())
        }
        DataType::Time32(TimeUnit::Second) => DataType::Time32(TimeUnit::Millisecond),
        DataType::Date64 => DataType::Date32,
        // The narrow decimals are unknown to most readers of Arrow; Parquet's own widths follow from the precision.
        DataType::Decimal32(precision, scale) | DataType::Decimal64(precision, scale) => {
            DataType::Decimal128(*precision, *scale)
        }
        DataType::List(field) | DataType::LargeList(field) => DataType::List(element(field)?),
        DataType::FixedSizeList(field, len) => DataType::FixedSizeList(element(field)?, *len),
        DataType::Struct(fields) if fields.is_empty() => {
            return Err(unsupported("A struct without fields cannot be stored in Parquet; drop the column."));
        }
        DataType::Struct(fields) => DataType::Struct(
            fields.iter().map(|field| stored(field, field.name(), for_hub)).collect::<Result<Fields>>()?,
        ),
        DataType::Map(..) if for_hub => {
            let message = "Maps cannot be read by `datasets`, nor shown on the Hub; make it a list of \
                           struct<key, value>.";
            return Err(unsupported(message));
        }
        DataType::Map(entries, sorted) => DataType::Map(Arc::new(stored_entries(entries)?), *sorted),
        DataType::Interval(_) if for_hub => {
            let message = "Intervals cannot be read by `datasets`, nor shown on the Hub; store a duration or \
                           numbers.";
            return Err(unsupported(message));
        }
        DataType::Union(..)
        | DataType::RunEndEncoded(..)
        | DataType::ListView(_)
        | DataType::LargeListView(_) => {
            let message =
                format!("The type {data_type} cannot be stored in Parquet; convert or drop the column.");
            return Err(unsupported(message));
        }
        other => other.clone(),
    })
}

/// The entries of a map: its keys are never null.
fn stored_entries(entries: &Field) -> Result<Field> {
    let DataType::Struct(fields) = entries.data_type() else {
        return Err(unsupported("A map's entries must be structs."));
    };
    let [key, value] = fields.as_ref() else {
        return Err(unsupported("A map's entries must be a key and a value."));
    };
    let fields = [stored(key, "key", false)?.with_nullable(false), stored(value, "value", false)?];
    Ok(Field::new(ENTRIES, DataType::Struct(fields.into_iter().collect()), false))
}

fn unsupported(message: impl Into<String>) -> Error {
    refused(ErrorKind::Unsupported, message)
}
