//! Evaluating a predicate on a batch: one bit for each row.
//!
//! The kernels of the Arrow crates are not used: they compare arrays of any type with each other, which would be most
//! of the code in the wasm. Here every comparison is a lookup of a key in a set.

use arrow_array::{
    Array, ArrayRef, BinaryArray, BinaryViewArray, BooleanArray, FixedSizeBinaryArray, FixedSizeListArray,
    LargeBinaryArray, LargeListArray, LargeStringArray, ListArray, RecordBatch, StringArray, StringViewArray,
    StructArray, types::ArrowPrimitiveType, types::Float16Type,
};
use arrow_buffer::{ArrowNativeType, BooleanBuffer, NullBuffer, ScalarBuffer, i256};
use arrow_schema::DataType;

use super::{
    Condition, Predicate, Set, Test,
    coerce::{float_key, wide_key},
    spans::Spans,
};
use crate::error::{Error, ErrorKind, Result};

type Float16 = <Float16Type as ArrowPrimitiveType>::Native;

impl Predicate {
    /// Of which rows the predicate is true. False and unknown are not told apart, so there are no nulls in the answer.
    ///
    /// # Errors
    /// Kind `internal` for a batch without a column that the predicate was bound to, or with another type.
    pub fn evaluate(&self, batch: &RecordBatch) -> Result<BooleanArray> {
        Ok(BooleanArray::new(self.truth(batch)?, None))
    }

    fn truth(&self, batch: &RecordBatch) -> Result<BooleanBuffer> {
        let rows = batch.num_rows();
        match self {
            Self::All(parts) => parts.iter().try_fold(BooleanBuffer::new_set(rows), |all, part| {
                // What is false already stays false.
                if all.count_set_bits() == 0 { Ok(all) } else { Ok(&all & &part.truth(batch)?) }
            }),
            Self::Any(parts) => parts
                .iter()
                .try_fold(BooleanBuffer::new_unset(rows), |any, part| Ok(&any | &part.truth(batch)?)),
            Self::Test(test) => test.truth(batch),
        }
    }
}

impl Test {
    fn truth(&self, batch: &RecordBatch) -> Result<BooleanBuffer> {
        let (array, nulls) = self.column(batch).ok_or_else(|| self.misfit())?;
        let rows = array.len();
        let valid =
            || nulls.as_ref().map_or_else(|| BooleanBuffer::new_set(rows), |nulls| nulls.inner().clone());
        let passed = match &self.condition {
            Condition::Null(false) => return Ok(valid()),
            Condition::Null(true) => return Ok(!&valid()),
            Condition::Value(set) => mask(&array, set),
            Condition::Length(spans) => lists(&array).map(|lists| {
                BooleanBuffer::collect_bool(rows, |row| {
                    let (start, end) = lists.range(row);
                    spans.contains(&((end - start) as i128))
                })
            }),
            Condition::Item(set, wanted) => lists(&array).and_then(|lists| {
                let items = mask(&lists.items, set)?;
                let items = lists.items.nulls().map_or(items.clone(), |nulls| &items & nulls.inner());
                let found = |row| {
                    let (start, end) = lists.range(row);
                    (start..end).any(|item| items.value(item))
                };
                Some(BooleanBuffer::collect_bool(rows, |row| found(row) == *wanted))
            }),
            // Text may come as the bytes that it is in the file.
            Condition::Text(pattern, wanted) => {
                mask_bytes(&array, &|bytes| pattern.fits(&String::from_utf8_lossy(bytes)) == *wanted)
            }
        };
        let passed = passed.ok_or_else(|| self.misfit())?;
        Ok(nulls.map_or(passed.clone(), |nulls| &passed & nulls.inner()))
    }

    /// The column, and its nulls together with those of the structs that it is in.
    fn column(&self, batch: &RecordBatch) -> Option<(ArrayRef, Option<NullBuffer>)> {
        let (first, inner) = self.path.split_first()?;
        let mut array = batch.column_by_name(first)?.clone();
        let mut nulls = array.logical_nulls();
        for name in inner {
            array = array.as_any().downcast_ref::<StructArray>()?.column_by_name(name)?.clone();
            nulls = NullBuffer::union(nulls.as_ref(), array.logical_nulls().as_ref());
        }
        Some((array, nulls))
    }

    fn misfit(&self) -> Error {
        let message = format!("The batch does not fit the test {:?}.", self.text);
        Error::new(ErrorKind::Internal, "filter rows", message)
    }
}

/// Whether each value lies in the set. What it says of nulls means nothing.
fn mask(array: &ArrayRef, set: &Set) -> Option<BooleanBuffer> {
    match set {
        Set::Numbers { spans, nan } => mask_numbers(array, spans, *nan),
        Set::Bytes(spans) => match array.data_type() {
            DataType::Decimal256(..) => {
                each::<i256>(array, |value| spans.contains(wide_key(value).as_slice()))
            }
            _ => mask_bytes(array, &|bytes| spans.contains(bytes)),
        },
    }
}

fn mask_numbers(array: &ArrayRef, spans: &Spans<i128>, nan: bool) -> Option<BooleanBuffer> {
    use DataType as T;
    // One copy of the lookup serves all types; only what turns a value into a key is theirs.
    let int: &dyn Fn(i128) -> bool = &|key| spans.contains(&key);
    let float: &dyn Fn(f64) -> bool =
        &|value| if value.is_nan() { nan } else { spans.contains(&float_key(value)) };
    match array.data_type() {
        T::Boolean => {
            let values = array.as_any().downcast_ref::<BooleanArray>()?.values();
            let (no, yes) = (int(0), int(1));
            Some(BooleanBuffer::collect_bool(values.len(), |row| if values.value(row) { yes } else { no }))
        }
        T::Int8 => each::<i8>(array, |value| int(value.into())),
        T::Int16 => each::<i16>(array, |value| int(value.into())),
        T::Int32 | T::Date32 | T::Time32(_) | T::Decimal32(..) => {
            each::<i32>(array, |value| int(value.into()))
        }
        T::Int64 | T::Date64 | T::Time64(_) | T::Timestamp(..) | T::Duration(_) | T::Decimal64(..) => {
            each::<i64>(array, |value| int(value.into()))
        }
        T::Decimal128(..) => each::<i128>(array, int),
        T::UInt8 => each::<u8>(array, |value| int(value.into())),
        T::UInt16 => each::<u16>(array, |value| int(value.into())),
        T::UInt32 => each::<u32>(array, |value| int(value.into())),
        T::UInt64 => each::<u64>(array, |value| int(value.into())),
        T::Float16 => each::<Float16>(array, |value| float(value.to_f64())),
        T::Float32 => each::<f32>(array, |value| float(value.into())),
        T::Float64 => each::<f64>(array, float),
        _ => None,
    }
}

/// A test of each value of an array whose values are stored as `N`.
fn each<N: ArrowNativeType>(array: &ArrayRef, test: impl Fn(N) -> bool) -> Option<BooleanBuffer> {
    let data = array.to_data();
    let values = ScalarBuffer::<N>::new(data.buffers().first()?.clone(), data.offset(), data.len());
    let mut values = values.iter();
    Some(BooleanBuffer::collect_bool(data.len(), |_| values.next().is_some_and(|value| test(*value))))
}

fn mask_bytes(array: &ArrayRef, test: &dyn Fn(&[u8]) -> bool) -> Option<BooleanBuffer> {
    macro_rules! each_of {
        ($array:ty) => {{
            let array = array.as_any().downcast_ref::<$array>()?;
            Some(BooleanBuffer::collect_bool(array.len(), |row| test(array.value(row).as_ref())))
        }};
    }
    match array.data_type() {
        DataType::Utf8 => each_of!(StringArray),
        DataType::LargeUtf8 => each_of!(LargeStringArray),
        DataType::Utf8View => each_of!(StringViewArray),
        DataType::Binary => each_of!(BinaryArray),
        DataType::LargeBinary => each_of!(LargeBinaryArray),
        DataType::BinaryView => each_of!(BinaryViewArray),
        DataType::FixedSizeBinary(_) => each_of!(FixedSizeBinaryArray),
        _ => None,
    }
}

/// The items of lists, and where each list's begin and end.
struct Lists {
    items: ArrayRef,
    ends: Ends,
}

enum Ends {
    Offsets(Vec<usize>),
    Fixed(usize),
}

impl Lists {
    fn range(&self, row: usize) -> (usize, usize) {
        match &self.ends {
            Ends::Fixed(len) => (row * len, (row + 1) * len),
            Ends::Offsets(offsets) => {
                let at = |index: usize| offsets.get(index).copied().unwrap_or_default();
                (at(row), at(row + 1))
            }
        }
    }
}

fn lists(array: &ArrayRef) -> Option<Lists> {
    let any = array.as_any();
    if let Some(list) = any.downcast_ref::<ListArray>() {
        let offsets = list.value_offsets().iter().map(|offset| offset.as_usize()).collect();
        return Some(Lists { items: list.values().clone(), ends: Ends::Offsets(offsets) });
    }
    if let Some(list) = any.downcast_ref::<LargeListArray>() {
        let offsets = list.value_offsets().iter().map(|offset| offset.as_usize()).collect();
        return Some(Lists { items: list.values().clone(), ends: Ends::Offsets(offsets) });
    }
    let list = any.downcast_ref::<FixedSizeListArray>()?;
    let len = usize::try_from(list.value_length()).ok()?;
    Some(Lists { items: list.values().clone(), ends: Ends::Fixed(len) })
}
