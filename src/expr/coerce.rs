//! Where a literal lies among the values of a column's type, exactly: nothing is rounded on the way.
//!
//! Every type that has an order is mapped to keys of one of two kinds, numbers or byte strings, such that the order of
//! the keys is that of the values. A literal then comes to two keys: the first that is not below it, and the first
//! that is above. They are neighbours when it is a value of the type, and the same when it lies between two.

use arrow_buffer::i256;
use arrow_schema::{DataType, TimeUnit};

use super::{
    Literal,
    number::{Floor, Number},
    spans::Key,
    time::{self, DAY, SECOND, Written},
};

/// The place of a literal among the keys of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cut {
    /// The first key that is not below the literal, and the first that is above it.
    Numbers(i128, i128),
    /// The same for byte strings.
    Bytes(Vec<u8>, Vec<u8>),
    /// Not a number: neither below, nor above, nor equal to any value.
    Nan,
}

/// The place of `literal` among the values of `data_type`; the message says why it has none.
pub(super) fn cut(literal: &Literal, data_type: &DataType) -> Result<Cut, String> {
    use DataType::{
        Binary, BinaryView, Boolean, Date32, Date64, Decimal32, Decimal64, Decimal128, Decimal256, Duration,
        FixedSizeBinary, Float16, Float32, Float64, LargeBinary, LargeUtf8, Time32, Time64, Timestamp, Utf8,
        Utf8View,
    };
    let mismatch = || format!("{data_type} cannot be compared with {literal}");
    Ok(match data_type {
        Boolean => match literal {
            Literal::Bool(value) => number_cut(Floor { value: i128::from(*value), exact: true }),
            _ => return Err(mismatch()),
        },
        integer if integer.is_integer() => match number(literal).ok_or_else(mismatch)? {
            Some(number) => number_cut(number.floor(0)),
            None => Cut::Nan,
        },
        Decimal32(_, scale) | Decimal64(_, scale) | Decimal128(_, scale) => {
            match number(literal).ok_or_else(mismatch)? {
                Some(number) => number_cut(number.floor(i32::from(*scale))),
                None => Cut::Nan,
            }
        }
        Decimal256(_, scale) => match number(literal).ok_or_else(mismatch)? {
            Some(number) => wide_cut(number.floor_i256(i32::from(*scale))),
            None => Cut::Nan,
        },
        Float16 | Float32 | Float64 => float_cut(literal).ok_or_else(mismatch)?,
        Date32 => unit_cut(timestamp(literal, None).ok_or_else(mismatch)??, DAY),
        Date64 => unit_cut(timestamp(literal, None).ok_or_else(mismatch)??, SECOND / 1000),
        Timestamp(unit, zone) => {
            unit_cut(timestamp(literal, zone.as_deref()).ok_or_else(mismatch)??, nanos_of(*unit))
        }
        Time32(unit) | Time64(unit) => match literal {
            Literal::Time(text) | Literal::Text(text) => {
                unit_cut(time::parse_time(text).ok_or_else(|| malformed("time", text))?, nanos_of(*unit))
            }
            _ => return Err(mismatch()),
        },
        Duration(unit) => match literal {
            Literal::Duration(text) | Literal::Text(text) => unit_cut(
                time::parse_duration(text).ok_or_else(|| malformed("duration", text))?,
                nanos_of(*unit),
            ),
            _ => return Err(mismatch()),
        },
        Utf8 | LargeUtf8 | Utf8View => match literal {
            Literal::Text(text) => bytes_cut(text.as_bytes().to_vec()),
            _ => return Err(mismatch()),
        },
        Binary | LargeBinary | BinaryView | FixedSizeBinary(_) => match literal {
            Literal::Bytes(bytes) => bytes_cut(bytes.clone()),
            _ => return Err(mismatch()),
        },
        _ => return Err(mismatch()),
    })
}

/// The smallest and the largest key that a value of the type can have, where the type bounds them.
pub(super) fn key_range(data_type: &DataType) -> Option<(i128, i128)> {
    Some(match data_type {
        DataType::Boolean => (0, 1),
        DataType::Int8 => (i8::MIN.into(), i8::MAX.into()),
        DataType::Int16 => (i16::MIN.into(), i16::MAX.into()),
        DataType::Int32 => (i32::MIN.into(), i32::MAX.into()),
        DataType::Int64 => (i64::MIN.into(), i64::MAX.into()),
        DataType::UInt8 => (0, u8::MAX.into()),
        DataType::UInt16 => (0, u16::MAX.into()),
        DataType::UInt32 => (0, u32::MAX.into()),
        DataType::UInt64 => (0, u64::MAX.into()),
        DataType::Float16 | DataType::Float32 | DataType::Float64 => {
            (float_key(f64::NEG_INFINITY), float_key(f64::INFINITY))
        }
        _ => return None,
    })
}

/// The key of a float that is a number. Both zeros have the same.
pub fn float_key(value: f64) -> i128 {
    // Adding zero turns -0.0 into 0.0. The bits of negative floats grow as the floats fall.
    let bits = (value + 0.0).to_bits().cast_signed();
    i128::from(if bits < 0 { i64::MIN - bits } else { bits })
}

/// The float of a key.
pub fn key_float(key: i128) -> f64 {
    let bits = i64::try_from(key).unwrap_or_default();
    f64::from_bits((if bits < 0 { i64::MIN - bits } else { bits }).cast_unsigned())
}

/// The key of a 256-bit decimal's unscaled value: its bytes from the highest on, with the sign turned over.
pub fn wide_key(value: i256) -> Vec<u8> {
    let mut bytes = value.to_be_bytes();
    bytes[0] ^= 0x80;
    bytes.to_vec()
}

/// Nanoseconds of a unit.
pub(super) fn nanos_of(unit: TimeUnit) -> i128 {
    match unit {
        TimeUnit::Second => SECOND,
        TimeUnit::Millisecond => SECOND / 1_000,
        TimeUnit::Microsecond => SECOND / 1_000_000,
        TimeUnit::Nanosecond => 1,
    }
}

/// The number that a literal is: `None` for what is no number, `Some(None)` for NaN.
fn number(literal: &Literal) -> Option<Option<Number>> {
    match literal {
        Literal::Int(value) => Some(Number::parse(&value.to_string())),
        Literal::Decimal(text) => Number::parse(text).map(Some),
        Literal::Float(value) if value.is_nan() => Some(None),
        // Infinity is beyond what any type but a float can hold.
        Literal::Float(value) if value.is_infinite() => Number::from_f64(f64::MAX.copysign(*value)).map(Some),
        Literal::Float(value) => Number::from_f64(*value).map(Some),
        _ => None,
    }
}

/// An integer is compared exactly. A decimal fraction is the float that it reads as.
fn float_cut(literal: &Literal) -> Option<Cut> {
    let value = match literal {
        Literal::Float(value) => *value,
        Literal::Decimal(text) => Number::parse(text).and_then(|_| text.parse().ok())?,
        Literal::Int(int) => {
            let nearest = *int as f64;
            let key = float_key(nearest);
            return Some(match int.cmp(&(nearest as i128)) {
                std::cmp::Ordering::Less => Cut::Numbers(key, key),
                std::cmp::Ordering::Equal => Cut::Numbers(key, key + 1),
                std::cmp::Ordering::Greater => Cut::Numbers(key + 1, key + 1),
            });
        }
        _ => return None,
    };
    Some(if value.is_nan() { Cut::Nan } else { Cut::Numbers(float_key(value), float_key(value) + 1) })
}

/// Nanoseconds since 1970, UTC: `None` for what is no point in time. A column without a zone is taken as UTC, which
/// is how it is shown.
fn timestamp(literal: &Literal, zone: Option<&str>) -> Option<Result<i128, String>> {
    let (Literal::Timestamp(text) | Literal::Date(text) | Literal::Text(text)) = literal else { return None };
    let Some(Written { nanos, offset }) = time::parse_timestamp(text) else {
        return Some(Err(malformed("date or time", text)));
    };
    let assumed = match zone {
        None | Some("UTC" | "Etc/UTC" | "GMT") => Some(0),
        Some(zone) => time::parse_offset(zone),
    };
    Some(match offset.or(assumed) {
        Some(offset) => Ok(nanos - offset),
        None => Err(format!(
            "its times are in the zone {}; give {text:?} an offset, as in 2024-01-01T00:00:00+01:00",
            zone.unwrap_or_default()
        )),
    })
}

fn malformed(what: &str, text: &str) -> String {
    format!("{text:?} is no {what} in ISO 8601")
}

fn unit_cut(nanos: i128, unit: i128) -> Cut {
    number_cut(Floor { value: nanos.div_euclid(unit), exact: nanos.rem_euclid(unit) == 0 })
}

fn number_cut(floor: Floor<i128>) -> Cut {
    let above = floor.value.next();
    Cut::Numbers(if floor.exact { floor.value } else { above }, above)
}

fn wide_cut(floor: Floor<i256>) -> Cut {
    let (key, above) = (wide_key(floor.value), wide_key(floor.value).next());
    Cut::Bytes(if floor.exact { key } else { above.clone() }, above)
}

fn bytes_cut(bytes: Vec<u8>) -> Cut {
    let above = bytes.next();
    Cut::Bytes(bytes, above)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(literal: impl Into<Literal>, data_type: &DataType) -> (i128, i128) {
        match cut(&literal.into(), data_type) {
            Ok(Cut::Numbers(from, above)) => (from, above),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_literal_is_a_value_or_lies_between_two() {
        assert_eq!(numbers(5, &DataType::Int8), (5, 6));
        assert_eq!(numbers(1.5, &DataType::Int8), (2, 2));
        assert_eq!(numbers(-1.5, &DataType::Int8), (-1, -1));
        assert_eq!(numbers(Literal::Decimal("1.10".into()), &DataType::Decimal128(9, 1)), (11, 12));
        assert_eq!(numbers(Literal::Decimal("1.11".into()), &DataType::Decimal128(9, 1)), (12, 12));
        assert_eq!(numbers(0.1, &DataType::Decimal128(9, 2)), (10, 11));
        assert_eq!(numbers("1970-01-02", &DataType::Date32), (1, 2));
        assert_eq!(numbers("1970-01-02T12:00Z", &DataType::Date32), (2, 2));
        let seconds = DataType::Timestamp(TimeUnit::Second, None);
        assert_eq!(numbers("1970-01-01T00:00:01.5", &seconds), (2, 2));
        assert_eq!(numbers("PT1M", &DataType::Duration(TimeUnit::Millisecond)), (60_000, 60_001));
        assert_eq!(numbers("00:00:01", &DataType::Time32(TimeUnit::Second)), (1, 2));
        assert_eq!(numbers(f64::INFINITY, &DataType::Int64).0, i128::MAX);
    }

    #[test]
    fn floats_are_compared_without_rounding() {
        let exact = |value: f64| (float_key(value), float_key(value) + 1);
        assert_eq!(numbers(0.1, &DataType::Float32), exact(0.1));
        assert_eq!(numbers(-0.0, &DataType::Float64), exact(0.0));
        assert_eq!(numbers(1i64 << 53, &DataType::Float64), exact(9_007_199_254_740_992.0));
        // 2^53 + 1 lies between two floats; so does 2^60 - 1, which is nearest to the one above it.
        let above = float_key(9_007_199_254_740_992.0) + 1;
        assert_eq!(numbers((1i64 << 53) + 1, &DataType::Float64), (above, above));
        let below = float_key((1i64 << 60) as f64);
        assert_eq!(numbers((1i64 << 60) - 1, &DataType::Float64), (below, below));
        assert_eq!(cut(&f64::NAN.into(), &DataType::Float64), Ok(Cut::Nan));
        let ordered =
            [f64::NEG_INFINITY, -1.5, -f64::MIN_POSITIVE, 0.0, 5e-324, 1.0, f64::MAX, f64::INFINITY];
        assert!(ordered.windows(2).all(|pair| float_key(pair[0]) < float_key(pair[1])));
        assert!(ordered.iter().all(|value| key_float(float_key(*value)) == *value));
    }

    #[test]
    fn zones_decide_what_a_time_without_offset_means() {
        let zoned = |zone: &str| DataType::Timestamp(TimeUnit::Second, Some(zone.into()));
        assert_eq!(numbers("1970-01-01T00:00:01", &zoned("UTC")), (1, 2));
        assert_eq!(numbers("1970-01-01T01:00:00", &zoned("+01:00")), (0, 1));
        assert_eq!(numbers("1970-01-01T01:00:00+01:00", &zoned("Europe/Zurich")), (0, 1));
        let error = cut(&"1970-01-01".into(), &zoned("Europe/Zurich")).unwrap_err();
        assert!(error.contains("Europe/Zurich") && error.contains("offset"), "{error}");
    }

    #[test]
    fn wide_decimals_keep_their_order_as_bytes() {
        let key = |value: i128| wide_key(i256::from_i128(value));
        assert!(key(-2) < key(-1) && key(-1) < key(0) && key(0) < key(1) && key(1) < key(i128::MAX));
        let wide = DataType::Decimal256(40, 1);
        assert_eq!(cut(&5.into(), &wide), Ok(Cut::Bytes(key(50), key(50).next())));
        let between = cut(&Literal::Decimal("-0.15".into()), &wide);
        assert_eq!(between, Ok(Cut::Bytes(key(-2).next(), key(-2).next())));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for (literal, data_type) in [
            (Literal::from("5"), DataType::Int32),
            (true.into(), DataType::Int32),
            (1.into(), DataType::Boolean),
            (1.into(), DataType::Utf8),
            ("ab".into(), DataType::Binary),
            (5.into(), DataType::Timestamp(TimeUnit::Second, None)),
            ("yesterday".into(), DataType::Date32),
            (Literal::Decimal("1e5".into()), DataType::Decimal128(9, 2)),
            (1.into(), DataType::Interval(arrow_schema::IntervalUnit::DayTime)),
        ] {
            assert!(cut(&literal, &data_type).is_err(), "{literal} as {data_type}");
        }
    }
}
