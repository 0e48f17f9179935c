//! The names that `datasets` has for plain Arrow types, as in `Value("timestamp[us, tz=UTC]")`.
//!
//! `string_to_arrow` and `_arrow_to_datasets_dtype` of its `features/features.py` are the reference.

use arrow_schema::{DataType, IntervalUnit, TimeUnit};

/// Types without parameters. Where one has several names, the first is the one that is written.
const SIMPLE: [(&str, DataType); 25] = [
    ("null", DataType::Null),
    ("bool", DataType::Boolean),
    ("bool_", DataType::Boolean),
    ("int8", DataType::Int8),
    ("int16", DataType::Int16),
    ("int32", DataType::Int32),
    ("int64", DataType::Int64),
    ("uint8", DataType::UInt8),
    ("uint16", DataType::UInt16),
    ("uint32", DataType::UInt32),
    ("uint64", DataType::UInt64),
    ("float16", DataType::Float16),
    ("float32", DataType::Float32),
    ("float64", DataType::Float64),
    ("date32", DataType::Date32),
    ("date64", DataType::Date64),
    ("string", DataType::Utf8),
    ("utf8", DataType::Utf8),
    ("large_string", DataType::LargeUtf8),
    ("large_utf8", DataType::LargeUtf8),
    ("string_view", DataType::Utf8View),
    ("binary", DataType::Binary),
    ("large_binary", DataType::LargeBinary),
    ("binary_view", DataType::BinaryView),
    // `datasets` reads this name and has none to write for the type.
    ("month_day_nano_interval", DataType::Interval(IntervalUnit::MonthDayNano)),
];

/// Names that stand for an Arrow extension type: the name, the extension's name and its storage.
const EXTENSIONS: [(&str, &str, DataType); 2] =
    [("bool8", "arrow.bool8", DataType::Int8), ("uuid", "arrow.uuid", DataType::FixedSizeBinary(16))];

const UNITS: [(&str, TimeUnit); 4] = [
    ("s", TimeUnit::Second),
    ("ms", TimeUnit::Millisecond),
    ("us", TimeUnit::Microsecond),
    ("ns", TimeUnit::Nanosecond),
];

/// The Arrow type of a name, with the name of its extension if it is one. `None` when it names no type.
pub(super) fn to_arrow(dtype: &str) -> Option<(DataType, Option<&'static str>)> {
    if let Some((_, extension, storage)) = EXTENSIONS.into_iter().find(|(name, ..)| *name == dtype) {
        return Some((storage, Some(extension)));
    }
    let simple = SIMPLE.into_iter().find(|(name, _)| *name == dtype).map(|(_, data_type)| data_type);
    simple.or_else(|| parametric(dtype)).map(|data_type| (data_type, None))
}

/// The name of an Arrow type; a dictionary has its values' one. `None` for types that hold others, and for the few
/// that `datasets` has no name for (maps, intervals, decimals of less than 128 bits).
pub(super) fn from_arrow(data_type: &DataType) -> Option<String> {
    let name = match data_type {
        DataType::FixedSizeBinary(width) => format!("fixed_size_binary[{width}]"),
        DataType::Time32(unit) => format!("time32[{}]", unit_name(*unit)?),
        DataType::Time64(unit) => format!("time64[{}]", unit_name(*unit)?),
        DataType::Duration(unit) => format!("duration[{}]", unit_name(*unit)?),
        DataType::Timestamp(unit, None) => format!("timestamp[{}]", unit_name(*unit)?),
        DataType::Timestamp(unit, Some(zone)) => format!("timestamp[{}, tz={zone}]", unit_name(*unit)?),
        DataType::Decimal128(precision, scale) => format!("decimal128({precision}, {scale})"),
        DataType::Decimal256(precision, scale) => format!("decimal256({precision}, {scale})"),
        DataType::Dictionary(_, values) => return from_arrow(values),
        DataType::Interval(_) => return None,
        other => SIMPLE.into_iter().find(|(_, data_type)| data_type == other)?.0.to_owned(),
    };
    Some(name)
}

/// Types with parameters: `name[…]` or `name(…)`.
fn parametric(dtype: &str) -> Option<DataType> {
    let open = dtype.find(['[', '('])?;
    let (name, bracketed) = dtype.split_at(open);
    let inside = |open: char, close: char| bracketed.strip_prefix(open)?.strip_suffix(close);
    match name {
        "timestamp" => timestamp(inside('[', ']')?),
        "duration" => Some(DataType::Duration(time_unit(inside('[', ']')?)?)),
        "time32" => {
            Some(DataType::Time32(time_unit(inside('[', ']').filter(|unit| ["s", "ms"].contains(unit))?)?))
        }
        "time64" => {
            Some(DataType::Time64(time_unit(inside('[', ']').filter(|unit| ["us", "ns"].contains(unit))?)?))
        }
        "fixed_size_binary" => Some(DataType::FixedSizeBinary(digits(inside('[', ']')?)?.parse().ok()?)),
        "decimal128" => {
            let (precision, scale) = precision_and_scale(inside('(', ')')?, 38)?;
            Some(DataType::Decimal128(precision, scale))
        }
        "decimal256" => {
            let (precision, scale) = precision_and_scale(inside('(', ')')?, 76)?;
            Some(DataType::Decimal256(precision, scale))
        }
        _ => None,
    }
}

/// `us` or `us, tz=Europe/Paris`.
fn timestamp(inside: &str) -> Option<DataType> {
    let Some((unit, zone)) = inside.split_once(',') else {
        return Some(DataType::Timestamp(time_unit(inside)?, None));
    };
    let zone = zone.trim_start().strip_prefix("tz=")?;
    let allowed = |c: char| c.is_ascii_alphanumeric() || "/_+-:".contains(c);
    let zone = zone.chars().all(allowed).then(|| (!zone.is_empty()).then(|| zone.into()))?;
    Some(DataType::Timestamp(time_unit(unit)?, zone))
}

fn time_unit(name: &str) -> Option<TimeUnit> {
    UNITS.into_iter().find(|(unit, _)| *unit == name).map(|(_, unit)| unit)
}

fn unit_name(unit: TimeUnit) -> Option<&'static str> {
    UNITS.into_iter().find(|(_, candidate)| *candidate == unit).map(|(name, _)| name)
}

/// `9, 2` or `9,-2`.
fn precision_and_scale(inside: &str, max_precision: u8) -> Option<(u8, i8)> {
    let (precision, scale) = inside.split_once(',')?;
    let scale = scale.trim_start();
    digits(scale.strip_prefix('-').unwrap_or(scale))?;
    let precision = digits(precision)?.parse().ok().filter(|p| (1..=max_precision).contains(p))?;
    Some((precision, scale.parse().ok()?))
}

/// The text if it is a number without sign, which `parse` alone would let pass.
fn digits(text: &str) -> Option<&str> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_no_type_are_refused() {
        let wrong = [
            "json",
            "image",
            "halffloat",
            "time32",
            "time32[us]",
            "time64[s]",
            "timestamp",
            "timestamp[h]",
            "timestamp[us, UTC]",
            "timestamp[us, tz=a b]",
            "timestamp[s]x",
            "xtimestamp[s]",
            "duration[h]",
            "decimal128(39, 2)",
            "decimal128(0, 0)",
            "decimal128(10)",
            "decimal128(+9, 2)",
            "decimal32(5, 2)",
            "decimal128(9, +2)",
            "fixed_size_binary[-1]",
            "fixed_size_binary(3)",
            "[",
            "timestamp[",
            "é[s]",
            "",
        ];
        for name in wrong {
            assert_eq!(to_arrow(name), None, "{name}");
        }
    }

    #[test]
    fn an_empty_zone_is_no_zone() {
        assert_eq!(
            to_arrow("timestamp[us, tz=]"),
            Some((DataType::Timestamp(TimeUnit::Microsecond, None), None))
        );
    }
}
