//! Keys back into Arrow arrays of the type that they were made of.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Decimal128Array, Decimal256Array, Float16Array, Float32Array,
    Float64Array, Int8Array, Int16Array, Int32Array, Int64Array, StringArray, UInt8Array, UInt16Array,
    UInt32Array, UInt64Array, make_array,
    types::{ArrowPrimitiveType, Float16Type},
};
use arrow_buffer::i256;
use arrow_schema::DataType;

use super::{Key, measure::is_text};
use crate::{
    error::{Error, ErrorKind, Result},
    expr::key_float,
};

type Float16 = <Float16Type as ArrowPrimitiveType>::Native;

/// The values of these keys. Strings of every layout come as `Utf8`, binaries as `Binary`, to which no reader sees a
/// difference.
///
/// # Errors
/// Kind `internal` for keys that are not of values of the type.
pub(super) fn from_keys(data_type: &DataType, keys: &[Option<Key>]) -> Result<ArrayRef> {
    use DataType as T;
    macro_rules! integers {
        ($array:ty) => {
            Arc::new(keys.iter().map(|key| number(key)?.try_into().ok()).collect::<$array>()) as ArrayRef
        };
    }
    let floats = || keys.iter().map(|key| number(key).map(key_float));
    let array: ArrayRef = match data_type {
        T::Boolean => {
            Arc::new(keys.iter().map(|key| number(key).map(|key| key != 0)).collect::<BooleanArray>())
        }
        T::Int8 => integers!(Int8Array),
        T::Int16 => integers!(Int16Array),
        T::UInt8 => integers!(UInt8Array),
        T::UInt16 => integers!(UInt16Array),
        T::UInt32 => integers!(UInt32Array),
        T::UInt64 => integers!(UInt64Array),
        T::Int32 | T::Date32 | T::Time32(_) | T::Decimal32(..) => integers!(Int32Array),
        T::Int64 | T::Date64 | T::Time64(_) | T::Timestamp(..) | T::Duration(_) | T::Decimal64(..) => {
            integers!(Int64Array)
        }
        T::Decimal128(..) => Arc::new(keys.iter().map(number).collect::<Decimal128Array>()),
        T::Decimal256(..) => Arc::new(keys.iter().map(wide).collect::<Decimal256Array>()),
        T::Float16 => Arc::new(floats().map(|value| value.map(Float16::from_f64)).collect::<Float16Array>()),
        T::Float32 => Arc::new(floats().map(|value| Some(value? as f32)).collect::<Float32Array>()),
        T::Float64 => Arc::new(floats().collect::<Float64Array>()),
        text if is_text(text) => {
            Arc::new(keys.iter().map(|key| std::str::from_utf8(bytes(key)?).ok()).collect::<StringArray>())
        }
        _ => Arc::new(keys.iter().map(bytes).collect::<BinaryArray>()),
    };
    let nulls = keys.iter().filter(|key| key.is_none()).count();
    if array.null_count() != nulls {
        let message = format!("A value is no {data_type}.");
        return Err(Error::new(ErrorKind::Internal, "aggregate", message));
    }
    if is_text(data_type) || *array.data_type() == T::Binary {
        return Ok(array);
    }
    retyped(&array, data_type)
}

/// The array with another type that stores its values alike.
fn retyped(array: &ArrayRef, data_type: &DataType) -> Result<ArrayRef> {
    let data = array.to_data().into_builder().data_type(data_type.clone()).build();
    data.map(make_array).map_err(|error| {
        Error::new(ErrorKind::Internal, "aggregate", "A value does not fit its type.")
            .with_source(error.to_string())
    })
}

/// One exact sum, as a decimal of so many decimals.
///
/// # Errors
/// Kind `limit` for a sum of more than 76 digits.
pub(super) fn exact_sum(sum: Option<i256>, scale: i8) -> Result<ArrayRef> {
    let array = Decimal256Array::from(vec![sum]).with_precision_and_scale(76, scale);
    let fits = |array: &Decimal256Array| sum.is_some() && array.validate_decimal_precision(76).is_ok();
    match array {
        Ok(array) if fits(&array) => Ok(Arc::new(array)),
        _ => {
            let message = "The sum has more than 76 digits; filter the rows, or take the mean.";
            Err(Error::new(ErrorKind::Limit, "aggregate", message))
        }
    }
}

fn number(key: &Option<Key>) -> Option<i128> {
    match key {
        Some(Key::Number(key)) => Some(*key),
        _ => None,
    }
}

fn bytes(key: &Option<Key>) -> Option<&[u8]> {
    match key {
        Some(Key::Bytes(bytes)) => Some(bytes),
        _ => None,
    }
}

/// The value of a key of [`crate::expr::wide_key`].
fn wide(key: &Option<Key>) -> Option<i256> {
    let mut bytes: [u8; 32] = bytes(key)?.try_into().ok()?;
    bytes[0] ^= 0x80;
    Some(i256::from_be_bytes(bytes))
}
