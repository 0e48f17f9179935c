//! Values in the form in which they are stored: other offsets, other units, plain instead of encoded. Never another
//! value, and never a cast that could lose one.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, FixedSizeListArray, GenericByteArray, GenericListArray, MapArray, OffsetSizeTrait,
    PrimitiveArray, StructArray,
    builder::GenericByteBuilder,
    cast::AsArray,
    new_null_array,
    types::{
        ArrowPrimitiveType, BinaryType, ByteArrayType, Date32Type, Date64Type, Decimal32Type, Decimal64Type,
        Decimal128Type, Int8Type, Int16Type, Int32Type, Int64Type, LargeBinaryType, LargeUtf8Type,
        Time32MillisecondType, Time32SecondType, TimestampMillisecondType, TimestampSecondType, UInt8Type,
        UInt16Type, UInt32Type, Utf8Type,
    },
};
use arrow_buffer::{ArrowNativeType, OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, DataType, Field, FieldRef, Fields, TimeUnit};
use arrow_select::take::take;

const MS_PER_SECOND: i64 = 1000;
const MS_PER_DAY: i64 = 86_400_000;

/// Whether [`conform`] makes the type `to` of the type `from`.
pub(super) fn conforms(from: &DataType, to: &DataType) -> bool {
    use DataType::{
        Binary, Date32, Date64, Decimal32, Decimal64, Decimal128, Dictionary, FixedSizeList, Int8, Int16,
        Int32, Int64, LargeBinary, LargeList, LargeUtf8, List, Map, Struct, Time32, Timestamp, UInt8, UInt16,
        UInt32, Utf8, Utf8View,
    };
    match (from, to) {
        (Dictionary(_, values), _) => conforms(values, to),
        // Not to be stored, so not to be conformed to.
        (_, Timestamp(TimeUnit::Second, _) | Time32(TimeUnit::Second) | Date64) => false,
        (_, Decimal32(..) | Decimal64(..) | Dictionary(..) | Utf8View | DataType::BinaryView) => false,
        (Utf8 | LargeUtf8 | Utf8View, Utf8 | LargeUtf8) => true,
        (Binary | LargeBinary | DataType::BinaryView, Binary | LargeBinary) => true,
        (Int8 | Int16 | Int32 | UInt8 | UInt16 | UInt32, Int64) => true,
        (Timestamp(TimeUnit::Second, zone), Timestamp(TimeUnit::Millisecond, stored)) => zone == stored,
        (Time32(TimeUnit::Second), Time32(TimeUnit::Millisecond)) | (Date64, Date32) => true,
        (Decimal32(p, s) | Decimal64(p, s), Decimal128(precision, scale)) => (p, s) == (precision, scale),
        (List(from) | LargeList(from), List(to) | LargeList(to)) => {
            conforms(from.data_type(), to.data_type())
        }
        (FixedSizeList(from, n), FixedSizeList(to, m)) => {
            n == m && conforms(from.data_type(), to.data_type())
        }
        (Struct(from), Struct(to)) => fields_conform(from, to),
        (Map(from, a), Map(to, b)) => a == b && entries_conform(from, to),
        _ => from == to,
    }
}

/// Fields may stand in another order, and lack some: those are null then.
fn fields_conform(from: &Fields, to: &Fields) -> bool {
    let found = |field: &FieldRef| to.iter().find(|wanted| wanted.name() == field.name());
    from.iter().all(|field| found(field).is_some_and(|to| conforms(field.data_type(), to.data_type())))
}

fn entries_conform(from: &Field, to: &Field) -> bool {
    match (from.data_type(), to.data_type()) {
        (DataType::Struct(from), DataType::Struct(to)) => {
            let pairs = from.iter().zip(to);
            from.len() == to.len() && pairs.into_iter().all(|(a, b)| conforms(a.data_type(), b.data_type()))
        }
        _ => false,
    }
}

/// The array as the type `to`.
///
/// # Errors
/// For types of which [`conforms`] is not true, for times that overflow, and for more than 2 GiB of text in one batch.
pub(super) fn conform(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, ArrowError> {
    use DataType::{
        Binary, BinaryView, Date64, Decimal32, Decimal64, Dictionary, FixedSizeList, Int64, LargeBinary,
        LargeList, LargeUtf8, List, Map, Struct, Time32, Timestamp, Utf8, Utf8View,
    };
    if array.data_type() == to {
        return Ok(Arc::clone(array));
    }
    Ok(match (array.data_type(), to) {
        (Dictionary(..), _) => {
            let dictionary = array.as_any_dictionary();
            conform(&take(dictionary.values(), dictionary.keys(), None)?, to)?
        }
        (LargeUtf8, Utf8) => resized::<LargeUtf8Type, Utf8Type>(array)?,
        (Utf8, LargeUtf8) => resized::<Utf8Type, LargeUtf8Type>(array)?,
        (LargeBinary, Binary) => resized::<LargeBinaryType, BinaryType>(array)?,
        (Binary, LargeBinary) => resized::<BinaryType, LargeBinaryType>(array)?,
        (Utf8View, Utf8) => plain::<Utf8Type>(array.as_string_view().iter()),
        (Utf8View, LargeUtf8) => plain::<LargeUtf8Type>(array.as_string_view().iter()),
        (BinaryView, Binary) => plain::<BinaryType>(array.as_binary_view().iter()),
        (BinaryView, LargeBinary) => plain::<LargeBinaryType>(array.as_binary_view().iter()),
        (_, Int64) => widened(array)?,
        (Timestamp(..), Timestamp(_, zone)) => {
            let milliseconds: PrimitiveArray<TimestampMillisecondType> = array
                .as_primitive::<TimestampSecondType>()
                .try_unary(|s| s.checked_mul(MS_PER_SECOND).ok_or_else(overflow))?;
            Arc::new(milliseconds.with_timezone_opt(zone.clone()))
        }
        (Time32(_), Time32(_)) => Arc::new(
            array
                .as_primitive::<Time32SecondType>()
                .try_unary::<_, Time32MillisecondType, _>(|s| s.checked_mul(1000).ok_or_else(overflow))?,
        ),
        (Date64, _) => Arc::new(array.as_primitive::<Date64Type>().try_unary::<_, Date32Type, _>(|ms| {
            i32::try_from(ms.div_euclid(MS_PER_DAY)).map_err(|_| overflow())
        })?),
        (Decimal32(precision, scale), _) => {
            let wide = array.as_primitive::<Decimal32Type>().unary::<_, Decimal128Type>(i128::from);
            Arc::new(wide.with_precision_and_scale(*precision, *scale)?)
        }
        (Decimal64(precision, scale), _) => {
            let wide = array.as_primitive::<Decimal64Type>().unary::<_, Decimal128Type>(i128::from);
            Arc::new(wide.with_precision_and_scale(*precision, *scale)?)
        }
        (List(_), List(field)) => list::<i32, i32>(array, field)?,
        (List(_), LargeList(field)) => list::<i32, i64>(array, field)?,
        (LargeList(_), List(field)) => list::<i64, i32>(array, field)?,
        (LargeList(_), LargeList(field)) => list::<i64, i64>(array, field)?,
        (FixedSizeList(..), FixedSizeList(field, len)) => {
            let list = array.as_fixed_size_list();
            let values = conform(list.values(), field.data_type())?;
            Arc::new(FixedSizeListArray::try_new_with_length(
                Arc::clone(field),
                *len,
                values,
                list.nulls().cloned(),
                list.len(),
            )?)
        }
        (Struct(_), Struct(fields)) => Arc::new(structs(array.as_struct(), fields)?),
        (Map(..), Map(field, sorted)) => map(array.as_map(), field, *sorted)?,
        (from, to) => return Err(ArrowError::CastError(format!("{from} does not conform to {to}"))),
    })
}

/// The same bytes with offsets of another width.
fn resized<From: ByteArrayType, To: ByteArrayType>(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let bytes = array.as_bytes::<From>();
    let offsets = offsets::<From::Offset, To::Offset>(bytes.offsets())?;
    let first = bytes.offsets().first().as_usize();
    let last = bytes.offsets().last().as_usize();
    let values = bytes.values().slice_with_length(first, last - first);
    Ok(Arc::new(GenericByteArray::<To>::try_new(offsets, values, bytes.nulls().cloned())?))
}

/// Offsets of another width, from 0.
fn offsets<From: OffsetSizeTrait, To: OffsetSizeTrait>(
    offsets: &OffsetBuffer<From>,
) -> Result<OffsetBuffer<To>, ArrowError> {
    let first = offsets.first().as_usize();
    let moved = |offset: &From| To::from_usize(offset.as_usize() - first).ok_or_else(too_long);
    let moved = offsets.iter().map(moved).collect::<Result<ScalarBuffer<To>, _>>()?;
    Ok(OffsetBuffer::new(moved))
}

fn plain<'a, T: ByteArrayType>(values: impl Iterator<Item = Option<&'a T::Native>>) -> ArrayRef {
    let mut builder = GenericByteBuilder::<T>::new();
    for value in values {
        builder.append_option(value);
    }
    Arc::new(builder.finish())
}

fn widened(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    fn widen<T: ArrowPrimitiveType<Native: Into<i64>>>(array: &ArrayRef) -> ArrayRef {
        Arc::new(array.as_primitive::<T>().unary::<_, Int64Type>(Into::into))
    }
    Ok(match array.data_type() {
        DataType::Int8 => widen::<Int8Type>(array),
        DataType::Int16 => widen::<Int16Type>(array),
        DataType::Int32 => widen::<Int32Type>(array),
        DataType::UInt8 => widen::<UInt8Type>(array),
        DataType::UInt16 => widen::<UInt16Type>(array),
        DataType::UInt32 => widen::<UInt32Type>(array),
        other => return Err(ArrowError::CastError(format!("{other} does not conform to Int64"))),
    })
}

fn list<From: OffsetSizeTrait, To: OffsetSizeTrait>(
    array: &ArrayRef,
    field: &FieldRef,
) -> Result<ArrayRef, ArrowError> {
    let list = array.as_list::<From>();
    let first = list.offsets().first().as_usize();
    let last = list.offsets().last().as_usize();
    let values = conform(&list.values().slice(first, last - first), field.data_type())?;
    let offsets = offsets::<From, To>(list.offsets())?;
    let list = GenericListArray::<To>::try_new(Arc::clone(field), offsets, values, list.nulls().cloned())?;
    Ok(Arc::new(list))
}

fn structs(array: &StructArray, fields: &Fields) -> Result<StructArray, ArrowError> {
    let column = |field: &FieldRef| match array.column_by_name(field.name()) {
        Some(column) => conform(column, field.data_type()),
        None => Ok(new_null_array(field.data_type(), array.len())),
    };
    let columns = fields.iter().map(column).collect::<Result<Vec<_>, _>>()?;
    StructArray::try_new_with_length(fields.clone(), columns, array.nulls().cloned(), array.len())
}

fn map(array: &MapArray, field: &FieldRef, sorted: bool) -> Result<ArrayRef, ArrowError> {
    let DataType::Struct(fields) = field.data_type() else {
        return Err(ArrowError::CastError("the entries of a map must be structs".to_owned()));
    };
    let entries = array.entries();
    let columns = entries.columns().iter().zip(fields);
    let columns =
        columns.map(|(column, field)| conform(column, field.data_type())).collect::<Result<Vec<_>, _>>()?;
    let entries =
        StructArray::try_new_with_length(fields.clone(), columns, entries.nulls().cloned(), entries.len())?;
    let offsets = array.offsets().clone();
    Ok(Arc::new(MapArray::try_new(Arc::clone(field), offsets, entries, array.nulls().cloned(), sorted)?))
}

fn overflow() -> ArrowError {
    ArrowError::ArithmeticOverflow("a time does not fit its unit in Parquet".to_owned())
}

fn too_long() -> ArrowError {
    ArrowError::OffsetOverflowError(i32::MAX as usize)
}
