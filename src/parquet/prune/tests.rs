#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::sync::Arc;

use arrow_schema::{DataType, TimeUnit};
use parquet::{
    basic::{ColumnOrder, SortOrder},
    data_type::{ByteArray, FixedLenByteArray, Int96},
    file::{
        metadata::{FileMetaData, ParquetMetaData},
        statistics::{Statistics, ValueStatistics},
    },
    schema::{parser::parse_message_type, types::SchemaDescriptor},
};

use super::bounds::Leaf;
use crate::expr::{Bounds, Limits, Nulls, float_key};

const UNSIGNED: Option<ColumnOrder> = Some(ColumnOrder::TYPE_DEFINED_ORDER(SortOrder::UNSIGNED));
const SIGNED: Option<ColumnOrder> = Some(ColumnOrder::TYPE_DEFINED_ORDER(SortOrder::SIGNED));

/// What statistics say of a column of 10 values.
fn bounds(column: &str, order: Option<ColumnOrder>, data_type: &DataType, statistics: &Statistics) -> Bounds {
    let schema = parse_message_type(&format!("message m {{ {column}; }}")).unwrap();
    let schema = Arc::new(SchemaDescriptor::new(Arc::new(schema)));
    let orders = order.map(|order| vec![order]);
    let metadata = ParquetMetaData::new(FileMetaData::new(2, 10, None, None, schema, orders), Vec::new());
    Leaf::new(&metadata, 0, data_type, true).unwrap().chunk_bounds(statistics, 10)
}

fn limits(column: &str, order: Option<ColumnOrder>, data_type: DataType, statistics: &Statistics) -> Limits {
    bounds(column, order, &data_type, statistics).limits
}

fn numbers(min: i128, max: i128) -> Limits {
    Limits::Numbers(Some(min), Some(max))
}

#[test]
fn values_are_read_as_their_types_have_them() {
    let int32 = |min, max| Statistics::int32(Some(min), Some(max), None, Some(0), false);
    let int64 = |min, max| Statistics::int64(Some(min), Some(max), None, Some(0), false);
    let fixed = |min: &[u8], max: &[u8]| {
        let fixed = |bytes: &[u8]| Some(FixedLenByteArray::from(ByteArray::from(bytes.to_vec())));
        Statistics::fixed_len_byte_array(fixed(min), fixed(max), None, Some(0), false)
    };
    let timestamp = |unit| DataType::Timestamp(unit, Some("UTC".into()));
    for (column, order, data_type, statistics, expected) in [
        ("optional int32 a", SIGNED, DataType::Int32, int32(-5, 9), numbers(-5, 9)),
        // The bits of an unsigned integer are those of a negative one.
        (
            "optional int32 a (INTEGER(32,false))",
            UNSIGNED,
            DataType::UInt32,
            int32(5, -1),
            numbers(5, u32::MAX.into()),
        ),
        (
            "optional int64 a (INTEGER(64,false))",
            UNSIGNED,
            DataType::UInt64,
            int64(5, -1),
            numbers(5, u64::MAX.into()),
        ),
        ("optional int32 a (DATE)", SIGNED, DataType::Date64, int32(1, 2), numbers(86_400_000, 172_800_000)),
        (
            "optional int64 a (DECIMAL(18,2))",
            SIGNED,
            DataType::Decimal128(18, 2),
            int64(-1, 1),
            numbers(-1, 1),
        ),
        (
            "optional fixed_len_byte_array(3) a (DECIMAL(5,2))",
            SIGNED,
            DataType::Decimal128(5, 2),
            fixed(&[0xff, 0xff, 0xfe], &[0, 1, 0]),
            numbers(-2, 256),
        ),
        (
            "optional fixed_len_byte_array(2) a (FLOAT16)",
            SIGNED,
            DataType::Float16,
            fixed(&[0x00, 0xbc], &[0x00, 0x40]),
            numbers(float_key(-1.0), float_key(2.0)),
        ),
        (
            "optional int64 a (TIMESTAMP(MILLIS,true))",
            SIGNED,
            timestamp(TimeUnit::Millisecond),
            int64(1, 2),
            numbers(1, 2),
        ),
        // A file that contradicts itself about units and scales proves nothing.
        (
            "optional int64 a (TIMESTAMP(NANOS,true))",
            SIGNED,
            timestamp(TimeUnit::Millisecond),
            int64(1, 2),
            Limits::Unknown,
        ),
        (
            "optional int64 a (DECIMAL(18,2))",
            SIGNED,
            DataType::Decimal128(18, 3),
            int64(-1, 1),
            Limits::Unknown,
        ),
        // A minimum above the maximum proves nothing either.
        ("optional int32 a", SIGNED, DataType::Int32, int32(9, -5), Limits::Unknown),
    ] {
        assert_eq!(
            limits(column, order, data_type.clone(), &statistics),
            expected,
            "{column} as {data_type}"
        );
    }
}

#[test]
fn doubtful_orders_are_no_statistics() {
    let text = |deprecated| {
        let bytes = |text: &str| Some(ByteArray::from(text));
        Statistics::byte_array(bytes("a"), bytes("b"), None, Some(0), deprecated)
    };
    let known = Limits::Bytes(Some(b"a".to_vec()), Some(b"b".to_vec()));
    let utf8 = |order, statistics: &Statistics| {
        limits("optional binary a (UTF8)", order, DataType::Utf8, statistics)
    };
    assert_eq!(utf8(UNSIGNED, &text(false)), known);
    // Deprecated fields were found by comparing signed bytes; without column orders nobody knows how.
    assert_eq!(utf8(UNSIGNED, &text(true)), Limits::Unknown);
    assert_eq!(utf8(None, &text(false)), Limits::Unknown);
    assert_eq!(utf8(Some(ColumnOrder::UNDEFINED), &text(false)), Limits::Unknown);
    assert_eq!(utf8(Some(ColumnOrder::UNKNOWN), &text(false)), Limits::Unknown);
    assert_eq!(utf8(SIGNED, &text(false)), Limits::Unknown);
    // Signed integers are compared as ever.
    let int = |deprecated| Statistics::int32(Some(-5), Some(9), None, None, deprecated);
    assert_eq!(limits("optional int32 a", None, DataType::Int32, &int(true)), numbers(-5, 9));
    assert_eq!(limits("optional int32 a", SIGNED, DataType::Int32, &int(true)), numbers(-5, 9));
    let unsigned = "optional int32 a (INTEGER(32,false))";
    assert_eq!(limits(unsigned, UNSIGNED, DataType::UInt32, &int(true)), Limits::Unknown);
    assert_eq!(limits(unsigned, None, DataType::UInt32, &int(false)), Limits::Unknown);
    let int96 = Statistics::int96(Some(Int96::new()), Some(Int96::new()), None, Some(0), false);
    let nanos = DataType::Timestamp(TimeUnit::Nanosecond, None);
    assert_eq!(
        limits("optional int96 a", Some(ColumnOrder::INT96_TIMESTAMP_ORDER), nanos, &int96),
        Limits::Unknown
    );
}

#[test]
fn nan_is_no_bound_and_may_be_anywhere() {
    let float = |min, max, nans| {
        let values = ValueStatistics::new(Some(min), Some(max), None, Some(0), false);
        Statistics::Double(values.with_nan_count(nans))
    };
    let of = |statistics: &Statistics| bounds("optional double a", SIGNED, &DataType::Float64, statistics);
    let plain = of(&float(-0.0, 1.0, None));
    assert_eq!((plain.limits, plain.nans), (numbers(float_key(0.0), float_key(1.0)), true));
    assert!(!of(&float(0.0, 1.0, Some(0))).nans);
    assert_eq!(of(&float(f64::NAN, 1.0, Some(3))).limits, Limits::Unknown);
    assert_eq!(of(&float(0.0, f64::NAN, Some(0))).limits, Limits::Unknown);
}

#[test]
fn missing_facts_are_unknown() {
    let int = |min, max, nulls| Statistics::int32(min, max, None, nulls, false);
    let of = |column: &str, statistics: &Statistics| bounds(column, SIGNED, &DataType::Int32, statistics);
    assert_eq!(of("optional int32 a", &int(Some(1), None, None)).limits, Limits::Numbers(Some(1), None));
    for (column, nulls, expected) in [
        ("optional int32 a", None, Nulls::Some),
        ("optional int32 a", Some(0), Nulls::None),
        ("optional int32 a", Some(3), Nulls::Some),
        ("optional int32 a", Some(10), Nulls::All),
        ("required int32 a", None, Nulls::None),
    ] {
        assert_eq!(of(column, &int(None, None, nulls)).nulls, expected, "{column}, {nulls:?}");
    }
}
