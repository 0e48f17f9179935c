//! Values of one Arrow type as another, wherever that loses nothing: for files of one table whose types differ.
//!
//! What is allowed is what `table_cast` of `datasets` (pyarrow's safe casts) does to a split's later files, less what
//! would change the meaning: numbers into numbers that hold them exactly; strings, bytes and lists between their small
//! and large layouts; list items by whatever name; structs field by field; timestamps between units and zones, which
//! changes how they are shown and not when they are; nothing into anything.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BinaryArray, BinaryViewArray, Decimal128Array, FixedSizeListArray, LargeBinaryArray,
    LargeListArray, LargeStringArray, ListArray, MapArray, PrimitiveArray, StringArray, StringViewArray,
    StructArray, cast::AsArray, new_null_array, types,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Field, FieldRef, Fields, TimeUnit};

/// Whether values of type `from` can be read as `to`, as far as the types tell.
pub(super) fn can_cast(from: &DataType, to: &DataType) -> bool {
    use DataType as T;
    match (from, to) {
        (from, to) if from == to => true,
        (T::Null, _) | (T::Timestamp(..), T::Timestamp(..)) => true,
        (T::Decimal128(from, scale), T::Decimal128(to, other)) => scale == other && from <= to,
        (T::Struct(from), T::Struct(to)) => to.iter().all(|wanted| {
            from.find(wanted.name()).is_none_or(|(_, found)| can_cast(found.data_type(), wanted.data_type()))
        }),
        (T::FixedSizeList(from, len), T::FixedSizeList(to, other)) => {
            len == other && can_cast(from.data_type(), to.data_type())
        }
        (T::List(from) | T::LargeList(from) | T::FixedSizeList(from, _), T::List(to) | T::LargeList(to)) => {
            can_cast(from.data_type(), to.data_type())
        }
        (T::Map(from, _), T::Map(to, _)) => match (from.data_type(), to.data_type()) {
            (T::Struct(from), T::Struct(to)) if from.len() == to.len() => {
                from.iter().zip(to).all(|(from, to)| can_cast(from.data_type(), to.data_type()))
            }
            _ => false,
        },
        (from, to) => {
            (is_number(from) && is_number(to))
                || (is_text(from) && is_text(to))
                || (is_binary(from) && is_binary(to))
        }
    }
}

/// The values of `array` as `to`. The message says which value is in the way.
pub(super) fn cast(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, String> {
    use DataType as T;
    let from = array.data_type();
    match (from, to) {
        (from, to) if from == to => Ok(Arc::clone(array)),
        (T::Null, to) => Ok(new_null_array(to, array.len())),
        (T::Timestamp(unit, _), T::Timestamp(to, zone)) => timestamps(array, *unit, *to, zone.as_ref()),
        (T::Decimal128(..), T::Decimal128(precision, scale)) => {
            let values: Decimal128Array = array.as_primitive::<types::Decimal128Type>().clone();
            values
                .with_precision_and_scale(*precision, *scale)
                .map(|array| Arc::new(array) as _)
                .map_err(text)
        }
        (T::Struct(_), T::Struct(fields)) => structs(array.as_struct(), fields),
        (T::FixedSizeList(..), T::FixedSizeList(item, len)) => {
            let lists = array.as_fixed_size_list();
            let values = cast(lists.values(), item.data_type())?;
            let nulls = lists.nulls().cloned();
            made(FixedSizeListArray::try_new(Arc::clone(item), *len, values, nulls))
        }
        (T::List(_) | T::LargeList(_) | T::FixedSizeList(..), T::List(item) | T::LargeList(item)) => {
            lists(array, item, to)
        }
        (T::Map(..), T::Map(entries, sorted)) => maps(array.as_map(), entries, *sorted),
        (from, to) if is_number(from) && is_number(to) => numbers(array, to),
        (from, to) if is_text(from) && is_text(to) => texts(array, to),
        (from, to) if is_binary(from) && is_binary(to) => bytes(array, to),
        (from, to) => Err(format!("{from} cannot be read as {to}")),
    }
}

/// The type with nulls allowed at every level below it: a file without a field has nulls there.
pub(super) fn relaxed(data_type: &DataType) -> DataType {
    use DataType as T;
    let field = |field: &FieldRef| {
        Arc::new(Field::clone(field).with_nullable(true).with_data_type(relaxed(field.data_type())))
    };
    match data_type {
        T::Struct(fields) => T::Struct(fields.iter().map(field).collect()),
        T::List(item) => T::List(field(item)),
        T::LargeList(item) => T::LargeList(field(item)),
        T::FixedSizeList(item, len) => T::FixedSizeList(field(item), *len),
        // The keys of a map are never null, nor are its entries.
        other => other.clone(),
    }
}

fn structs(array: &StructArray, fields: &Fields) -> Result<ArrayRef, String> {
    let column = |field: &FieldRef| match array.column_by_name(field.name()) {
        Some(column) => {
            cast(column, field.data_type()).map_err(|why| format!("in {:?}: {why}", field.name()))
        }
        None => Ok(new_null_array(field.data_type(), array.len())),
    };
    let columns = fields.iter().map(column).collect::<Result<Vec<_>, _>>()?;
    let nulls = array.nulls().cloned();
    made(StructArray::try_new_with_length(fields.clone(), columns, nulls, array.len()))
}

fn lists(array: &ArrayRef, item: &FieldRef, to: &DataType) -> Result<ArrayRef, String> {
    let (offsets, values, nulls): (Vec<i64>, &ArrayRef, Option<NullBuffer>) = match array.data_type() {
        DataType::List(_) => {
            let lists = array.as_list::<i32>();
            (
                lists.value_offsets().iter().map(|offset| i64::from(*offset)).collect(),
                lists.values(),
                lists.nulls().cloned(),
            )
        }
        DataType::LargeList(_) => {
            let lists = array.as_list::<i64>();
            (lists.value_offsets().to_vec(), lists.values(), lists.nulls().cloned())
        }
        _ => {
            let lists = array.as_fixed_size_list();
            let len = i64::from(lists.value_length());
            (
                (0..=array.len() as i64).map(|list| list * len).collect(),
                lists.values(),
                lists.nulls().cloned(),
            )
        }
    };
    let values = cast(values, item.data_type())?;
    if let DataType::LargeList(_) = to {
        return made(LargeListArray::try_new(
            Arc::clone(item),
            OffsetBuffer::new(offsets.into()),
            values,
            nulls,
        ));
    }
    let small = offsets.iter().map(|offset| i32::try_from(*offset)).collect::<Result<Vec<_>, _>>();
    let small =
        small.map_err(|_| "its lists have more items than fit into a list of small offsets".to_owned())?;
    made(ListArray::try_new(Arc::clone(item), OffsetBuffer::new(small.into()), values, nulls))
}

fn maps(array: &MapArray, entries: &FieldRef, sorted: bool) -> Result<ArrayRef, String> {
    let DataType::Struct(fields) = entries.data_type() else { return Err("a map has no entries".to_owned()) };
    let columns = array.entries().columns().iter().zip(fields);
    let columns = columns.map(|(column, field)| cast(column, field.data_type())).collect::<Result<_, _>>()?;
    let cast =
        StructArray::try_new(fields.clone(), columns, array.entries().nulls().cloned()).map_err(text)?;
    made(MapArray::try_new(
        Arc::clone(entries),
        array.offsets().clone(),
        cast,
        array.nulls().cloned(),
        sorted,
    ))
}

/// A number, exactly.
#[derive(Debug, Clone, Copy)]
enum Number {
    Int(i128),
    Float(f64),
}

macro_rules! each_number {
    ($array:expr, $($data_type:pat => $arrow:ident as $number:ident;)*) => {
        match $array.data_type() {
            $($data_type => $array
                .as_primitive::<types::$arrow>()
                .iter()
                .map(|value| value.map(|value| Number::$number(value.into())))
                .collect(),)*
            _ => Vec::new(),
        }
    };
}

fn numbers(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, String> {
    use DataType as T;
    let numbers: Vec<Option<Number>> = each_number!(array,
        T::Int8 => Int8Type as Int; T::Int16 => Int16Type as Int;
        T::Int32 => Int32Type as Int; T::Int64 => Int64Type as Int;
        T::UInt8 => UInt8Type as Int; T::UInt16 => UInt16Type as Int;
        T::UInt32 => UInt32Type as Int; T::UInt64 => UInt64Type as Int;
        T::Float16 => Float16Type as Float; T::Float32 => Float32Type as Float; T::Float64 => Float64Type as Float;
    );
    match to {
        T::Int8 => collect::<types::Int8Type>(&numbers, to, |number| number.int()?.try_into().ok()),
        T::Int16 => collect::<types::Int16Type>(&numbers, to, |number| number.int()?.try_into().ok()),
        T::Int32 => collect::<types::Int32Type>(&numbers, to, |number| number.int()?.try_into().ok()),
        T::Int64 => collect::<types::Int64Type>(&numbers, to, |number| number.int()?.try_into().ok()),
        T::UInt8 => collect::<types::UInt8Type>(&numbers, to, |number| number.int()?.try_into().ok()),
        T::UInt16 => collect::<types::UInt16Type>(&numbers, to, |number| number.int()?.try_into().ok()),
        T::UInt32 => collect::<types::UInt32Type>(&numbers, to, |number| number.int()?.try_into().ok()),
        T::UInt64 => collect::<types::UInt64Type>(&numbers, to, |number| number.int()?.try_into().ok()),
        T::Float32 => collect::<types::Float32Type>(&numbers, to, |number| {
            let value = number.float()?;
            let narrow = value as f32;
            (value.is_nan() || f64::from(narrow) == value).then_some(narrow)
        }),
        T::Float64 => collect::<types::Float64Type>(&numbers, to, Number::float),
        _ => Err(format!("{} cannot be read as {to}", array.data_type())),
    }
}

impl Number {
    /// The integer that it is, if it is one.
    fn int(self) -> Option<i128> {
        match self {
            Self::Int(value) => Some(value),
            // Beyond this, no type that it could become has integers.
            Self::Float(value) if value.fract() == 0.0 && value.abs() < 2f64.powi(65) => Some(value as i128),
            Self::Float(_) => None,
        }
    }

    /// The float that it is, if there is one.
    fn float(self) -> Option<f64> {
        match self {
            Self::Int(value) => Some(value as f64).filter(|float| *float as i128 == value),
            Self::Float(value) => Some(value),
        }
    }
}

fn collect<T: arrow_array::ArrowPrimitiveType>(
    numbers: &[Option<Number>],
    to: &DataType,
    convert: impl Fn(Number) -> Option<T::Native>,
) -> Result<ArrayRef, String> {
    let values = numbers.iter().map(|number| match number {
        None => Ok(None),
        Some(number) => convert(*number).map(Some).ok_or_else(|| match number {
            Number::Int(value) => format!("{value} is no {to}"),
            Number::Float(value) => format!("{value} is no {to}"),
        }),
    });
    let values = values.collect::<Result<Vec<_>, _>>()?;
    Ok(Arc::new(PrimitiveArray::<T>::from_iter(values)))
}

fn timestamps(
    array: &ArrayRef,
    from: TimeUnit,
    to: TimeUnit,
    zone: Option<&Arc<str>>,
) -> Result<ArrayRef, String> {
    macro_rules! with_units {
        ($($unit:ident $arrow:ident),*) => {{
            let values: Vec<Option<i64>> = match from {
                $(TimeUnit::$unit => array.as_primitive::<types::$arrow>().iter().collect(),)*
            };
            let (from, target) = (per_second(from), per_second(to));
            let convert = |value: i64| {
                let scaled = i128::from(value) * target;
                (scaled % from == 0).then_some(scaled / from).and_then(|value| i64::try_from(value).ok())
            };
            let values = values.into_iter().map(|value| match value {
                None => Ok(None),
                Some(value) => {
                    convert(value).map(Some).ok_or_else(|| format!("the time {value} does not fit into the unit {to}"))
                }
            });
            let values = values.collect::<Result<Vec<_>, String>>()?;
            Ok(match to {
                $(TimeUnit::$unit => {
                    let array = PrimitiveArray::<types::$arrow>::from_iter(values);
                    Arc::new(array.with_timezone_opt(zone.cloned())) as ArrayRef
                })*
            })
        }};
    }
    with_units!(
        Second TimestampSecondType,
        Millisecond TimestampMillisecondType,
        Microsecond TimestampMicrosecondType,
        Nanosecond TimestampNanosecondType
    )
}

fn per_second(unit: TimeUnit) -> i128 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    }
}

fn texts(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, String> {
    let values: Vec<Option<&str>> = match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().iter().collect(),
        DataType::LargeUtf8 => array.as_string::<i64>().iter().collect(),
        _ => array.as_string_view().iter().collect(),
    };
    Ok(match to {
        DataType::Utf8 => {
            check_len(values.iter().flatten().map(|value| value.len()))?;
            Arc::new(StringArray::from_iter(values))
        }
        DataType::LargeUtf8 => Arc::new(LargeStringArray::from_iter(values)),
        _ => Arc::new(StringViewArray::from_iter(values)),
    })
}

fn bytes(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, String> {
    let values: Vec<Option<&[u8]>> = match array.data_type() {
        DataType::Binary => array.as_binary::<i32>().iter().collect(),
        DataType::LargeBinary => array.as_binary::<i64>().iter().collect(),
        _ => array.as_binary_view().iter().collect(),
    };
    Ok(match to {
        DataType::Binary => {
            check_len(values.iter().flatten().map(|value| value.len()))?;
            Arc::new(BinaryArray::from_iter(values))
        }
        DataType::LargeBinary => Arc::new(LargeBinaryArray::from_iter(values)),
        _ => Arc::new(BinaryViewArray::from_iter(values)),
    })
}

/// Small layouts count the bytes of an array in 31 bits.
fn check_len(lens: impl Iterator<Item = usize>) -> Result<(), String> {
    match i32::try_from(lens.sum::<usize>()) {
        Ok(_) => Ok(()),
        Err(_) => Err("a batch of it has more bytes than fit into a column of small offsets".to_owned()),
    }
}

fn is_number(data_type: &DataType) -> bool {
    data_type.is_integer() || data_type.is_floating()
}

fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

fn is_binary(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Binary | DataType::LargeBinary | DataType::BinaryView)
}

fn made(array: Result<impl Array + 'static, arrow_schema::ArrowError>) -> Result<ArrayRef, String> {
    array.map(|array| Arc::new(array) as ArrayRef).map_err(text)
}

fn text(error: arrow_schema::ArrowError) -> String {
    error.to_string()
}
