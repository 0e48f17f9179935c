//! Values of one type as another because somebody asked for it: what [`super::cast`] does, and besides scalars as text, text
//! as scalars and label names as labels. A value that has no counterpart is an error and never a null.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, Int64Array, StringArray,
    cast::AsArray,
    temporal_conversions::{as_date, as_datetime, as_time},
    types,
};
use arrow_schema::{DataType, Field, TimeUnit};
use arrow_select::take::take;

use super::cast::{can_cast, cast};
use crate::{
    features::{Feature, FeatureKind},
    ingest::parse_texts,
};

/// Whether values of a type can become those of a column, as far as the types tell.
pub(super) fn can_convert(from: &DataType, to: &Field, feature: Option<&Feature>) -> bool {
    match (from, to.data_type()) {
        (DataType::Dictionary(_, values), _) => can_convert(values, to, feature),
        (from, to) if can_cast(from, to) => true,
        (from, DataType::Utf8) => is_scalar(from),
        (from, to) => is_text(from) && (names(feature).is_some() || is_written(to)),
    }
}

/// The values of an array as those of a column. The message says which value is in the way.
pub(super) fn convert(array: &ArrayRef, to: &Field, feature: Option<&Feature>) -> Result<ArrayRef, String> {
    let from = array.data_type();
    match (from, to.data_type()) {
        (DataType::Dictionary(..), _) => {
            let dictionary = array.as_any_dictionary();
            let values =
                take(dictionary.values(), dictionary.keys(), None).map_err(|error| error.to_string())?;
            convert(&values, to, feature)
        }
        (from, wanted) if can_cast(from, wanted) => {
            let cast = cast(array, wanted)?;
            if let Some(names) = names(feature) {
                check_labels(&cast, names.len())?;
            }
            Ok(cast)
        }
        (from, DataType::Utf8) if is_scalar(from) => texts(array),
        (from, wanted) if is_text(from) => match names(feature) {
            Some(names) => labels(&strings(array), names),
            None if is_written(wanted) => parse_texts(strings(array), to),
            None => Err(format!("{from} cannot be read as {wanted}")),
        },
        (from, wanted) => Err(format!("{from} cannot be read as {wanted}")),
    }
}

fn names(feature: Option<&Feature>) -> Option<&[String]> {
    match &feature?.kind {
        FeatureKind::ClassLabel { names } => Some(names),
        _ => None,
    }
}

fn labels(texts: &[Option<&str>], names: &[String]) -> Result<ArrayRef, String> {
    let label = |text: &Option<&str>| match text {
        None => Ok(None),
        Some(text) => match names.iter().position(|name| name == text) {
            Some(label) => Ok(i64::try_from(label).ok()),
            None => Err(format!("{text:?} is none of the {} label names", names.len())),
        },
    };
    let labels = texts.iter().map(label).collect::<Result<Int64Array, String>>()?;
    Ok(Arc::new(labels))
}

/// -1 is no label (`ClassLabel` of `datasets`).
fn check_labels(array: &ArrayRef, num_names: usize) -> Result<(), String> {
    let labels = array.as_primitive::<types::Int64Type>();
    let is_label = |label: i64| label == -1 || usize::try_from(label).is_ok_and(|label| label < num_names);
    match labels.iter().flatten().find(|label| !is_label(*label)) {
        Some(other) => Err(format!("{other} is none of the {num_names} labels")),
        None => Ok(()),
    }
}

fn strings(array: &ArrayRef) -> Vec<Option<&str>> {
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().iter().collect(),
        DataType::LargeUtf8 => array.as_string::<i64>().iter().collect(),
        _ => array.as_string_view().iter().collect(),
    }
}

/// Scalars as people write them: numbers so that they read back the same, dates and times by ISO 8601.
fn texts(array: &ArrayRef) -> Result<ArrayRef, String> {
    use DataType as T;
    macro_rules! shown {
        ($($arrow:ident),*) => { match array.data_type() {
            $(data_type if *data_type == <types::$arrow as types::ArrowPrimitiveType>::DATA_TYPE => {
                Some(array.as_primitive::<types::$arrow>().iter().map(|value| value.map(|value| value.to_string())).collect())
            })*
            _ => None,
        } };
    }
    macro_rules! timed {
        ($convert:ident, $suffix:expr, $($pattern:pat => $arrow:ident),*) => { match array.data_type() {
            $($pattern => Some(array
                .as_primitive::<types::$arrow>()
                .iter()
                .map(|value| value.and_then(|value| $convert::<types::$arrow>(value.into())).map(|time| format!("{time:?}{}", $suffix)))
                .collect()),)*
            _ => None,
        } };
    }
    let numbers: Option<StringArray> = shown!(
        Int8Type,
        Int16Type,
        Int32Type,
        Int64Type,
        UInt8Type,
        UInt16Type,
        UInt32Type,
        UInt64Type,
        Float16Type,
        Float32Type,
        Float64Type
    );
    let zone = if matches!(array.data_type(), T::Timestamp(_, Some(_))) { "Z" } else { "" };
    let found = numbers
        .or_else(|| timed!(as_datetime, zone,
            T::Timestamp(TimeUnit::Second, _) => TimestampSecondType,
            T::Timestamp(TimeUnit::Millisecond, _) => TimestampMillisecondType,
            T::Timestamp(TimeUnit::Microsecond, _) => TimestampMicrosecondType,
            T::Timestamp(TimeUnit::Nanosecond, _) => TimestampNanosecondType))
        .or_else(|| timed!(as_date, "", T::Date32 => Date32Type, T::Date64 => Date64Type))
        .or_else(|| timed!(as_time, "",
            T::Time32(TimeUnit::Second) => Time32SecondType, T::Time32(TimeUnit::Millisecond) => Time32MillisecondType,
            T::Time64(TimeUnit::Microsecond) => Time64MicrosecondType, T::Time64(TimeUnit::Nanosecond) => Time64NanosecondType));
    match (found, array.data_type()) {
        (Some(texts), _) if texts.null_count() == array.null_count() => Ok(Arc::new(texts)),
        (Some(_), from) => Err(format!("a value of {from} is beyond the years that can be written")),
        (None, T::Boolean) => {
            let text = |value: Option<bool>| value.map(|value| if value { "true" } else { "false" });
            Ok(Arc::new(array.as_boolean().iter().map(text).collect::<StringArray>()))
        }
        (None, T::Decimal128(..)) => {
            let decimals = array.as_primitive::<types::Decimal128Type>();
            let text = |row| decimals.is_valid(row).then(|| decimals.value_as_string(row));
            Ok(Arc::new((0..decimals.len()).map(text).collect::<StringArray>()))
        }
        (None, from) => Err(format!("{from} cannot be kept as text")),
    }
}

fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

/// What [`texts`] can write.
fn is_scalar(data_type: &DataType) -> bool {
    use DataType as T;
    data_type.is_integer()
        || data_type.is_floating()
        || matches!(
            data_type,
            T::Boolean
                | T::Timestamp(..)
                | T::Date32
                | T::Date64
                | T::Time32(_)
                | T::Time64(_)
                | T::Decimal128(..)
        )
}

/// What text can be read as.
fn is_written(data_type: &DataType) -> bool {
    use DataType as T;
    data_type.is_integer()
        || matches!(
            data_type,
            T::Boolean | T::Float32 | T::Float64 | T::Date32 | T::Timestamp(..) | T::Decimal128(..)
        )
}
