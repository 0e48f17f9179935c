//! From the statistics of a column chunk, or of a page in the column index, to bounds of its values.
//!
//! Statistics are trusted only as far as the specification says what they mean
//! (<https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift>, `Statistics`, `ColumnOrder`):
//! a doubtful one is no statistic, which costs bytes and never a row. They need not be exact: a minimum that was cut
//! short is still below every value, and a maximum that was cut short was raised.

use arrow_array::types::{ArrowPrimitiveType, Float16Type};
use arrow_buffer::i256;
use arrow_schema::{DataType, TimeUnit};
use parquet::{
    basic::{ColumnOrder, LogicalType, SortOrder, TimeUnit as ParquetTimeUnit, Type},
    file::{
        metadata::ParquetMetaData, page_index::column_index::ColumnIndexMetaData, statistics::Statistics,
    },
    schema::types::ColumnDescriptor,
};

use crate::expr::{Bounds, Limits, Nulls, float_key, wide_key};

/// Milliseconds of a day.
const DAY_MILLIS: i128 = 86_400_000;

/// A leaf column, as whatever is asked of it sees it.
#[derive(Debug, Clone)]
pub(super) struct Leaf<'a> {
    descriptor: &'a ColumnDescriptor,
    /// The Arrow type that its values are read as.
    data_type: &'a DataType,
    order: Option<ColumnOrder>,
    /// Whether a null in the leaf is a null of the column: not when the column is a list, whose leaf is null where the
    /// list is empty, too; nor when it is a struct, of which one field is null.
    nulls_are_its_own: bool,
}

/// A value as its physical type holds it.
#[derive(Debug, Clone, Copy)]
enum Physical<'a> {
    Boolean(bool),
    Int32(i32),
    Int64(i64),
    Float(f32),
    Double(f64),
    Bytes(&'a [u8]),
}

/// A value as a key.
enum KeyOf {
    Number(i128),
    Bytes(Vec<u8>),
}

impl<'a> Leaf<'a> {
    pub(super) fn new(
        metadata: &'a ParquetMetaData,
        leaf: usize,
        data_type: &'a DataType,
        nulls_are_its_own: bool,
    ) -> Option<Self> {
        let file = metadata.file_metadata();
        let descriptor = file.schema_descr().columns().get(leaf)?;
        let order = file.column_orders().and_then(|orders| orders.get(leaf)).copied();
        Some(Self { descriptor, data_type, order, nulls_are_its_own })
    }

    /// What the statistics of a column chunk of `num_values` values say.
    pub(super) fn chunk_bounds(&self, statistics: &Statistics, num_values: i64) -> Bounds {
        let (min, max) = extremes(statistics);
        let limits = if self.is_ordered(statistics.is_min_max_deprecated()) {
            self.limits(min, max)
        } else {
            Limits::Unknown
        };
        let nulls = statistics.null_count_opt().map(|nulls| (nulls, u64::try_from(num_values).ok()));
        Bounds {
            limits,
            nulls: self.nulls(nulls.map(|(nulls, values)| (nulls == 0, Some(nulls) == values))),
            nans: self.data_type.is_floating() && statistics.nan_count_opt() != Some(0),
        }
    }

    /// What the column index says of a page.
    pub(super) fn page_bounds(&self, index: &ColumnIndexMetaData, page: usize) -> Bounds {
        let all_null = index.is_null_page(page);
        let limits = if all_null || !self.is_ordered(false) {
            Limits::Unknown
        } else {
            let (min, max) = page_extremes(index, page);
            self.limits(min, max)
        };
        let none_null = index.null_count(page) == Some(0);
        Bounds {
            limits,
            nulls: self.nulls(Some((none_null && !all_null, all_null))),
            nans: self.data_type.is_floating() && index.nan_count(page) != Some(0),
        }
    }

    /// What is known without statistics.
    pub(super) fn bounds(&self) -> Bounds {
        Bounds { limits: Limits::Unknown, nulls: self.nulls(None), nans: self.data_type.is_floating() }
    }

    fn nulls(&self, none_or_all: Option<(bool, bool)>) -> Nulls {
        match none_or_all {
            _ if self.descriptor.max_def_level() == 0 => Nulls::None,
            Some((true, _)) => Nulls::None,
            Some((_, true)) if self.nulls_are_its_own => Nulls::All,
            _ => Nulls::Some,
        }
    }

    /// Whether minimum and maximum were found by the order that the values' keys have. Without a column order, and in
    /// the deprecated fields, comparisons were signed (for byte arrays: byte by byte, which no type means).
    fn is_ordered(&self, deprecated: bool) -> bool {
        use DataType as T;
        let (sort_order, legacy) = match self.order {
            Some(ColumnOrder::UNKNOWN) => return false,
            None | Some(ColumnOrder::UNDEFINED) => (SortOrder::SIGNED, true),
            Some(order) => (order.sort_order(), deprecated),
        };
        let in_bytes =
            matches!(self.descriptor.physical_type(), Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY);
        match self.data_type {
            T::Boolean => matches!(sort_order, SortOrder::SIGNED | SortOrder::UNSIGNED),
            T::Float16 | T::Float32 | T::Float64 => {
                matches!(sort_order, SortOrder::SIGNED | SortOrder::TOTAL_ORDER)
            }
            T::Decimal32(_, scale)
            | T::Decimal64(_, scale)
            | T::Decimal128(_, scale)
            | T::Decimal256(_, scale) => {
                let as_written = i32::from(*scale) == self.descriptor.type_scale();
                sort_order == SortOrder::SIGNED && as_written && !(legacy && in_bytes)
            }
            T::Timestamp(unit, _) => sort_order == SortOrder::SIGNED && self.is_in_unit(*unit),
            T::UInt8 | T::UInt16 | T::UInt32 | T::UInt64 => sort_order == SortOrder::UNSIGNED && !legacy,
            _ if in_bytes => sort_order == SortOrder::UNSIGNED && !legacy,
            _ => sort_order == SortOrder::SIGNED,
        }
    }

    /// Whether the file counts timestamps in this unit, as far as it says in which.
    fn is_in_unit(&self, unit: TimeUnit) -> bool {
        match self.descriptor.logical_type_ref() {
            Some(LogicalType::Timestamp(timestamp)) => match timestamp.unit {
                ParquetTimeUnit::MILLIS => unit == TimeUnit::Millisecond,
                ParquetTimeUnit::MICROS => unit == TimeUnit::Microsecond,
                ParquetTimeUnit::NANOS => unit == TimeUnit::Nanosecond,
            },
            _ => true,
        }
    }

    fn limits(&self, min: Option<Physical<'_>>, max: Option<Physical<'_>>) -> Limits {
        let key = |value: Option<Physical<'_>>| match value {
            // A value that has no key spoils the other bound, too: they were found by comparing with it.
            Some(value) => self.key(value).map(Some),
            None => Some(None),
        };
        match (key(min), key(max)) {
            (Some(Some(KeyOf::Number(min))), Some(Some(KeyOf::Number(max)))) if min > max => Limits::Unknown,
            (Some(Some(KeyOf::Bytes(min))), Some(Some(KeyOf::Bytes(max)))) if min > max => Limits::Unknown,
            (Some(min), Some(max)) => match (min, max) {
                (Some(KeyOf::Number(min)), Some(KeyOf::Number(max))) => Limits::Numbers(Some(min), Some(max)),
                (Some(KeyOf::Number(min)), None) => Limits::Numbers(Some(min), None),
                (None, Some(KeyOf::Number(max))) => Limits::Numbers(None, Some(max)),
                (Some(KeyOf::Bytes(min)), Some(KeyOf::Bytes(max))) => Limits::Bytes(Some(min), Some(max)),
                (Some(KeyOf::Bytes(min)), None) => Limits::Bytes(Some(min), None),
                (None, Some(KeyOf::Bytes(max))) => Limits::Bytes(None, Some(max)),
                _ => Limits::Unknown,
            },
            _ => Limits::Unknown,
        }
    }

    /// The key of a value; NaN has none.
    fn key(&self, value: Physical<'_>) -> Option<KeyOf> {
        use DataType as T;
        let number = |value: i128| Some(KeyOf::Number(value));
        let float = |value: f64| (!value.is_nan()).then(|| KeyOf::Number(float_key(value)));
        match (self.data_type, value) {
            (T::Boolean, Physical::Boolean(value)) => number(value.into()),
            (T::UInt8 | T::UInt16 | T::UInt32, Physical::Int32(value)) => {
                number(value.cast_unsigned().into())
            }
            (T::UInt64, Physical::Int64(value)) => number(value.cast_unsigned().into()),
            (T::Date64, Physical::Int32(days)) => number(i128::from(days) * DAY_MILLIS),
            (T::Float16, Physical::Bytes(bytes)) => float(
                <Float16Type as ArrowPrimitiveType>::Native::from_le_bytes(bytes.try_into().ok()?).to_f64(),
            ),
            (T::Float32, Physical::Float(value)) => float(value.into()),
            (T::Float64, Physical::Double(value)) => float(value),
            (T::Decimal256(..), Physical::Int32(value)) => Some(KeyOf::Bytes(wide_key(value.into()))),
            (T::Decimal256(..), Physical::Int64(value)) => Some(KeyOf::Bytes(wide_key(value.into()))),
            (T::Decimal256(..), Physical::Bytes(bytes)) => Some(KeyOf::Bytes(wide_key(big_endian(bytes)?))),
            (T::Decimal32(..) | T::Decimal64(..) | T::Decimal128(..), Physical::Bytes(bytes)) => {
                number(big_endian(bytes)?.to_i128()?)
            }
            (data_type, Physical::Int32(value)) if is_integral(data_type) => number(value.into()),
            (data_type, Physical::Int64(value)) if is_integral(data_type) => number(value.into()),
            (
                T::Utf8
                | T::LargeUtf8
                | T::Utf8View
                | T::Binary
                | T::LargeBinary
                | T::BinaryView
                | T::FixedSizeBinary(_),
                Physical::Bytes(bytes),
            ) => Some(KeyOf::Bytes(bytes.to_vec())),
            _ => None,
        }
    }
}

/// Whether values of the type are the signed integers that the file holds.
fn is_integral(data_type: &DataType) -> bool {
    data_type.is_signed_integer()
        || data_type.is_temporal()
        || matches!(data_type, DataType::Decimal32(..) | DataType::Decimal64(..) | DataType::Decimal128(..))
}

/// A signed integer in two's complement, highest byte first.
fn big_endian(bytes: &[u8]) -> Option<i256> {
    let sign = if bytes.first()? & 0x80 == 0 { 0 } else { u8::MAX };
    let mut wide = [sign; 32];
    let start = 32usize.checked_sub(bytes.len())?;
    wide.get_mut(start..)?.copy_from_slice(bytes);
    Some(i256::from_be_bytes(wide))
}

fn extremes(statistics: &Statistics) -> (Option<Physical<'_>>, Option<Physical<'_>>) {
    macro_rules! both {
        ($values:ident, $variant:ident) => {
            (
                $values.min_opt().copied().map(Physical::$variant),
                $values.max_opt().copied().map(Physical::$variant),
            )
        };
    }
    match statistics {
        Statistics::Boolean(values) => both!(values, Boolean),
        Statistics::Int32(values) => both!(values, Int32),
        Statistics::Int64(values) => both!(values, Int64),
        Statistics::Float(values) => both!(values, Float),
        Statistics::Double(values) => both!(values, Double),
        // Writers disagree on how INT96 timestamps compare.
        Statistics::Int96(_) => (None, None),
        Statistics::ByteArray(_) | Statistics::FixedLenByteArray(_) => {
            (statistics.min_bytes_opt().map(Physical::Bytes), statistics.max_bytes_opt().map(Physical::Bytes))
        }
    }
}

fn page_extremes(index: &ColumnIndexMetaData, page: usize) -> (Option<Physical<'_>>, Option<Physical<'_>>) {
    use ColumnIndexMetaData as Index;
    macro_rules! both {
        ($values:ident, $variant:ident) => {
            (
                $values.min_value(page).copied().map(Physical::$variant),
                $values.max_value(page).copied().map(Physical::$variant),
            )
        };
    }
    match index {
        Index::BOOLEAN(values) => both!(values, Boolean),
        Index::INT32(values) => both!(values, Int32),
        Index::INT64(values) => both!(values, Int64),
        Index::FLOAT(values) => both!(values, Float),
        Index::DOUBLE(values) => both!(values, Double),
        Index::INT96(_) => (None, None),
        Index::BYTE_ARRAY(values) | Index::FIXED_LEN_BYTE_ARRAY(values) => {
            (values.min_value(page).map(Physical::Bytes), values.max_value(page).map(Physical::Bytes))
        }
    }
}
