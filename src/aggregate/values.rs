//! The values of an Arrow array, one after the other, in the few forms that measures know.

use arrow_array::{
    Array, ArrayRef, BinaryArray, BinaryViewArray, BooleanArray, FixedSizeBinaryArray, FixedSizeListArray,
    LargeBinaryArray, LargeListArray, LargeStringArray, ListArray, StringArray, StringViewArray,
    types::{ArrowPrimitiveType, Float16Type},
};
use arrow_buffer::{ArrowNativeType, NullBuffer, ScalarBuffer, i256};
use arrow_schema::DataType;

use super::{
    Of,
    measure::{is_list, is_text},
};

type Float16 = <Float16Type as ArrowPrimitiveType>::Native;

/// A value that is not null.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value<'a> {
    /// An integer; of a decimal, its unscaled value; of a date or time, its number of units.
    Int(i128),
    /// The unscaled value of a 256-bit decimal.
    Wide(i256),
    /// A float, which may be NaN.
    Float(f64),
    /// A string's or a binary's bytes.
    Bytes(&'a [u8]),
}

/// Calls `visit` with each value that is not null. Of types that have no values of these forms (structs, maps, lists)
/// it visits nothing.
pub(super) fn for_each(array: &ArrayRef, of: Of, visit: &mut dyn FnMut(Value<'_>)) {
    match of {
        Of::Values => values(array, visit),
        Of::Floats => {
            let scale = scale(array.data_type());
            values(array, &mut |value| visit(Value::Float(to_f64(value, scale))));
        }
        Of::Lengths if is_list(array.data_type()) => list_lengths(array, visit),
        Of::Lengths if is_text(array.data_type()) => values(array, &mut |value| {
            // Every byte of UTF-8 that does not continue a code point begins one.
            let chars = |bytes: &[u8]| bytes.iter().filter(|byte| (**byte as i8) >= -0x40).count();
            visit(Value::Int(if let Value::Bytes(bytes) = value { chars(bytes) as i128 } else { 0 }));
        }),
        Of::Lengths => values(array, &mut |value| {
            visit(Value::Int(if let Value::Bytes(bytes) = value { bytes.len() as i128 } else { 0 }));
        }),
    }
}

/// The value as the nearest float, when its unscaled value has so many decimals.
pub(super) fn to_f64(value: Value<'_>, scale: i32) -> f64 {
    match value {
        // A division is rounded once; a multiplication by an inexact power would be rounded twice.
        Value::Int(value) if scale != 0 => unscale(value as f64, scale),
        Value::Int(value) => value as f64,
        Value::Wide(value) => unscale(value.to_string().parse().unwrap_or(f64::NAN), scale),
        Value::Float(value) => value,
        Value::Bytes(_) => f64::NAN,
    }
}

/// A float divided by a power of ten.
pub(super) fn unscale(value: f64, scale: i32) -> f64 {
    if scale >= 0 { value / 10f64.powi(scale) } else { value * 10f64.powi(-scale) }
}

/// The decimals of a decimal type; 0 for all others.
pub(super) fn scale(data_type: &DataType) -> i32 {
    match data_type {
        DataType::Decimal32(_, scale)
        | DataType::Decimal64(_, scale)
        | DataType::Decimal128(_, scale)
        | DataType::Decimal256(_, scale) => i32::from(*scale),
        _ => 0,
    }
}

fn values(array: &ArrayRef, visit: &mut dyn FnMut(Value<'_>)) {
    use DataType as T;
    match array.data_type() {
        T::Boolean => {
            if let Some(array) = array.as_any().downcast_ref::<BooleanArray>() {
                array.iter().flatten().for_each(|value| visit(Value::Int(value.into())));
            }
        }
        T::Int8 => each::<i8>(array, |value| Value::Int(value.into()), visit),
        T::Int16 => each::<i16>(array, |value| Value::Int(value.into()), visit),
        T::Int32 | T::Date32 | T::Time32(_) | T::Decimal32(..) => {
            each::<i32>(array, |value| Value::Int(value.into()), visit);
        }
        T::Int64 | T::Date64 | T::Time64(_) | T::Timestamp(..) | T::Duration(_) | T::Decimal64(..) => {
            each::<i64>(array, |value| Value::Int(value.into()), visit);
        }
        T::Decimal128(..) => each::<i128>(array, Value::Int, visit),
        T::Decimal256(..) => each::<i256>(array, Value::Wide, visit),
        T::UInt8 => each::<u8>(array, |value| Value::Int(value.into()), visit),
        T::UInt16 => each::<u16>(array, |value| Value::Int(value.into()), visit),
        T::UInt32 => each::<u32>(array, |value| Value::Int(value.into()), visit),
        T::UInt64 => each::<u64>(array, |value| Value::Int(value.into()), visit),
        T::Float16 => each::<Float16>(array, |value| Value::Float(value.to_f64()), visit),
        T::Float32 => each::<f32>(array, |value| Value::Float(value.into()), visit),
        T::Float64 => each::<f64>(array, Value::Float, visit),
        _ => bytes(array, visit),
    }
}

/// The values of an array that stores them as `N`.
fn each<N: ArrowNativeType>(
    array: &ArrayRef,
    value: impl Fn(N) -> Value<'static>,
    visit: &mut dyn FnMut(Value<'_>),
) {
    let data = array.to_data();
    let Some(buffer) = data.buffers().first() else { return };
    let values = ScalarBuffer::<N>::new(buffer.clone(), data.offset(), data.len());
    for_valid(array.nulls(), values.len(), |row| {
        if let Some(native) = values.get(row) {
            visit(value(*native));
        }
    });
}

fn bytes(array: &ArrayRef, visit: &mut dyn FnMut(Value<'_>)) {
    macro_rules! each_of {
        ($array:ty) => {
            if let Some(array) = array.as_any().downcast_ref::<$array>() {
                array.iter().flatten().for_each(|value| visit(Value::Bytes(value.as_ref())));
            }
        };
    }
    match array.data_type() {
        DataType::Utf8 => each_of!(StringArray),
        DataType::LargeUtf8 => each_of!(LargeStringArray),
        DataType::Utf8View => each_of!(StringViewArray),
        DataType::Binary => each_of!(BinaryArray),
        DataType::LargeBinary => each_of!(LargeBinaryArray),
        DataType::BinaryView => each_of!(BinaryViewArray),
        DataType::FixedSizeBinary(_) => each_of!(FixedSizeBinaryArray),
        _ => {}
    }
}

fn list_lengths(array: &ArrayRef, visit: &mut dyn FnMut(Value<'_>)) {
    let any = array.as_any();
    let mut visit = |len: i128| visit(Value::Int(len));
    if let Some(list) = any.downcast_ref::<ListArray>() {
        for_valid(array.nulls(), array.len(), |row| visit(list.value_length(row).into()));
    } else if let Some(list) = any.downcast_ref::<LargeListArray>() {
        for_valid(array.nulls(), array.len(), |row| visit(list.value_length(row).into()));
    } else if let Some(list) = any.downcast_ref::<FixedSizeListArray>() {
        for_valid(array.nulls(), array.len(), |_| visit(list.value_length().into()));
    }
}

fn for_valid(nulls: Option<&NullBuffer>, len: usize, visit: impl FnMut(usize)) {
    match nulls {
        Some(nulls) => nulls.valid_indices().for_each(visit),
        None => (0..len).for_each(visit),
    }
}
